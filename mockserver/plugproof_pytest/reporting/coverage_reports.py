"""What was met and what was not, for people and for programs."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

from plugproof_contracts.pages.html_page import render_page
from plugproof_pytest.reporting.behaviour_coverage import CATALOGUE, BehaviourCoverage
from plugproof_pytest.reporting.coverage_hints import hint

SHOWN = 6
"""How many names a line of the table has; -v shows all."""


def table(met: BehaviourCoverage, every: bool = False) -> Iterator[str]:
    """Yield a line for each kind, and one for all."""
    for kind, names in CATALOGUE.items():
        missed = met.missed(kind)
        yield _line(kind, len(names) - len(missed), len(names)) + _never(missed, every)
    total = sum(map(len, CATALOGUE.values()))
    yield _line("total", sum(map(len, met.plain().values())), total)


def _line(name: str, count: int, of: int) -> str:
    return f"{name:<12}{f'{count}/{of}':>8}{count / of:>7.0%}"


def _never(missed: list[str], every: bool) -> str:
    shown = missed if every else missed[:SHOWN]
    more = f" and {len(missed) - len(shown)} more" if len(missed) > len(shown) else ""
    return f"   never: {', '.join(shown)}{more}" if missed else ""


def as_json(met: BehaviourCoverage) -> str:
    """Return everything as JSON; percentages have one decimal."""
    kinds = {
        kind: {"met": names, "missed": met.missed(kind), "percent": round(met.percent(kind), 1)}
        for kind, names in met.plain().items()
    }
    return json.dumps({"percent": round(met.percent(), 1), "kinds": kinds}, indent=2, ensure_ascii=False) + "\n"


def as_html(met: BehaviourCoverage, day: date | None = None) -> str:
    """Return a page that loads nothing and runs nothing, with a way to each name missed; None is today."""
    missed = {kind: met.missed(kind) for kind in CATALOGUE}
    page = render_page(
        "plugproof_pytest.reporting",
        "coverage.html",
        percent=met.percent(),
        day=(day or datetime.now(UTC).date()).isoformat(),
        counts={kind: f"{len(names) - len(missed[kind])} of {len(names)}" for kind, names in CATALOGUE.items()},
        missed=dict(sorted(missed.items(), key=lambda row: not row[1])),
        hint=hint,
    )
    return page.decode()
