"""Every command's help says how to call it, which variables it reads, and how it ends."""

import click
import pytest
from click.testing import CliRunner

from plugproof_cli.command_help import EXAMPLES, JUDGING
from plugproof_cli.main import COMMANDS, main


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_with_examples_and_exit_codes(name, flag):
    """Whoever is lost at a prompt finds a call that works."""
    result = CliRunner().invoke(main, [name, flag])
    assert result.exit_code == 0
    assert all(example in result.output for example in EXAMPLES.get(name, ()))
    assert "Exit codes:" in result.output
    assert ("could not check" in result.output) is (name in JUDGING)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_there_without_the_group(name):
    """A command that was called by itself answers -h ever after."""
    alone = main.get_command(click.Context(main), name)
    assert CliRunner().invoke(alone, ["--help"]).exit_code == 0
    assert CliRunner().invoke(alone, ["-h"]).exit_code == 0
    assert CliRunner().invoke(main, [name, "-h"]).exit_code == 0


def test_the_help_of_the_check_names_its_variables():
    output = CliRunner().invoke(main, ["check", "-h"]).output
    for name in ("PLUGPROOF_TOKEN", "PLUGPROOF_HISTORY", "HTTPS_PROXY", "SSL_CERT_FILE", "history.sqlite3"):
        assert name in output
