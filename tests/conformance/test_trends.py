"""The page of the history: what its charts show, and that they style and run nothing by themselves."""

import re
import sys
from xml.etree import ElementTree

import pytest

from plugproof_contracts.conformance.history import charts
from plugproof_contracts.conformance.history.charts import Point, Series, draw_lines, draw_rows
from plugproof_contracts.conformance.history.check_history import History
from plugproof_contracts.conformance.history.drift import Shape
from plugproof_contracts.conformance.history.trends import page, trend
from plugproof_contracts.reports.report_model import Report, RuleState, State, Verdict
from plugproof_contracts.rules import RULES

SVG = "{http://www.w3.org/2000/svg}"
DAY = 24 * 3600
FIRST = 1_768_046_400  # 2026-01-10 12:00 UTC


def report(verdict, broken=()):
    rules = tuple(
        RuleState(
            rule.slug,
            rule.level,
            rule.source,
            rule.requirement,
            State.BROKEN if rule.slug in broken else State.PASSED,
        )
        for rule in RULES.values()
    )
    counts = {"requests planned": 6, "requests sent": 5}
    nothing = dict.fromkeys(("sources", "breaches", "problems", "stale", "seen"), ())
    return Report(title="t", version="0", strict=False, verdict=verdict, counts=counts, rules=rules, **nothing)


@pytest.fixture
def history(tmp_path):
    history = History(f"sqlite:///{tmp_path / 'h.db'}")
    yield history
    history.close()


def labels(chart, axis):
    root = ElementTree.fromstring(chart.svg)
    groups = [group for group in root.iter(f"{SVG}g") if f"axis {axis}" in group.get("class", "")]
    return [text.text for group in groups for text in group.iter(f"{SVG}text")]


def test_the_axis_of_time_shows_dates(history):
    """From the first check to the last, in days; within three days with the minute."""
    for day in range(11):
        history.record("b", FIRST + day * DAY, report(Verdict.CONFORMS), Shape())
    dates = labels(trend(history, "b").charts[0], "x")
    assert (dates[0], dates[-1]) == ("2026-01-10", "2026-01-20")
    one = draw_lines("x", [Series("a", 0, (Point(FIRST, 1, ""), Point(FIRST + 60, 2, "")))])
    assert labels(one, "x")[0] == "01-10 12:00"


def test_a_narrow_chart_shows_the_same_in_less_room():
    """A phone gets a picture of its own width, with fewer dates and every point."""
    chart = draw_lines("x", [Series("a", 0, tuple(Point(FIRST + day * DAY, day, "") for day in range(11)))])
    wide, narrow = (ElementTree.fromstring(svg) for svg in (chart.svg, chart.narrow))
    assert len(list(narrow.iter(f"{SVG}circle"))) == len(list(wide.iter(f"{SVG}circle"))) == 11
    assert float(narrow.get("viewBox").split()[2]) <= 440
    assert labels(chart._replace(svg=chart.narrow), "x") == ["2026-01-10", "2026-01-15", "2026-01-20"]


def test_verdicts_stand_in_rows_that_are_named(history):
    """All dots of one verdict are at one height, the height of its name."""
    verdicts = [Verdict.CONFORMS, Verdict.BROKEN, Verdict.CONFORMS, Verdict.DRIFTED, Verdict.UNCHECKED]
    for day, verdict in enumerate(verdicts):
        history.record("b", FIRST + day * DAY, report(verdict), Shape())
    chart = trend(history, "b").charts[0]
    root = ElementTree.fromstring(chart.svg)
    heights = {}
    for dots in root.iter(f"{SVG}g"):
        if dots.get("class") == "dots":
            verdict = dots.find(f"{SVG}title").text.partition(": ")[2]
            heights.setdefault(verdict, set()).add(round(float(dots.find(f"{SVG}circle").get("cy")), 3))
    assert labels(chart, "y") == list(map(str, [*dict.fromkeys(verdicts), Verdict.NOTHING]))
    assert [one.name for one in chart.legend] == list(heights)
    assert [len(places) for places in heights.values()] == [1] * 4
    assert len(set().union(*heights.values())) == 4


def test_times_are_milliseconds_with_a_legend(history):
    """One chart for all operations, each with its own colour."""
    history.record("b", FIRST, report(Verdict.CONFORMS), Shape(frozenset(), {"get": 0.1234, "confirm": 0.25}))
    history.record("b", FIRST + DAY, report(Verdict.CONFORMS), Shape(frozenset(), {"get": 0.2}))
    chart = trend(history, "b").charts[-1]
    assert "milliseconds" in chart.title
    assert [(one.name, [point.value for point in one.points]) for one in chart.legend] == [
        ("confirm", [250]),
        ("get", [123, 200]),
    ]
    assert len({one.colour for one in chart.legend}) == 2
    assert any(label.endswith(" ms") for label in labels(chart, "y"))
    assert "get took 123 ms" in chart.svg


@pytest.mark.parametrize("points", [(), (Point(FIRST, 0, "<b>&"),)])
def test_a_chart_styles_and_runs_nothing(points):
    """The page's stylesheet styles it; nothing in it would need more than the page's policy allows."""
    for chart in (
        draw_lines("<t>", [Series("a", 0, points)]),
        draw_rows("<t>", [Series("a", 0, points)], {"a": 0}),
    ):
        assert not re.search(r"<script|<style|style=|<b>|\son\w+=|<!--|<\?", chart.svg + chart.narrow)


def test_the_same_history_gives_the_same_page(history):
    """No date of the rendering, and no random name."""
    history.record("b", FIRST, report(Verdict.CONFORMS), Shape(frozenset(), {"get": 0.1}))
    assert page(history) == page(history)


def test_the_head_counts_what_the_newest_check_broke(history):
    """Documented facts alone; they are what fails a check."""
    documented = [rule.slug for rule in RULES.values() if rule.level == "documented"][:2]
    assumed = next(rule.slug for rule in RULES.values() if rule.level == "assumed")
    history.record("b", FIRST, report(Verdict.CONFORMS), Shape())
    history.record("b", FIRST + DAY, report(Verdict.BROKEN, {*documented, assumed}), Shape())
    assert [night.headline for night in trend(history, "b").nights] == [
        "0 documented facts broken",
        "2 documented facts broken",
    ]
    assert "2 documented facts broken" in page(history).decode()


class ForeignFinder:
    """A finder that some other package puts on the path while pygal is imported."""

    def find_spec(self, *_):
        return None


def test_charts_take_away_only_pygals_finder(monkeypatch):
    """Finders that its imports bring may be needed; its own makes Python 3.11 warn at every later import."""
    own, foreign = pytest.importorskip("pygal").PluginImportFixer(), ForeignFinder()
    monkeypatch.setattr("sys.meta_path", [*sys.meta_path])
    monkeypatch.setattr(charts, "import_module", lambda name: sys.meta_path.extend((own, foreign)))
    charts._pygal()
    assert own not in sys.meta_path
    assert sys.meta_path.count(foreign) == 2
