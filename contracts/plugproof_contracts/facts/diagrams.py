"""The lifecycle, drawn: as text, as a Mermaid flowchart, and as an SVG.

All three are made from `LIFECYCLE`, so a row that is added there is drawn here. Only where a status
stands in the SVG, and which arrows make a detour, is laid out by hand. The same input always gives
the same bytes.
"""

from collections.abc import Collection, Iterator
from itertools import pairwise
from math import dist
from typing import NamedTuple

from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session import Status
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE, TERMINAL, Cause, moves_from

_S = Status
_D, _I, _A = Level.DOCUMENTED, Level.INFERRED, Level.ASSUMED


class Arrow(NamedTuple):
    """All rows of the lifecycle that share source, target and level, drawn as one."""

    source: Status
    target: Status
    level: Level
    causes: tuple[Cause, ...]

    @property
    def label(self) -> str:
        """The causes, in the table's order."""
        return ", ".join(self.causes)


def arrows() -> tuple[Arrow, ...]:
    """Return every arrow to draw, in the order of the table."""
    causes: dict[tuple[Status, Status, Level], tuple[Cause, ...]] = {}
    for source, cause, target, level in LIFECYCLE:
        key = (source, target, level)
        causes[key] = (*causes.get(key, ()), cause)
    return tuple(Arrow(*key, found) for key, found in causes.items())


# --- text ---------------------------------------------------------------------------------------

_SHAFT = {_D: "=", _I: "-", _A: "."}


def text() -> str:
    """Draw the lifecycle in plain ASCII: under each status what may follow, and how well that is known."""
    blocks = ["\n".join(_text_lines(status)) for status in Status]
    legend = ", ".join(f"{_SHAFT[level] * 2}> {level}" for level in Level)
    return "\n\n".join([*blocks, f"{legend}, (terminal)"]) + "\n"


def _text_lines(status: Status) -> Iterator[str]:
    yield f"({status})" if status in TERMINAL else status
    for move in moves_from(status):
        shaft = _SHAFT[move.level]
        yield f"  {shaft * 2} {move.cause} {shaft * (15 - len(move.cause))}> {move.target}"


# --- Mermaid ------------------------------------------------------------------------------------

_LINK = {_D: "==>", _I: "-->", _A: "-.->"}


def mermaid() -> str:
    """Draw the lifecycle as a Mermaid flowchart; thick is documented, thin is inferred, dotted is assumed."""
    legend = ", ".join(f"{_LINK[level]} {level}" for level in Level)
    nodes = [f"{status}([{status}])" if status in TERMINAL else f"{status}[{status}]" for status in Status]
    links = [f"{arrow.source} {_LINK[arrow.level]}|{arrow.label}| {arrow.target}" for arrow in arrows()]
    return "\n    ".join(["flowchart TD", f"%% {legend}, ([terminal])", *nodes, *links]) + "\n"


# --- SVG ----------------------------------------------------------------------------------------

Point = tuple[float, float]

PLACES: dict[Status, Point] = {
    _S.CREATED: (500, 50),
    _S.EXPIRED: (830, 50),
    _S.FAILED: (170, 165),
    _S.AUTHORIZED: (500, 165),
    _S.ABANDONED: (830, 165),
    _S.STARTING: (500, 280),
    _S.CHARGING: (500, 385),
    _S.STOPPING: (170, 455),
    _S.SETTLING: (500, 525),
    _S.NO_CHARGE: (325, 635),
    _S.REFUNDED: (675, 635),
    _S.REQUIRES_REVIEW: (500, 745),
    _S.CAPTURE_FAILED: (130, 855),
    _S.WRITTEN_OFF: (500, 855),
    _S.CAPTURED: (870, 855),
}
"""The middle of each status in the SVG."""


class Detour(NamedTuple):
    """How an arrow differs from the straight line: moved `aside` to the right, or led `via` some corners."""

    aside: float = 0
    via: tuple[Point, ...] = ()


_STRAIGHT = Detour()
DETOURS: dict[tuple[Status, Status, Level], Detour] = {
    (_S.CREATED, _S.AUTHORIZED, _D): Detour(aside=-38),
    (_S.CREATED, _S.AUTHORIZED, _I): Detour(aside=38),
    (_S.CHARGING, _S.STOPPING, _D): Detour(via=((170, 385),)),
    (_S.SETTLING, _S.CAPTURE_FAILED, _I): Detour(via=((130, 525),)),
    (_S.SETTLING, _S.CAPTURED, _I): Detour(via=((870, 525),)),
    (_S.CAPTURE_FAILED, _S.CAPTURED, _A): Detour(via=((130, 925), (870, 925))),
}
"""The arrows that would otherwise cover each other or a status."""

_WIDTH, _HEIGHT = 1000, 1010
_HALF_WIDTH, _HALF_HEIGHT = 72, 19

