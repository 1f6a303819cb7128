"""The table of last runs on its page, between two markers; a run replaces the row of its scenario."""

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.reliability.outcome import Outcome
from benchmarks.reliability.scenario import SCENARIOS, Scenario
from plugproof_contracts.version import VERSION

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "reliability.md"
BEGIN, END = "<!-- last runs: begin -->", "<!-- last runs: end -->"
HEAD = (
    "| scenario | measure | target | last run | version | load | figures | verdict |",
    "|---|---|---|---|---|---|---|---|",
)
_TABLE = re.compile(f"{re.escape(BEGIN)}\n(.*?){re.escape(END)}\n", re.DOTALL)


def record(scenario: Scenario, outcome: Outcome, load: float, page: Path = PAGE) -> None:
    """Replace the row of a scenario by what came of its run; a scenario that is no more loses its row.

    `load` is how many processes wanted to run on the machine before it began.
    """
    text = page.read_text(encoding="utf-8")
    rows = _rows(text) | {scenario.name: _row(scenario, outcome, load)}
    lines = [*HEAD, *(rows.get(name) or _never(one) for name, one in SCENARIOS.items())]
    table = "\n".join([BEGIN, *lines, END]) + "\n"
    page.write_text(_TABLE.sub(lambda _: table, text), encoding="utf-8")


def _rows(text: str) -> dict[str, str]:
    found = _TABLE.search(text)
    if found is None:
        raise ValueError(f"{PAGE.name} lacks the markers of its table: {BEGIN} and {END}")
    lines = [line for line in found[1].splitlines() if line.startswith("| `")]
    return {line.split("`")[1]: line for line in lines}


def _row(scenario: Scenario, outcome: Outcome, load: float) -> str:
    verdict = "met" if not outcome.losses else f"**missed**: {outcome.losses[0]}"
    version = f"{VERSION}, Python {platform.python_version()}"
    cells = (f"{datetime.now(UTC):%Y-%m-%d}", version, f"{load:.1f} on {os.cpu_count()}", outcome.figures, verdict)
    return _cells(scenario, *(cell.replace("|", "\\|") for cell in cells))


def _never(scenario: Scenario) -> str:
    return _cells(scenario, "not run", "", "", "", "not run")


def _cells(scenario: Scenario, *rest: str) -> str:
    return "| " + " | ".join((f"`{scenario.name}`", scenario.measure, scenario.target, *rest)) + " |"
