"""Schemathesis, with every check it has, finds nothing on the fake."""

import re
import subprocess
import sys
from pathlib import Path

CONFIG = """
[checks.positive_data_acceptance]
# Documented answers to requests that are well-formed: of start, a connector that the charger does
# not have (422) and a charger that is offline (400); of receipt-email, a session that has ended
# (422); of stop, a session that is not charging (400).
expected-statuses = ["2xx", "400", "404", "409", "422"]
"""


def test_schemathesis_finds_nothing(document, unlimited, tmp_path):
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    command = [Path(sys.executable).parent / "schemathesis", "run", document, "--url", unlimited.api]
    options = ["--checks", "all", "--max-examples", "40", "--no-color", "--generation-database", "none"]
    done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout
    assert int(re.findall(r"(\d+) generated", done.stdout)[0]) > 500, done.stdout
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in done.stdout, done.stdout
