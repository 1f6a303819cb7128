import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from plugproof import LiveServer

Client = Callable[..., subprocess.CompletedProcess[str]]

# In CI a missing Node is a failure, not a reason to test less.
pytestmark = pytest.mark.skipif(
    not (shutil.which("node") or os.environ.get("CI")), reason="node is not installed, and this is not CI"
)


@pytest.fixture
def client(plugchoice_server: LiveServer) -> Client:
    """Run the client against this test's world."""
    script = Path(__file__).with_name("client.mjs")

    def client(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["node", str(script), plugchoice_server.url, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=30)

    return client


def test_a_node_process_charges_a_car(client: Client, plugchoice_server: LiveServer) -> None:
    started = json.loads(client("start", "HAPPY").stdout)
    assert started["status"] == "authorized"
    plugchoice_server.fake.clock.advance(minutes=20)
    assert json.loads(client("status", started["token"]).stdout)["status"] == "captured"


def test_a_refusal_is_reported(client: Client) -> None:
    refused = client("start", "OFFLINE")
    assert refused.returncode == 1
    assert refused.stderr.startswith("400: ")
