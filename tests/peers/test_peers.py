import json
import subprocess
from pathlib import Path

PINNED = json.loads((Path(__file__).parent / "package.json").read_text())["dependencies"]


def test_the_prism_that_runs_is_the_one_that_is_pinned(prism):
    version = subprocess.run([prism, "--version"], check=True, capture_output=True, text=True, timeout=60)
    assert version.stdout.strip() == PINNED["@stoplight/prism-cli"]
