"""The history of checks as one HTML page with charts, which loads nothing and runs nothing."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from plugproof_contracts.conformance.history.check_history import History, Run
from plugproof_contracts.conformance.history.drift import Shape, drift
from plugproof_contracts.reports.report import State, Verdict

NIGHTS = 90
"""Checks that are shown, the newest."""
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 960, 180, 56, 22


class Point(NamedTuple):
    """One value of a chart: which check it belongs to, from the left, and what to say about it."""

    at: int
    value: float
    words: str


class Chart(NamedTuple):
    """A chart as finished SVG."""

    title: str
    svg: str


class TrendRun(NamedTuple):
    """One check as the page tells it."""

    when: str
    verdict: str
    planned: int
    sent: int
    passed: int
    checked: int
    broken: tuple[str, ...]
    changed: tuple[str, ...]


class Trend(NamedTuple):
    """What became of one base URL, the oldest check first."""

    base: str
    nights: tuple[TrendRun, ...]
    charts: tuple[Chart, ...]


def page(history: History) -> bytes:
    """Render all base URLs of a history."""
    from plugproof_contracts.reports.as_html import template

    trends = [trend(history, base) for base in history.bases()]
    rendered: str = template("history.html").render(trends=trends)
    return rendered.encode("utf-8", "replace")


def trend(history: History, base: str) -> Trend:
    """Gather what became of a base URL."""
    runs = history.runs(base, NIGHTS)[::-1]
    shapes = [history.shape(run.id) for run in runs]
    nights = tuple(_nights(history, runs, shapes))
    return Trend(base, nights, tuple(_charts(nights, shapes)))


def _nights(history: History, runs: Sequence[Run], shapes: Sequence[Shape]) -> Iterator[TrendRun]:
    before = Shape()
    for run, shape in zip(runs, shapes, strict=True):
        results = history.results(run.id)
        states = list(results.values())
        yield TrendRun(
            when=datetime.fromtimestamp(run.at, UTC).strftime("%Y-%m-%d %H:%M"),
            verdict=run.verdict,
            planned=run.planned,
            sent=run.sent,
            passed=states.count(State.PASSED),
            checked=sum(state not in (State.NOT_APPLICABLE, State.UNCHECKED) for state in states),
            broken=tuple(sorted(rule for rule, state in results.items() if state == State.BROKEN)),
            changed=tuple(drift(before, shape)) if before.traits and shape.traits else (),
        )
        before = shape if shape.traits else before


def _charts(nights: Sequence[TrendRun], shapes: Sequence[Shape]) -> Iterator[Chart]:
    yield Chart("Verdict of each check", _verdicts(nights))
    passed = [Point(at, night.passed, f"{night.when}: {night.passed} passed") for at, night in enumerate(nights)]
    sent = [Point(at, night.sent, f"{night.when}: {night.sent} sent") for at, night in enumerate(nights)]
    yield Chart("Rules passed", _line(passed, len(nights)))
    yield Chart("Requests sent", _line(sent, len(nights)))
    for name in sorted({name for shape in shapes for name in shape.seconds}):
        points = [
            Point(at, shape.seconds[name], f"{night.when}: {shape.seconds[name]:.2f} s")
            for at, (night, shape) in enumerate(zip(nights, shapes, strict=True))
            if name in shape.seconds
        ]
        yield Chart(f"Seconds that {name} took", _line(points, len(nights)))


_COLOURS = {
    Verdict.CONFORMS: "good",
    Verdict.BROKEN: "bad",
    Verdict.DRIFTED: "warn",
    Verdict.UNCHECKED: "warn",
    Verdict.NOTHING: "idle",
}


def _verdicts(nights: Sequence[TrendRun]) -> str:
    step = (_WIDTH - _LEFT) / max(len(nights), 1)
    width = max(min(step - 2, 24), 1)
    return _svg(32, "".join(_square(night, _LEFT + at * step, width) for at, night in enumerate(nights)))


def _square(night: TrendRun, x: float, width: float) -> str:
    said = f"<title>{night.when}: {_word(night.verdict)}</title>"
    place = f'x="{x:.1f}" y="4" width="{width:.1f}" height="24" rx="3"'
    return f'<rect class="{_colour(night.verdict)}" {place}>{said}</rect>'


def _colour(verdict: str) -> str:
    return next((colour for known, colour in _COLOURS.items() if known == verdict), "idle")


def _word(verdict: str) -> str:
    return verdict if verdict in set(Verdict) else "unknown"


def _line(points: Sequence[Point], count: int) -> str:
    """Draw values from zero up, a gap where a check has none."""
    top = max([point.value for point in points], default=0) or 1
    step, height = (_WIDTH - _LEFT) / max(count, 1), _HEIGHT - _BOTTOM - 10
    places = [(_LEFT + (point.at + 0.5) * step, 10 + height * (1 - point.value / top)) for point in points]
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{point.words}</title></circle>'
        for point, (x, y) in zip(points, places, strict=True)
    )
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    axis = "".join(_tick(top * part, 10 + height * (1 - part)) for part in (0.0, 0.5, 1.0))
    return _svg(_HEIGHT, f'{axis}<polyline points="{path}"/>{dots}')


def _tick(value: float, y: float) -> str:
    line = f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'{line}<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:.3g}</text>'


def _svg(height: int, content: str) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" xmlns="http://www.w3.org/2000/svg">{content}</svg>'
