"""What was met and what was not, for people and for programs."""

import json
from collections.abc import Iterator
from html import escape

from plugproof_pytest.reporting.behaviour_coverage import CATALOGUE, BehaviourCoverage

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


_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Plugchoice coverage</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem;
  color: #1a1a1a; background: #fff }}
td, th {{ padding: .4rem .8rem; text-align: left; vertical-align: top; border-bottom: 1px solid #ccc }}
td:nth-child(2) {{ text-align: right; white-space: nowrap }}
</style>
<h1>What the suite met of the API: {percent:.1f} %</h1>
<table>
<thead><tr><th scope="col">kind</th><th scope="col">met</th><th scope="col">never met</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</html>
"""


def as_html(met: BehaviourCoverage) -> str:
    """Return a page that loads nothing and runs nothing."""
    rows = "\n".join(_row(met, kind) for kind in CATALOGUE)
    return _PAGE.format(percent=met.percent(), rows=rows)


def _row(met: BehaviourCoverage, kind: str) -> str:
    missed, total = met.missed(kind), len(CATALOGUE[kind])
    cells = (kind, f"{total - len(missed)} of {total}", ", ".join(missed) or "nothing")
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
