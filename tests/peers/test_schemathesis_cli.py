"""Schemathesis' own command, with the settings of the example, has nothing to say of the fake."""

import re
import subprocess
import sys
from pathlib import Path

SETTINGS = Path(__file__).parents[2] / "examples/schemathesis.toml"


def test_the_command_of_schemathesis_stays_green(quick, tmp_path):
    """It reads the document that the fake serves, and finds the server in it."""
    command = [
        sys.executable,
        "-m",
        "schemathesis.cli",
        "--config-file",
        SETTINGS,
        "run",
        f"{quick.api}/openapi.json",
    ]
    ran = subprocess.run(
        [*command, "--max-examples", "3", "--seed", "7", "--no-color"],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert int(re.findall(r"(\d+) generated, \1 passed", ran.stdout)[0]) > 100, ran.stdout
