"""What people read and copy fits the command."""

import re
import subprocess
from pathlib import Path

import yaml

from plugproof_cli.commands.check import check
from plugproof_cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "nightly"
OPTIONS = {
    name for param in check.params for name in (*param.opts, *param.secondary_opts) if name.startswith("--")
}


def test_the_pages_name_only_options_that_there_are():
    """The generated page of the command line lists them all; these pages say more about some."""
    for name in ("reference/check.md", "how-to/whole-life.md"):
        told = set(re.findall(r"(?<=[ `])--[a-z-]+", (ROOT / "docs" / name).read_text("utf-8")))
        assert told
        assert told <= OPTIONS


def test_the_examples_use_commands_and_options_that_exist():
    for name in ("github.yml", "plugproof-nightly"):
        text = (EXAMPLES / name).read_text()
        commands = re.findall(r"^[^#\n]*\bplugproof ([a-z]+) ", text, re.MULTILINE)
        assert set(commands) <= COMMANDS.keys()
        assert set(re.findall(r"--(?:report|token-file|history|baseline)\b", text)) <= OPTIONS


def test_the_workflow_masks_tokens_before_it_does_anything_else():
    steps = yaml.safe_load((EXAMPLES / "github.yml").read_text())["jobs"]["check"]["steps"]
    assert "add-mask" in steps[0]["run"]
    assert not [step for step in steps[1:] if "add-mask" in step.get("run", "")]


def test_the_script_for_cron_is_a_script():
    subprocess.run(["sh", "-n", EXAMPLES / "plugproof-nightly"], check=True, timeout=20)
