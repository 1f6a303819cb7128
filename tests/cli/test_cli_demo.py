import re
import subprocess
import sys

import pytest

from plugproof_cli.demo import Driver, UnexpectedError


@pytest.fixture(scope="module")
def told():
    """What the demo prints."""
    command = [sys.executable, "-m", "plugproof_cli.demo"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


def test_the_demo_walks_from_the_charger_to_the_capture(told):
    statuses = re.findall(r"^ +status +(\w+)", told, re.MULTILINE)
    assert statuses == ["created", "authorized", "starting", "charging", "stopping", "settling", "captured"]


def test_the_demo_ends_with_a_refused_confirm(told):
    *_, exchange = re.findall(r"-> (\d+) .*?(Retry-After: \d+)?$", told, re.MULTILINE)
    assert exchange == ("429", "Retry-After: 60")


def test_the_demo_fits_a_terminal(told):
    assert max(map(len, told.splitlines())) <= 80


def test_the_demo_shows_no_secret(told):
    shown = re.findall(r"(?:session_token|client_secret) +(\S+)|sessions/([^/\s]+)", told)
    assert len(shown) > 10
    assert all(re.fullmatch(r"token~[0-9a-f]{10}", one or other) for one, other in shown)
    assert "_secret_" not in told


def test_the_demo_stops_at_an_answer_that_it_does_not_expect(serving):
    with serving("--fault", "charger:503") as server:
        driver = Driver(server.place)
        with pytest.raises(UnexpectedError, match="expected 200, and it was 503"):
            driver.call("Look at the charger", "charger", 200)
