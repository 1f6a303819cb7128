"""What a stranger does first, against an installed package; `make floors` and `make wheel` run it with pytest.

It stands apart from `tests/`, whose settings keep our own plugin out.
"""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import httpx
import httpx2
import pytest
from hypothesis import given, settings

import plugproof_contracts
from plugproof_contracts import Exchange, check
from plugproof_mockserver import FakePlugchoice
from plugproof_strategies import sessions

API = "https://app.plugchoice.com/api"
START = {"code": "HAPPY", "connector_id": 1}
PLUGPROOF = Path(sys.executable).parent / "plugproof"


def run(*arguments):
    """Run the command and return what it printed."""
    ran = subprocess.run([PLUGPROOF, *arguments], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_package_comes_from_the_environment():
    """The check-out is not what is tested."""
    assert "site-packages" in plugproof_contracts.__file__


def test_the_command_knows_its_version():
    """It is that of the package."""
    assert run("--version") == f"plugproof {version('plugproof')}\n"


@pytest.mark.parametrize("command", ["rules", "scenarios", "lifecycle", "openapi"])
def test_a_command_prints(command):
    """Their data is in the wheel."""
    assert run(command)


@pytest.mark.parametrize("client", [httpx, httpx2])
def test_the_fixture_answers_a_client(plugchoice, client):
    """A session is started, paid and confirmed, without a socket."""
    started = client.post(f"{API}/v3/public-charging/sessions", json=START).json()
    plugchoice.clock.advance(seconds=5)
    told = client.post(f"{API}/v3/public-charging/sessions/{started['session_token']}/confirm")
    assert (told.status_code, told.json()["data"]["status"]) == (200, "authorized")


def test_a_server_answers(plugchoice_server):
    """The fake works on a socket, with its document."""
    told = httpx.get(f"{plugchoice_server.url}/openapi.json")
    assert told.json()["servers"] == [{"url": plugchoice_server.url}]


def test_the_checker_finds_a_broken_answer():
    """A status that is none is found."""
    wrong = Exchange("GET", f"{API}/v3/public-charging/chargers/HAPPY", 200, {}, json.dumps({"data": {}}).encode())
    assert check(wrong)


@settings(max_examples=5)
@given(sessions())
def test_the_strategies_draw(session):
    """Hypothesis gets sessions."""
    assert session.status


def test_the_fake_works_in_process():
    """No fixture is needed."""
    assert FakePlugchoice().start_session("HAPPY").token