_OPENING = (
    f'<svg xmlns="http://www.w3.org/2000/svg" class="lifecycle" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
    f'width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-label="Lifecycle of a session">'
)
STYLE = """
.lifecycle text { font: 14px system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: var(--text, #1b2733);
  text-anchor: middle; dominant-baseline: central }
.lifecycle .ground { fill: var(--surface, #fff) }
.lifecycle .status rect { fill: var(--surface, #fff); stroke: var(--text, #1b2733); stroke-width: 1.5 }
.lifecycle .terminal rect { fill: var(--raised, #eceff3) }
.lifecycle .seen rect { fill: var(--accent, #ffd75e); stroke: var(--accent, #1b2733); stroke-width: 3 }
.lifecycle .seen text { fill: var(--on-accent, #1b2733); font-weight: 600 }
.lifecycle .move polyline { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round }
.lifecycle .move text { font-size: 12.5px; stroke: var(--surface, #fff); stroke-width: 6px; stroke-linejoin: round;
  paint-order: stroke }
.lifecycle .head { fill: currentColor }
.lifecycle .documented { color: var(--accent, #0b5cad) }
.lifecycle .inferred { color: var(--text, #3d4b59) }
.lifecycle .assumed { color: var(--warn, #8a5a00) }
.lifecycle .documented polyline { stroke-width: 3 }
.lifecycle .inferred polyline { stroke-dasharray: 8 4 }
.lifecycle .assumed polyline { stroke-dasharray: 2 4 }
.lifecycle .legend text { text-anchor: start }
"""
"""Where a page around the picture has colours of its own, the picture takes those."""

_HEAD = (
    '<marker id="lifecycle-head-{level}" class="head {level}" viewBox="0 0 10 10" refX="9" refY="5" '
    'markerUnits="userSpaceOnUse" markerWidth="11" markerHeight="11" orient="auto">'
    '<path d="M0 1 L9 5 L0 9 z"/></marker>'
)


def svg(seen: Collection[Status] = ()) -> str:
    """Draw the lifecycle as a self-contained SVG in which the statuses in `seen` stand out."""
    parts = [
        _OPENING,
        f"<style>{STYLE}</style>",
        "<defs>" + "".join(_HEAD.format(level=level) for level in Level) + "</defs>",
        f'<rect class="ground" width="{_WIDTH}" height="{_HEIGHT}" rx="10"/>',
        *map(_svg_arrow, arrows()),
        *(_svg_status(status, status in seen) for status in Status),
        *_svg_legend(bool(seen)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _svg_arrow(arrow: Arrow) -> str:
    points = _line(arrow)
    x, y = _label_place(points)
    return (
        f'<g class="move {arrow.level}" data-source="{arrow.source}" data-target="{arrow.target}">'
        f'{_polyline(points, arrow.level)}<text x="{x:.1f}" y="{y:.1f}">{arrow.label}</text></g>'
    )


def _polyline(points: list[Point], level: Level) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{places}" marker-end="url(#lifecycle-head-{level})"/>'


def _line(arrow: Arrow) -> list[Point]:
    detour = DETOURS.get((arrow.source, arrow.target, arrow.level), _STRAIGHT)
    start, end = ((x + detour.aside, y) for x, y in (PLACES[arrow.source], PLACES[arrow.target]))
    stops = [start, *detour.via, end]
    return [_border(start, stops[1]), *detour.via, _border(end, stops[-2])]


def _border(middle: Point, towards: Point) -> Point:
    """Return where the line from the middle of a box to somewhere outside leaves the box."""
    dx, dy = towards[0] - middle[0], towards[1] - middle[1]
    share = 1 / max(abs(dx) / _HALF_WIDTH, abs(dy) / _HALF_HEIGHT)
    return middle[0] + dx * share, middle[1] + dy * share


def _label_place(points: list[Point]) -> Point:
    """Return the middle of the longest stretch."""
    (x1, y1), (x2, y2) = max(pairwise(points), key=lambda stretch: dist(*stretch))
    return (x1 + x2) / 2, (y1 + y2) / 2


def _svg_status(status: Status, seen: bool) -> str:
    kinds = ["status", *(["terminal"] if status in TERMINAL else []), *(["seen"] if seen else [])]
    box = _box(PLACES[status], status in TERMINAL, status)
    return f'<g class="{" ".join(kinds)}" data-status="{status}">{box}</g>'


def _box(middle: Point, round_ended: bool, label: str) -> str:
    x, y = middle
    radius = _HALF_HEIGHT if round_ended else 5
    return (
        f'<rect x="{x - _HALF_WIDTH:g}" y="{y - _HALF_HEIGHT:g}" width="{2 * _HALF_WIDTH}" '
        f'height="{2 * _HALF_HEIGHT}" rx="{radius}"/><text x="{x:g}" y="{y:g}">{label}</text>'
    )


def _svg_legend(with_seen: bool) -> Iterator[str]:
    y = _HEIGHT - 30
    for x, level in zip((60, 240, 400), Level, strict=True):
        line = _polyline([(x, y), (x + 46, y)], level)
        yield f'<g class="legend"><g class="move {level}">{line}</g><text x="{x + 56}" y="{y}">{level}</text></g>'
    yield f'<g class="status terminal">{_box((630, y), True, "terminal")}</g>'
    if with_seen:
        yield f'<g class="status seen">{_box((800, y), False, "seen")}</g>'
