"""What is shipped for running the fake somewhere: images, services, actions and recipes, each linted."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from plugproof_cli.commands.serve import serve

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
UNIT = ROOT / "examples/systemd/plugproof.service"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SHIPPED = ["Dockerfile", "compose.yaml", "action.yml", "examples/systemd/plugproof.service"]


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def needed(command, package):
    """Return a command; where it is absent the test is skipped, and under `CI=true` it fails."""
    found = shutil.which(command)
    absent = f"there is no {command}: Debian's package {package} brings it"
    return found or (pytest.fail(absent) if os.environ.get("CI") == "true" else pytest.skip(absent))


# What other people's linters say.


def test_hadolint_finds_nothing_in_the_dockerfile():
    run(BIN / "hadolint", ROOT / "Dockerfile")


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ("vendor.compose-spec", "compose.yaml"),
        ("vendor.github-actions", "action.yml"),
        ("vendor.github-workflows", "examples/ci/github.yml"),
        ("vendor.gitlab-ci", "examples/ci/gitlab-ci.yml"),
    ],
)
def test_a_file_is_what_its_schema_says(schema, name):
    run(BIN / "check-jsonschema", "--builtin-schema", schema, ROOT / name)


@pytest.fixture
def unit(tmp_path):
    """The unit with a command that is there on this machine."""
    path = tmp_path / "plugproof.service"
    path.write_text(UNIT.read_text().replace("/opt/plugproof/bin/plugproof", "/bin/true"))
    return path


def test_systemd_finds_nothing_in_the_unit(unit):
    run(needed("systemd-analyze", "systemd"), "verify", unit)


def test_the_unit_is_hardly_exposed(unit):
    """systemd's own figure: from 0, locked up, to 10; up to 2.0 here."""
    run(needed("systemd-analyze", "systemd"), "security", "--offline=true", "--threshold=20", unit)


@pytest.mark.parametrize("path", sorted(ROOT.glob("examples/testcontainers/*.mjs")), ids=lambda path: path.name)
def test_a_recipe_for_node_is_javascript(path):
    run(needed("node", "nodejs"), "--check", path)


def test_the_shell_of_the_action_is_shell(tmp_path):
    for step in ACTION["runs"]["steps"]:
        run("bash", "-n", input=step["run"])


# What they say of this project is true.


def options_and_variables():
    options = [option for option in serve.params if option.opts[0].startswith("--")]
    return {name for option in options for name in option.opts}, {option.envvar for option in options}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_file_names_options_and_variables_that_exist(name):
    options, variables = options_and_variables()
    text = (ROOT / name).read_text()
    commands = re.findall(r"plugproof\"? serve ([^\n\\`>]*)", text)
    named = {word for command in commands for word in shlex.split(command) if word.startswith("--")}
    assert named <= options
    assert set(re.findall(r"PLUGPROOF_[A-Z_]+", text)) <= variables


def test_the_image_runs_as_nobody_and_tells_its_health():
    lines = DOCKERFILE.splitlines()
    assert re.fullmatch(r"USER [1-9]\d{3,}", next(line for line in lines if line.startswith("USER")))
    assert "/_plugproof/health" in DOCKERFILE
    assert lines[-2:] == ['ENTRYPOINT ["plugproof"]', 'CMD ["serve"]']


def test_the_image_is_made_of_all_that_the_wheel_needs():
    """Whatever pyproject.toml packs or reads goes into the build, and nothing else of this folder."""
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {"pyproject.toml", "constraints.txt", "README.md", "LICENSE"} <= kept
    assert {path.parent.parent.name for path in ROOT.glob("*/plugproof*/py.typed")} <= kept
    assert all((ROOT / name).exists() for name in kept)


@pytest.mark.parametrize("name", [*SHIPPED, "examples/ci/gitlab-ci.yml"])
def test_who_serves_installs_what_serving_needs(name):
    """Wherever plugproof is installed to serve, the extra `serve` comes along."""
    text = (ROOT / name).read_text()
    installed = re.findall(r"pip\"? (?:install|wheel)((?:[^\n]|(?<=\\)\n)*)", text)
    assert installed or "build:" in text
    assert all("serve]" in command for command in installed)


def test_the_health_check_of_the_image_answers_and_fails(serving):
    """The very command, with the port of a fake that is there, and of none."""
    (words,) = re.findall(r"^ +(\[\"python\".*\])$", DOCKERFILE, re.MULTILINE)
    _, flag, code = json.loads(words)
    with serving() as server:
        there = code.replace(":8000/", f":{server.place['port']}/")
        assert subprocess.run([sys.executable, flag, there], check=False).returncode == 0
    gone = subprocess.run([sys.executable, flag, there], capture_output=True, check=False)
    assert gone.returncode != 0


def test_compose_keeps_secrets_out_of_the_environment():
    fake = COMPOSE["services"]["fake"]
    assert fake["environment"]["PLUGPROOF_CONTROL_SECRET_FILE"] == "/run/secrets/control"
    assert fake["secrets"] == ["control"]


def test_an_input_of_the_action_is_never_part_of_a_script():
    """It comes through the environment, so that no input can be a command."""
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]


def test_the_action_serves_and_gives_out_where(tmp_path, until):
    """Its second step, as a runner runs it, with the fake of this environment."""
    folder = tmp_path / "plugproof/bin"
    folder.mkdir(parents=True)
    for name in ("plugproof", "python"):
        (folder / name).symlink_to(BIN / name)
    output = tmp_path / "output"
    pids = tmp_path / "pid"
    script = ACTION["runs"]["steps"][1]["run"].replace("serving=$!", f"serving=$!; echo $! >{pids}")
    variables = {"RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(output), "OPTIONS": "--speed 60 --seed 1"}
    try:
        subprocess.run(["bash", "-e", "-c", script], env=os.environ | variables, timeout=60, check=True)
        given = dict(line.split("=", 1) for line in output.read_text().splitlines())
        assert given["base-url"].endswith("/api")
        assert given["control-url"].endswith("/_plugproof")
    finally:
        os.kill(int(pids.read_text()), 15)
