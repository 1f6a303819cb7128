"""The lifecycle as Arazzo workflows is green on a public runner, against the fake as it is served."""

import json
import subprocess

import httpx2
from click.testing import CliRunner
from tests.servers import running

from plugproof_cli.main import main
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE


def document() -> str:
    done = CliRunner().invoke(main, ["lifecycle", "--format", "arazzo"])
    assert done.exit_code == 0
    return done.stdout


def test_every_arrow_and_every_documented_failure_is_a_workflow():
    """None is left out, and no two have one name."""
    names = [workflow["workflowId"] for workflow in json.loads(document())["workflows"]]
    arrows = [f"{move.source}-{move.cause}-{move.target}" for move in LIFECYCLE]
    failures = {f"{name}-{status}" for name, row in OPERATIONS.items() for status in (*row.failures, 429)}
    assert names[: len(LIFECYCLE)] == arrows
    assert set(names[len(LIFECYCLE) :]) == failures
    assert len(names) == len(set(names))


def test_respect_carries_out_every_workflow(redocly, tmp_path):
    """Redocly's runner asks the fake, and holds each answer against both documents, too."""
    with running("--speed", "0") as server:
        root = server.place["base_url"].removesuffix("/api")
        api = CliRunner().invoke(main, ["openapi", "--json", "--server", f"{root}/api"]).stdout
        (tmp_path / "plugchoice.json").write_text(api)
        (tmp_path / "control.json").write_text(httpx2.get(f"{root}/_plugproof/openapi.json").text)
        (tmp_path / "lifecycle.json").write_text(document())
        command = [redocly, "respect", "lifecycle.json", "-S", f"control={root}"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    workflows = len(json.loads(document())["workflows"])
    assert f"Workflows: {workflows} passed, {workflows} total" in done.stdout + done.stderr
