"""The rules' pages say what the rules say."""

from pathlib import Path

import pytest

from plugproof_contracts.reports import rule_pages
from plugproof_contracts.rules import RULES
from plugproof_contracts.rules.examples import TOKEN

FOLDER = Path(__file__).parents[3] / "docs" / "reference" / "rules"
REMEDY = "the rules have changed: run python -m plugproof_contracts.reports.rule_pages docs/reference/rules"


def test_there_is_a_page_for_every_rule_and_no_other():
    assert {path.name for path in FOLDER.iterdir()} == set(rule_pages.pages()), REMEDY


@pytest.mark.parametrize("name", rule_pages.pages())
def test_a_page_is_what_its_rule_says(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == rule_pages.pages()[name], REMEDY


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_page_shows_a_finding_of_its_rule_and_no_token(rule):
    page = rule_pages.page(rule)
    assert f"**{rule.level}**" in page
    assert f"`{rule.source}`" in page
    assert "finding at " in page
    assert TOKEN not in page
    assert "token~" not in page


def test_writing_the_pages_removes_those_of_rules_that_are_gone(tmp_path):
    rule_pages.write(tmp_path)
    (tmp_path / "money.gone.md").write_text("old")
    rule_pages.write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(rule_pages.pages())
