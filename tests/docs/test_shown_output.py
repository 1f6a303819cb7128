"""Output that pages show without its command is what the code writes."""

import re

from pages.code_blocks import ROOT

from plugproof_contracts.conformance.probing.plan import lines, plan
from plugproof_contracts.reports.report_model import AssumptionNote

DOCS = ROOT / "docs"


def test_the_page_shows_what_is_told_of_a_contradiction():
    """Word for word."""
    note = AssumptionNote(fact="setting.vat", assumed="21 %", seen="18.9 to 19.1 %", n=3)
    shown = f"```text\ncontradicted assumptions:\n  {note}\n```"
    assert shown in (DOCS / "explanation" / "evidence.md").read_text("utf-8")


def test_the_page_shows_a_line_of_a_plan():
    """Word for word but for the fingerprint, on one of the nights."""
    (shown,) = re.findall(r"^ 3\. PUT .*$", (DOCS / "reference" / "check.md").read_text("utf-8"), re.MULTILINE)
    asked = {line for night in range(30) for line in lines(plan((), night=night), explains=True)}
    assert _without_fingerprint(shown) in {_without_fingerprint(line) for line in asked}


def _without_fingerprint(line: str) -> str:
    return re.sub(r"token~[0-9a-f]{10}", "token~", line)
