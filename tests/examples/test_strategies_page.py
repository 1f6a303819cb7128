"""What the page on strategies shows, runs; and it shows every strategy with its arguments."""

import inspect
import re
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.strategies._internal import types

import plugproof_strategies
from plugproof_strategies import hypothesis_entry, profiles

PAGE = Path(__file__).parents[2] / "docs/reference/strategies.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
ROWS = dict(re.findall(r"^\| `(\w+)\((.*?)\)` \|", TEXT, re.MULTILINE))
FEW = settings(max_examples=10, deadline=None, database=None)


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    """Try few examples, and leave Hypothesis as it was, whatever a block sets."""
    monkeypatch.delenv("EXAMPLES_REDIS_URL", raising=False)
    monkeypatch.setattr(types, "_global_extra_lookup", dict(types._global_extra_lookup))
    hypothesis_entry.register()
    name, ci = settings.get_current_profile_name(), settings.get_profile("ci")
    settings.register_profile("page", FEW)
    settings.load_profile("page")
    yield
    settings.register_profile("ci", ci)
    settings.load_profile(name)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_block_of_python_runs_and_so_do_the_tests_in_it(block):
    names: dict[str, object] = {"__name__": "page"}
    exec(compile(block, str(PAGE), "exec"), names)
    for name, thing in names.items():
        if name.startswith("test_") and callable(thing):
            thing()


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
