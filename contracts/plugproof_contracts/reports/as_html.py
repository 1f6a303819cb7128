"""The report as one HTML page that loads nothing and runs nothing."""

from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from plugproof_contracts.facts import diagrams
from plugproof_contracts.reports.report import (
    MOST_SHOWN,
    Report,
    State,
    place,
    problem_place,
    read_on,
    skipped_text,
    tally,
)

if TYPE_CHECKING:
    from jinja2 import Template


def render(report: Report) -> bytes:
    """Render the page; everything that came from a recording is put in as text."""
    page = template("report.html").render(
        report=report,
        tally=tally(report.rules),
        findings=report.by_rule(),
        accepted=report.accepted_by_rule(),
        families=[(name, list(rules)) for name, rules in groupby(report.rules, key=lambda rule: rule.family)],
        picture=diagrams.svg(report.seen),
        states=State,
        most=MOST_SHOWN,
        place=place,
        read_on=read_on,
        problem_place=problem_place,
        skipped_text=skipped_text,
    )
    return page.encode("utf-8", "replace")


@cache
def template(name: str) -> "Template":
    """Return a page's template, in which every value that is put in is text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("plugproof_contracts.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
