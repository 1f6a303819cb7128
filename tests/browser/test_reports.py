"""The report pages in a real browser: one file each, in one dress, usable by everybody."""

from datetime import date

import pytest

from plugproof_contracts.adapters.ndjson import to_ndjson
from plugproof_contracts.conformance.history.check_history import History
from plugproof_contracts.conformance.history.drift import Shape
from plugproof_contracts.conformance.history.trends import page as history_page
from plugproof_contracts.conformance.recordings import inspect
from plugproof_contracts.pages.html_page import stylesheet
from plugproof_contracts.reports.builder import ReportPolicy
from plugproof_contracts.reports.formats import render
from plugproof_contracts.rules.examples import success
from plugproof_harness.exploration.exploration import Exploration
from plugproof_harness.exploration.visit import CellResult, CellState
from plugproof_harness.laws.client_laws import LawFailure
from plugproof_harness.maps.map_html import render as map_page
from plugproof_pytest.reporting.behaviour_coverage import BehaviourCoverage
from plugproof_pytest.reporting.coverage_reports import as_html

NOON = 1_768_046_400.0  # of 2026-01-10, in UTC
PAYLOAD = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """One file for each page, with text from outside in it."""
    folder = tmp_path_factory.mktemp("pages")
    made = {"report": _report(folder), "history": _history(folder), "map": _map(), "coverage": _coverage()}
    for name, content in made.items():
        (folder / f"{name}.html").write_bytes(content)
    return {name: (folder / f"{name}.html").as_uri() for name in made}


def _report(folder):
    recording = folder / "traffic.ndjson"
    whole, strange = success(), success(energy_kwh=PAYLOAD, connector_status=PAYLOAD)
    recording.write_bytes(b"".join(map(to_ndjson, (whole, strange))))
    report = inspect([recording], ReportPolicy(date(2026, 1, 10)))
    assert report.headline.endswith("broken")
    return render("html", report)


def _history(folder):
    history = History(f"sqlite:///{folder / 'h.db'}")
    report = inspect([folder / "traffic.ndjson"], ReportPolicy(date(2026, 1, 10)))
    counts = {"requests planned": 2, "requests sent": 2}
    for day in range(5):
        kept = _with(report, counts=counts)
        history.record(
            f"https://{PAYLOAD}", 1_768_046_400.0 + day * 86_400, kept, Shape(frozenset(), {"get": 0.1})
        )
    made = history_page(history)
    history.close()
    return made


def _with(report, **changes):
    return type(report)(**{name: getattr(report, name) for name in report.__struct_fields__} | changes)


def _map():
    failure = LawFailure("client.survives", "why", "source", PAYLOAD, PAYLOAD, ("start HAPPY",), PAYLOAD)
    results = (
        CellResult("new/start/none", CellState.MET),
        CellResult("created/poll/500", CellState.BROKEN, failure=failure),
        CellResult("created/poll/reset", CellState.INCONCLUSIVE, PAYLOAD),
        CellResult("created/poll/empty", CellState.IMPOSSIBLE, "there is no way"),
    )
    return map_page(Exploration(PAYLOAD, 1, results))


def _coverage():
    met = BehaviourCoverage()
    met.strike(["reset"])
    return as_html(met).encode()


@pytest.mark.parametrize("name", ["report", "history", "map", "coverage"])
def test_a_page_is_one_file_in_one_dress(page, files, name):
    """The one stylesheet, a head, and not one request; no text becomes markup."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(files[name])
    assert asked == [files[name]]
    assert page.locator("style").first.text_content() == stylesheet()
    assert page.locator("h1").count() == 1
    assert page.locator("img, script, link").count() == 0
    assert page.locator("th:not([scope])").count() == 0


@pytest.mark.parametrize("name", ["report", "history", "map", "coverage"])
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_a_page_is_usable_by_everybody(page, files, serious, name, width, scheme):
    """Axe finds nothing serious, contrast among it, and nothing is cut off."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(files[name])
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert serious(page) == []


def test_the_head_says_of_whom_when_and_how_bad(page, files):
    """The target, the day, and how many documented facts are broken."""
    page.goto(files["report"])
    head = page.locator("header.head").inner_text()
    assert "2026-01-10" in head
    assert "documented facts broken" in head
    assert "https://" in page.locator("h1").inner_text()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_chart_is_seen_whole(page, files, width):
    """One picture of each chart shows, as wide as its card at most, and nothing scrolls."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(files["history"])
    shown = page.locator(".chart svg").locator("visible=true")
    assert shown.count() == page.locator(".chart").count() / 2
    for box in (one.bounding_box() for one in shown.all()):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_findings_are_cards_on_a_phone(page, files):
    """Each cell stands below the name of its column, and no table scrolls sideways."""
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(files["report"])
    row = page.locator(".finding tbody tr").first
    places = row.locator("[data-label]").evaluate_all(
        "cells => cells.map((one) => one.getBoundingClientRect().top)"
    )
    assert places == sorted(set(places))
    assert page.evaluate(
        "[...document.querySelectorAll('.finding .scroll')].every((one) => one.scrollWidth <= one.clientWidth)"
    )
