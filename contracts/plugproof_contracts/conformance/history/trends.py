"""The history of checks as one HTML page with charts, which loads nothing and runs nothing."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from plugproof_contracts.conformance.history.charts import Chart, Point, Series, draw_lines, draw_rows
from plugproof_contracts.conformance.history.check_history import History, Run
from plugproof_contracts.conformance.history.drift import Shape, drift
from plugproof_contracts.facts.level import Level
from plugproof_contracts.reports.as_html import MEANINGS, TONES
from plugproof_contracts.reports.report_model import State, Verdict, facts_broken
from plugproof_contracts.rules import RULES

NIGHTS = 90
"""Checks that are shown, the newest."""


class TrendRun(NamedTuple):
    """One check as the page tells it; `at` is in Unix seconds."""

    at: float
    verdict: str
    planned: int
    sent: int
    passed: int
    checked: int
    broken: tuple[str, ...]
    changed: tuple[str, ...]
    milliseconds: dict[str, float]

    @property
    def when(self) -> str:
        """The minute of the check, in UTC."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%d %H:%M")

    @property
    def tone(self) -> str:
        """The tone in which the verdict is told."""
        return {str(verdict): tone for verdict, tone in TONES.items()}.get(self.verdict, "")

    @property
    def headline(self) -> str:
        """How many documented facts are broken, or else the verdict."""
        count = sum(slug in RULES and RULES[slug].level is Level.DOCUMENTED for slug in self.broken)
        is_counted = count or self.verdict == Verdict.CONFORMS
        return facts_broken(count, Level.DOCUMENTED) if is_counted else self.verdict


class Trend(NamedTuple):
    """What became of one base URL, the oldest check first."""

    base: str
    nights: tuple[TrendRun, ...]
    charts: tuple[Chart, ...]


def page(history: History) -> bytes:
    """Render all base URLs of a history."""
    from plugproof_contracts.pages.html_page import render_page

    trends = [trend(history, base) for base in history.bases()]
    return render_page(
        "plugproof_contracts.reports", "history.html", trends=trends, meanings=MEANINGS, nights=NIGHTS
    )


def trend(history: History, base: str) -> Trend:
    """Gather what became of a base URL."""
    runs = history.runs(base, NIGHTS)[::-1]
    nights = tuple(_nights(history, runs))
    return Trend(base, nights, tuple(_charts(nights)) if nights else ())


def _nights(history: History, runs: Sequence[Run]) -> Iterator[TrendRun]:
    before = Shape()
    for run in runs:
        shape, results = history.shape(run.id), history.results(run.id)
        states = list(results.values())
        yield TrendRun(
            at=run.at,
            verdict=run.verdict,
            planned=run.planned,
            sent=run.sent,
            passed=states.count(State.PASSED),
            checked=sum(state not in (State.NOT_APPLICABLE, State.UNCHECKED) for state in states),
            broken=tuple(sorted(rule for rule, state in results.items() if state == State.BROKEN)),
            changed=tuple(drift(before, shape)) if before.traits and shape.traits else (),
            milliseconds={name: 1000 * seconds for name, seconds in sorted(shape.seconds.items())},
        )
        before = shape if shape.traits else before


_FIRST_HUE = 10
"""The first of the stylesheet's colours that mean nothing by themselves."""

_ROWS = (Verdict.CONFORMS, Verdict.BROKEN, Verdict.DRIFTED, Verdict.UNCHECKED, Verdict.NOTHING)


def _charts(nights: Sequence[TrendRun]) -> Iterator[Chart]:
    rows = {str(verdict): -float(row) for row, verdict in enumerate(_ROWS)}
    verdicts = [_verdicts(name, colour, nights, rows[name]) for colour, name in enumerate(rows)]
    yield draw_rows("Verdict of each check", [one for one in verdicts if one.points], rows)
    yield draw_lines("Rules", [_line("checked", 4, nights), _line("passed", 0, nights)])
    yield draw_lines("Requests sent", [_line("sent", 3, nights)])
    if timed := list(_times(nights)):
        yield draw_lines("How long the slowest answer took, in milliseconds", timed, "ms")


def _verdicts(verdict: str, colour: int, nights: Sequence[TrendRun], row: float) -> Series:
    points = (Point(night.at, row, f"{night.when}: {verdict}") for night in nights if night.verdict == verdict)
    return Series(verdict, colour, tuple(points))


def _line(name: str, colour: int, nights: Sequence[TrendRun]) -> Series:
    values = [(night, getattr(night, name)) for night in nights]
    points = (Point(night.at, value, f"{night.when}: {value} {name}") for night, value in values)
    return Series(name, colour, tuple(points))


def _times(nights: Sequence[TrendRun]) -> Iterator[Series]:
    names = sorted({name for night in nights for name in night.milliseconds})
    for colour, name in enumerate(names, _FIRST_HUE):
        timed = [(night, round(night.milliseconds[name])) for night in nights if name in night.milliseconds]
        points = (Point(night.at, took, f"{night.when}: {name} took {took} ms") for night, took in timed)
        yield Series(name, colour, tuple(points))
