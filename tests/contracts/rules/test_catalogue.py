"""Every rule finds what it is for, and nothing else."""

import re
from inspect import getmembers, isfunction

import pytest

from plugproof_contracts import RULES, Level
from plugproof_contracts.checking.checker import examine_by_rules, examine_trace
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.parsing.finding import Finding
from plugproof_contracts.rules import families
from plugproof_contracts.rules.catalogue import Subject, rule
from plugproof_contracts.rules.examples import success

OVERLAPS = {
    "http.failure-code": {"json.well-formed"},
    "http.unknown-token": {"http.failure-code"},
    "json.whole-characters": {"shape.envelope"},
    "json.finite-numbers": {"shape.types"},
    "json.shallow": {"shape.envelope"},
    "json.exact-numbers": {"shape.types"},
    "trace.confirm-again": {"http.failure-code"},
    "trace.cancel-in-time": {"status.cancelled-is-abandoned", "trace.lifecycle", "trace.timestamps-stay"},
    "trace.payment-stays-gone": {"trace.lifecycle", "trace.timestamps-stay"},
    "ratelimit.refuses-when-due": {"ratelimit.headers"},
    "errors.not-found-alike": {"errors.known-fields", "ratelimit.headers-on-failures"},
}
"""Where a breach of one fact cannot but breach another."""


def found_in(example):
    violations = examine_trace(example).violations
    if len(example) == 1:
        assert [v.rule for v in examine_by_rules(example[0]).violations] == [v.rule for v in violations]
    return violations


def cases(kind):
    return [
        pytest.param(slug, example, id=f"{slug}-{index}")
        for slug, one in RULES.items()
        for index, example in enumerate(getattr(one, kind))
    ]


@pytest.mark.parametrize(("slug", "example"), cases("violating"))
def test_a_violating_example_is_found_under_exactly_its_rule(slug, example):
    found = found_in(example)
    own = [violation for violation in found if violation.rule == slug]
    assert own
    assert {violation.rule for violation in found} - {slug} <= OVERLAPS.get(slug, set())
    assert slug in examine_trace(example).checked
    assert {(violation.level, violation.source) for violation in own} == {(RULES[slug].level, RULES[slug].source)}
    assert all(0 <= violation.position < len(example) for violation in own)


@pytest.mark.parametrize(("slug", "example"), cases("conforming"))
def test_a_conforming_example_breaks_no_rule_and_passes_its_own(slug, example):
    assert [str(violation) for violation in found_in(example)] == []
    assert slug in examine_trace(example).passed


@pytest.mark.parametrize("one", RULES.values(), ids=RULES)
def test_a_rule_says_what_it_requires_why_and_whence(one):
    assert one.requirement.endswith((".", ").", "`."))
    assert len(one.why) >= 40
    assert re.fullmatch(r"[a-z0-9-]+#[a-z0-9_.-]+", one.source)
    assert set(one.scope.operations) <= set(OPERATIONS)


@pytest.mark.parametrize("one", RULES.values(), ids=RULES)
def test_a_rule_judges_only_what_its_scope_lets_through(one):
    """A rule that is checked is applicable too."""
    for example in (*one.conforming, *one.violating):
        result = examine_trace(example)
        assert result.checked <= result.applicable


def judge(answer):
    """Nothing happens.

    Nobody cares much about this one."""
    yield Finding("", "nothing", answer)


SOME = (success(),)


def define(slug, judge=judge, conforming=SOME, violating=SOME):
    rule(slug, Level.ASSUMED, source="x#y", on=Subject.ANSWER, conforming=conforming, violating=violating)(judge)


def test_a_slug_is_defined_once():
    with pytest.raises(ValueError, match=r"money\.not-negative.*twice"):
        define("money.not-negative")


@pytest.mark.parametrize("slug", ["money", "Money.x", "money.x_y", "money.", "1.2.3"])
def test_a_slug_is_a_family_and_words(slug):
    with pytest.raises(ValueError, match="allowed is"):
        define(slug)


@pytest.mark.parametrize("missing", ["conforming", "violating"])
def test_a_rule_without_an_example_is_refused(missing):
    with pytest.raises(ValueError, match="lacks a conforming or a violating example"):
        define("test.unshown", **{missing: ()})


def test_a_rule_that_does_not_say_why_is_refused():
    def silent(answer):
        """It requires."""

    with pytest.raises(ValueError, match="why a client cares"):
        define("test.silent", silent)
    assert "test.silent" not in RULES


@pytest.mark.parametrize("family", families.__all__)
def test_every_public_function_of_a_family_is_a_rule(family):
    """A rule that nobody enters into the catalogue would find nothing, and nobody would miss it."""
    module = getattr(families, family)
    own = {
        one
        for name, one in getmembers(module, isfunction)
        if one.__module__ == module.__name__ and not name.startswith("_")
    }
    entered = {one.judge for one in RULES.values() if one.judge.__module__ == module.__name__}
    assert own
    assert own == entered
