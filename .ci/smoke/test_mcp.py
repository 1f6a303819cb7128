"""The extra `mcp`: the tools for coding agents."""

import json
import subprocess
import sys

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "smoke", "version": "1"},
    },
}


def test_the_server_says_hello():
    """It speaks the protocol on standard input and output."""
    command = [sys.executable, "-m", "plugproof", "mcp"]
    ran = subprocess.run(command, input=json.dumps(HELLO) + "\n", capture_output=True, text=True, timeout=60)
    assert json.loads(ran.stdout.splitlines()[0])["result"]["serverInfo"]["name"] == "plugproof"
