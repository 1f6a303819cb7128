"""What the README shows, runs."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from plugproof_cli.main import COMMANDS, main

README = Path(__file__).parents[2] / "README.md"
TEXT = README.read_text(encoding="utf-8")
SHELL = "".join(re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL))
COMMAND_LINES = re.findall(r"^plugproof (\S+) ?(.*?)(?:  +#.*)?$", SHELL, re.MULTILINE)


def test_there_is_something_to_run():
    assert len(COMMAND_LINES) >= 4


@pytest.mark.parametrize(("command", "options"), COMMAND_LINES)
def test_a_command_line_names_a_command_and_options_that_exist(command, options):
    assert command in COMMANDS
    described = CliRunner().invoke(main, [command, "--help"]).output
    for option in re.findall(r"--[a-z-]+", options):
        assert option in described


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", TEXT))
def test_a_link_leads_to_something(link):
    assert (README.parent / link).exists()
