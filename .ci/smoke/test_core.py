"""What a stranger does first with the package alone: nothing of an extra is there, or has to be."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import plugproof
from plugproof import Exchange, FakePlugchoice, check

API = "https://app.plugchoice.com/api"
PLUGPROOF = Path(sys.executable).parent / "plugproof"


def run(*arguments):
    """Run the command and return what it printed."""
    ran = subprocess.run([PLUGPROOF, *arguments], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_package_comes_from_the_environment():
    """The check-out is not what is tested."""
    assert "site-packages" in plugproof.__file__


def test_the_command_knows_its_version():
    """It is that of the package."""
    assert run("--version") == f"plugproof {version('plugproof')}\n"


@pytest.mark.parametrize("command", ["rules", "scenarios", "lifecycle", "openapi"])
def test_a_command_prints(command):
    """Their data is in the wheel."""
    assert run(command)


def test_the_checker_finds_a_broken_answer():
    """A body without its fields is found."""
    wrong = Exchange("GET", f"{API}/v3/public-charging/chargers/HAPPY", 200, {}, json.dumps({"data": {}}).encode())
    assert check(wrong)


def test_the_fake_works_in_process():
    """No client is needed to start a session."""
    assert FakePlugchoice().start_session("HAPPY").token


def test_the_plugin_is_there(pytestconfig):
    """pytest has found it by its entry point."""
    assert pytestconfig.pluginmanager.has_plugin("plugproof")
