"""The map as one HTML page that loads nothing and runs nothing."""

from plugproof_contracts.pages.html_page import render_page
from plugproof_contracts.reports.as_html import TONES
from plugproof_contracts.reports.report_model import Verdict
from plugproof_harness.exploration.exploration import Exploration
from plugproof_harness.exploration.visit import CellState
from plugproof_harness.maps.grid import SYMBOLS, columns, grid

_MEANINGS = {
    Verdict.CONFORMS: "The client was taken to every place that it can be in, and kept every law there.",
    Verdict.BROKEN: "The client breaks a law. Each card below has the shortest way to see it again.",
    Verdict.UNCHECKED: "Some cells could not be judged, or were not tried: how the client fares there is open.",
    Verdict.NOTHING: "The client was in no cell at all. An exploration that meets nothing is no success.",
}


def render(found: Exploration) -> bytes:
    """Render the page; everything that came from a client is put in as text."""
    unmet = (CellState.INCONCLUSIVE, CellState.UNTRIED, CellState.IMPOSSIBLE)
    return render_page(
        "plugproof_harness.maps",
        "map.html",
        found=found,
        headline=_headline(found),
        tone=TONES[found.verdict],
        meaning=_MEANINGS[found.verdict],
        counts={"cells": len(found.results), **{str(state): count for state, count in found.counts.items()}},
        rows=grid(found),
        symbols=SYMBOLS,
        at_start=columns(found).at_start,
        troubles=columns(found).later,
        unmet=[one for state in unmet for one in found.of(state)],
    )


def _headline(found: Exploration) -> str:
    laws = len({group[0].failure.law for group in found.groups if group[0].failure})
    if found.verdict in (Verdict.BROKEN, Verdict.CONFORMS):
        return f"{laws} {'law' if laws == 1 else 'laws'} broken"
    return str(found.verdict)
