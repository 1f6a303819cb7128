"""The extra `serve`: the fake on a socket."""

import json
import subprocess
import sys
from urllib.request import urlopen

from plugproof import FakePlugchoice


def test_a_server_answers(plugchoice_server):
    """The fixture's fake is on a socket, with its document."""
    with urlopen(f"{plugchoice_server.url}/openapi.json", timeout=10) as answer:
        assert json.load(answer)["servers"] == [{"url": plugchoice_server.url}]


def test_the_command_serves():
    """`plugproof serve` announces where it is, and answers there."""
    command = [sys.executable, "-m", "plugproof", "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            place = json.loads(server.stdout.readline())
            with urlopen(f"{place['base_url']}/v3/public-charging/chargers/HAPPY", timeout=10) as answer:
                assert json.load(answer)["data"]["public_code"] == "HAPPY"
        finally:
            server.terminate()


def test_the_fake_is_an_application():
    """`fake.asgi` needs Starlette."""
    assert FakePlugchoice().asgi
