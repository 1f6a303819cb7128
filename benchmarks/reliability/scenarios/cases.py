"""Schemathesis on the fake, with all of its checks and ours: `plugproof fuzz` as its users run it."""

import re
import subprocess
import sys
import tempfile

from benchmarks.reliability.outcome import Outcome
from benchmarks.reliability.process import Fake

CODES = ("HAPPY", "OFFLINE", "BUSY", "STOPFAIL")
"""Chargers that between them give every documented answer but the limit's."""
OPTIONS = ("--speed", "6000", "--token-ttl", "9999d", "--sessions-per-charger", "1000000")
"""Minutes pass in ten milliseconds, so that the documented limits seldom bite."""
MOST_SECONDS = 3600
CASES_OF_EXAMPLE = 10
"""An example of each operation and a scenario are at least so many requests."""


def run(size: int) -> Outcome:
    """Fuzz until at least so many requests were sent."""
    codes = [argument for code in CODES for argument in ("--code", code)]
    with Fake(*OPTIONS) as fake:
        url = f"http://127.0.0.1:{fake.port}/api"
        command = [sys.executable, "-m", "plugproof", "fuzz", url, "--strict", "--seed", "14", *codes]
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [*command, "--max-examples", str(max(1, size // CASES_OF_EXAMPLE))],
                cwd=folder, capture_output=True, text=True, check=False, timeout=MOST_SECONDS,
            )  # fmt: skip
    found = re.search(r"^requests: (\d+)", done.stdout, re.MULTILINE)
    cases = int(found[1]) if found else 0
    verdict = re.search(r"^verdict: (.*)$", done.stdout, re.MULTILINE)
    losses = [] if done.returncode == 0 else [f"fuzz exits {done.returncode}: {done.stderr[-300:].strip()!r}"]
    if cases < size:
        losses.append(f"only {cases} requests were sent")
    return Outcome(f"{cases:,} requests; {verdict[1] if verdict else 'no verdict'}", tuple(losses))
