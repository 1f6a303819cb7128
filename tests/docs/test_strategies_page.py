"""The page on strategies shows every strategy with its arguments."""

import inspect
import re
from pathlib import Path

import pytest

import plugproof_strategies
from plugproof_strategies import profiles

PAGE = Path(__file__).parents[2] / "docs/reference/strategies.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)\((.*?)\)` \|", TEXT, re.MULTILINE))


def test_every_strategy_is_on_the_page_with_its_arguments():
    assert set(ROWS) == set(plugproof_strategies.__all__) - {"profiles", "InvalidArgumentError"}
    for name, arguments in ROWS.items():
        taken = inspect.signature(getattr(plugproof_strategies, name)).parameters
        assert arguments == ", ".join(taken)


def test_every_profile_is_on_the_page_with_its_examples():
    shown = dict(re.findall(r"^\| `(\w+)` \| ([\d,]+) \|", TEXT, re.MULTILINE))
    assert {name: int(count.replace(",", "")) for name, count in shown.items()} == profiles.EXAMPLES


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https:)([^)#]+)\)", TEXT))
def test_a_link_leads_to_something(link):
    assert (PAGE.parent / link).exists()
