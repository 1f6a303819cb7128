"""The extra `postgres`: a history on PostgreSQL."""

import subprocess
import sys


def test_the_driver_is_there():
    """What is missing is the server, not the driver."""
    command = [sys.executable, "-m", "plugproof", "report", "--history", "postgresql://127.0.0.1:9/none"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert "pip install" not in ran.stderr
    assert "connection" in ran.stderr
