"""The page of the faults tells of every kind what the code does."""

import re
from pathlib import Path

import pytest

from plugproof_contracts.mutations.rule_breaking import breakable_rules
from plugproof_mockserver.world.faults.faults import FaultKind, list_parameters, make_fault, parse_fault

PAGE = (Path(__file__).parents[2] / "docs/reference/faults.md").read_text("utf-8")
ROWS = re.findall(r"^\| ((?:`[a-z0-9-]+` ?)+) \| .+ \| (before|after) \| ?(.*?) ?\|$", PAGE, re.MULTILINE)
KINDS = {kind: (when, option) for kinds, when, option in ROWS for kind in re.findall(r"`([a-z0-9-]+)`", kinds)}


def test_the_page_has_every_kind_of_fault():
    assert sorted(KINDS) == sorted(FaultKind)


@pytest.mark.parametrize("kind", FaultKind)
def test_a_kind_of_fault_is_as_its_row_says(kind):
    """It strikes when the row says by default, and takes the option that stands in it, or none."""
    when, told = KINDS[kind]
    option = re.match(r"`([^`]+)`", told)
    fault = parse_fault(f"confirm:{kind}:{option[1]}" if option else f"confirm:{kind}")
    assert (fault.when, bool(option)) == (when, bool(list_parameters(kind)))
    if "needed" in told:
        with pytest.raises(ValueError, match="can't be None"):
            make_fault("confirm", kind)
    else:
        assert make_fault("confirm", kind).kind == kind


def test_the_faults_of_the_example_are_faults():
    """What the page shows to be typed is taken as it stands."""
    (line,) = re.findall(r"^plugproof serve (--fault .+)$", PAGE, re.MULTILINE)
    texts = re.findall(r"--fault '?([^' ]+)'?", line)
    assert [str(parse_fault(text).kind) for text in texts] == ["502", "missing-field"]


def test_the_page_counts_the_rules_that_can_be_broken():
    assert f"can break alone: {len(breakable_rules('*'))} of them" in " ".join(PAGE.split())
