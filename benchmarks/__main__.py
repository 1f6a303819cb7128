"""Run every measurement and write docs/explanation/benchmarks.md; name subjects to run only those."""

import importlib
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.row import ROUNDS, Row, picture

SUBJECTS = ("fake", "check", "har", "strategies", "harness", "plugin", "peers", "scale")
PACKAGES = ("starlette", "uvicorn", "uvloop", "httptools", "msgspec", "httpx", "respx", "hypothesis")
AT_THE_EDGE = """
## Near the target

Four figures lie at their targets, so one run meets them and the next does not. Two whole runs on 2026-11-25, both
with nothing else to do, gave these.

- *From start to first answer* was 1.33 and 1.36 times the bare server, against 1.3. What the fake imports more
  takes the time: click, msgspec and some 120 modules of its own.
- *A suite that does not use the plugin* took 6.2 and 3.0 ms more, against 5. The median of twice 60 pairs was
  4.7 ms.
- *An answer without the headers of CORS* took 26 to 28 µs, against 25. It breaks one rule, so something has to be
  said of it, with a fingerprint for its token.
- *A fresh fixture* took 44 and 63 µs, against 50. The machine was slower in the second run, for others too.
"""
PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "benchmarks.md"


def main(subjects: list[str]) -> None:
    """Measure, print, and write the page if everything was measured."""
    if unknown := set(subjects) - set(SUBJECTS):
        sys.exit(f"there is no subject {unknown.pop()!r}; there are {', '.join(SUBJECTS)}")
    # What is installed has its bytecode, and so has every server that ours is compared with.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    tables = {name: importlib.import_module(f"benchmarks.{name}").rows() for name in subjects or SUBJECTS}
    page = _page(tables)
    print(page)
    if not subjects:
        PAGE.write_text(page + AT_THE_EDGE, "utf-8")


def _page(tables: dict[str, list[Row]]) -> str:
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`. Absolute figures drift by a factor of two from day to day on shared machines, so",
        f"A and B run in turn, {ROUNDS} times each, in the same minutes; a ratio is the median of the pairs,",
        "with its extremes. Servers run on one processor, the load (`wrk`, 32 keep-alive connections) on another.",
        "Every program has its bytecode, as one that was installed has. Nothing here is asserted by a test.",
        "",
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with Python {platform.python_version()},",
        f"{', '.join(f'{name} {version(name)}' for name in PACKAGES)}.",
    ]
    for name, rows in tables.items():
        lines += ["", f"## {name}", "", "| measure | ours | other | ratio | target |", "|---|---|---|---|---|"]
        lines += ["| " + " | ".join(row) + " |" for row in rows]
        lines += picture(rows) if name == "peers" else []
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
