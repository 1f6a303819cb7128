"""The extra `fuzz`: Schemathesis with the contract's document."""

import subprocess
import sys


def test_a_server_that_is_not_there_can_not_be_fuzzed():
    """Schemathesis runs, and the verdict is that nothing could be checked."""
    command = [sys.executable, "-m", "plugproof", "fuzz", "http://127.0.0.1:9/api", "--max-examples", "1"]
    ran = subprocess.run([*command, "--phase", "examples"], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 3, ran.stdout + ran.stderr
