"""Charts over the dates of checks, drawn by pygal as SVG that styles nothing and runs nothing by itself."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

if TYPE_CHECKING:
    from pygal import XY

_DAY = 24 * 3600.0


class _Size(NamedTuple):
    """The size of a picture in pixels, of its letters and its dots, and the dates on its axis."""

    width: int
    height: int
    letters: int
    dot: float
    dates: int


_WIDE, _NARROW = _Size(960, 240, 13, 3.5, 6), _Size(440, 260, 15, 2.5, 3)
"""For a desk and for a phone, on which the wide one could not be read."""


class Point(NamedTuple):
    """One value at a moment in Unix seconds, and what to say about it."""

    at: float
    value: float
    words: str


class Series(NamedTuple):
    """Points that belong together; the number of its colour in the stylesheet."""

    name: str
    colour: int
    points: tuple[Point, ...]


class Chart(NamedTuple):
    """A chart as finished SVG, for a wide and for a narrow page, and the series that its legend explains."""

    title: str
    svg: str
    narrow: str
    legend: tuple[Series, ...]


def draw_lines(title: str, series: Sequence[Series], unit: str = "") -> Chart:
    """Draw each series as a line from zero up."""
    tops = [point.value for one in series for point in one.points]
    return _draw(title, series, range=(0, max(tops, default=0) or 1), value_formatter=_number(unit))


def draw_rows(title: str, series: Sequence[Series], rows: Mapping[str, float]) -> Chart:
    """Draw each point in the row that its value is; `rows` names them."""
    labels = [{"label": name, "value": value} for name, value in rows.items()]
    span = (min(rows.values()) - 0.5, max(rows.values()) + 0.5)
    return _draw(title, series, stroke=False, range=span, y_labels=labels)


def _number(unit: str) -> Callable[[float], str]:
    return lambda value: f"{value:,.10g} {unit}".rstrip().replace(",", " ")


def _pygal() -> Any:
    """Return pygal, without the finder for its maps: at every later import, Python 3.11 warns of it."""
    import_module("pygal.style")
    pygal = import_module("pygal")
    # This finder alone: what pygal imports may have put finders there that others need.
    sys.meta_path[:] = [one for one in sys.meta_path if type(one).__module__ != "pygal"]
    return pygal


def _draw(title: str, series: Sequence[Series], **settings: Any) -> Chart:
    wide, narrow = (_picture(title, series, size, settings) for size in (_WIDE, _NARROW))
    return Chart(title, wide, narrow, tuple(series))


def _picture(title: str, series: Sequence[Series], size: _Size, settings: Mapping[str, Any]) -> str:
    pygal = _pygal()
    moments = [point.at for one in series for point in one.points] or [0.0]
    first, last = min(moments), max(moments)
    edge = max((last - first) / 40, 60.0)
    has_rows = "y_labels" in settings  # their names take room from the dates
    dates = size.dates // 2 * 2 if has_rows else size.dates
    chart = pygal.XY(
        **settings,
        width=size.width,
        height=size.height - 50 if has_rows else size.height,
        dots_size=1.6 * size.dot if has_rows else size.dot,
        xrange=(first - edge, last + edge),
        x_labels=sorted({first + (last - first) * part / (dates - 1) for part in range(dates)}),
        x_value_formatter=_date("%m-%d %H:%M" if last - first < 3 * _DAY else "%Y-%m-%d"),
        style=pygal.style.Style(label_font_size=size.letters, major_label_font_size=size.letters),
        no_prefix=True,
        truncate_label=-1,
        show_legend=False,
        js=[],
        margin=12,
        margin_right=3 * size.letters,
    )
    for one in series:
        chart.add(one.name, [{"value": (point.at, point.value), "label": point.words} for point in one.points])
    return _plain(chart, title, [one.colour for one in series])


def _date(form: str) -> Callable[[float], str]:
    return lambda at: datetime.fromtimestamp(at, UTC).strftime(form)


def _plain(chart: "XY", title: str, colours: Sequence[int]) -> str:
    """Return a chart without its styles, scripts and comments; each dot says what it is on hover."""
    root: ElementTree.Element = chart.render_tree()
    for parent in list(root.iter()):
        for child in list(parent):
            if callable(child.tag) or child.tag in _OBEYED or child.get("class", "").strip() in _SCRIPTED:
                parent.remove(child)
            elif child.tag == "desc":
                child.tag = "title"
            elif "series" in child.get("class", "").split():
                number = int(child.get("class", "").rpartition("-")[2])
                child.set("class", f"series color-{colours[number]}")
    root.find("title").text = title  # type: ignore[union-attr]  # pygal writes one into every picture
    root.attrib.pop("id", None)
    root.set("role", "img")
    root.set("aria-label", title)
    return ElementTree.tostring(root, encoding="unicode")


_OBEYED = ("style", "script", "defs")
"""Elements that a browser obeys, and that the page's policy refuses."""

_SCRIPTED = ("tooltip", "x", "y", "x centered", "y centered", "value")
"""Elements that only pygal's own script makes use of."""
