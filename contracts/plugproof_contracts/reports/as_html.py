"""The report as one HTML page that loads nothing and runs nothing."""

from itertools import groupby

from plugproof_contracts.facts import diagrams
from plugproof_contracts.facts.level import Level
from plugproof_contracts.pages.html_page import render_page
from plugproof_contracts.reports.report_model import (
    MOST_SHOWN,
    Report,
    State,
    Verdict,
    place,
    problem_place,
    read_on,
    skipped_text,
    tally,
)

TONES = {
    Verdict.CONFORMS: "good",
    Verdict.BROKEN: "bad",
    Verdict.DRIFTED: "warn",
    Verdict.UNCHECKED: "warn",
    Verdict.NOTHING: "warn",
}
"""The tone in which a page tells each verdict."""

_STATE_TONES = {
    State.PASSED: "good",
    State.BROKEN: "bad",
    State.ACCEPTED: "warn",
    State.UNCHECKED: "quiet",
    State.NOT_APPLICABLE: "quiet",
}

MEANINGS = {
    Verdict.CONFORMS: "Every answer that was judged keeps the contract.",
    Verdict.BROKEN: "Answers were seen that the contract does not allow. What is wrong comes first below.",
    Verdict.DRIFTED: "Nothing breaks the contract, but answers look different from those of an earlier check.",
    Verdict.UNCHECKED: "Some of it could not be read or judged, so it is open whether it keeps the contract.",
    Verdict.NOTHING: "Nothing was there to judge. A check that looks at nothing is no success.",
}
"""What each verdict means, for somebody who reads their first report."""

_LEVELS = {
    Level.DOCUMENTED: "The API's reference says so.",
    Level.INFERRED: "It follows from what the reference says; it counts under --strict.",
    Level.ASSUMED: "The reference is silent, and this is what we assume.",
}


def render(report: Report) -> bytes:
    """Render the page; everything that came from a recording is put in as text."""
    return render_page(
        "plugproof_contracts.reports",
        "report.html",
        styles=(diagrams.STYLE,),
        report=report,
        tally=tally(report.rules),
        findings=report.by_rule(),
        accepted=report.accepted_by_rule(),
        families=[(name, list(rules)) for name, rules in groupby(report.rules, key=lambda rule: rule.family)],
        picture=diagrams.svg(report.seen),
        states=State,
        tones=TONES,
        state_tones=_STATE_TONES,
        meanings=MEANINGS,
        levels=_LEVELS,
        most=MOST_SHOWN,
        place=place,
        read_on=read_on,
        problem_place=problem_place,
        skipped_text=skipped_text,
    )
