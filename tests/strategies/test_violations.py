"""Every known defect breaks its own rule and no other that it does not name."""

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from plugproof_contracts import RULES, Level, Status, check, check_trace
from plugproof_contracts.mutations import BY_RULE, DEFECTS
from plugproof_contracts.mutations.mutation import Needs, fits
from plugproof_contracts.rules.examples import success
from plugproof_strategies import journeys, violating_exchanges, violating_traces
from plugproof_strategies.trace_mutation import TRACE_DEFECTS, Tail
from plugproof_strategies.violation_strategies import TRACES_BY_RULE, conforming

WEIGHT = {Level.DOCUMENTED: 2, Level.INFERRED: 1, Level.ASSUMED: 0}


def label(defect):
    return f"{defect.rule}: {defect.name}"[:90]


def rules_of(breaches):
    return {breach.rule for breach in breaches}


def test_every_rule_has_a_way_to_be_broken():
    assert set(BY_RULE) == {slug for slug, rule in RULES.items() if not rule.is_trace}
    assert set(TRACES_BY_RULE) == {slug for slug, rule in RULES.items() if rule.is_trace}


def test_no_defect_is_listed_twice():
    named = [(defect.rule, defect.name, defect.needs) for defect in DEFECTS]
    assert len(set(named)) == len(named) >= 500
    traces = [(defect.rule, defect.name) for defect in TRACE_DEFECTS]
    assert len(set(traces)) == len(traces)


def test_what_breaks_with_a_defect_is_no_stronger():
    every = [(defect.rule, other) for defect in DEFECTS for other in defect.also]
    every += [(defect.rule, other) for defect in TRACE_DEFECTS for other in defect.also]
    assert [pair for pair in every if WEIGHT[RULES[pair[1]].level] > WEIGHT[RULES[pair[0]].level]] == []


@pytest.mark.parametrize("rule", BY_RULE)
@settings(max_examples=60)
@given(data=st.data())
def test_a_violating_exchange_is_found_under_exactly_its_rule(data, rule):
    exchange, slug = data.draw(violating_exchanges(rule))
    named = frozenset().union(*(defect.also for defect in BY_RULE[rule]))
    assert slug == rule
    assert rule in rules_of(check(exchange))
    assert rules_of(check(exchange)) <= {rule} | named


@pytest.mark.parametrize("defect", DEFECTS, ids=label)
@settings(max_examples=3)
@given(data=st.data())
def test_a_defect_breaks_what_conformed(data, defect):
    exchange = data.draw(conforming(defect.needs))
    assert fits(exchange, defect.needs)
    assert check(exchange) == []
    assert rules_of(check(defect.change(exchange))) == {defect.rule} | defect.also


@pytest.mark.parametrize(
    ("needs", "does"),
    [
        (Needs(), True),
        (Needs(("confirm",)), False),
        (Needs(codes=(404,)), False),
        (Needs(statuses=frozenset({Status.CAPTURED})), False),
        (Needs(present=frozenset({"amount_authorized", "energy_kwh"})), True),
        (Needs(present=frozenset({"amount_captured"})), False),
        (Needs(absent=frozenset({"amount_captured"})), True),
        (Needs(absent=frozenset({"energy_kwh"})), False),
        (Needs(asked=True), True),
        (Needs(asked=False), False),
    ],
)
def test_an_exchange_fits_a_defect_that_needs_only_what_it_has(needs, does):
    """An exchange fits a defect that needs no more than it has."""
    assert fits(success("get", "charging"), needs) is does


def test_an_exchange_of_another_api_fits_no_defect():
    assert not fits(success().replace(url="https://app.plugchoice.com/api/v3/sites"), Needs())


@pytest.mark.parametrize("rule", TRACES_BY_RULE)
@settings(max_examples=20)
@given(data=st.data())
def test_a_violating_trace_is_found_under_exactly_its_rule(data, rule):
    trace, slug = data.draw(violating_traces(rule))
    named = frozenset().union(*(defect.also for defect in TRACES_BY_RULE[rule]))
    assert slug == rule
    assert rule in rules_of(check_trace(trace))
    assert rules_of(check_trace(trace)) <= {rule} | named


@given(violating_exchanges(), violating_traces())
def test_any_rule_is_broken_if_none_is_asked_for(single, several):
    assert single[1] in rules_of(check(single[0]))
    assert several[1] in rules_of(check_trace(several[0]))


@pytest.mark.parametrize("defect", TRACE_DEFECTS, ids=label)
@settings(max_examples=3)
@given(data=st.data())
def test_a_defect_on_traces_breaks_a_journey(data, defect):
    journey = [one for one in data.draw(journeys(data.draw(st.sampled_from(defect.ends)))) if one.status != 404]
    assert check_trace(journey) == []
    assert rules_of(check_trace([*journey, *defect.adds(Tail(journey))])) == {defect.rule} | defect.also


@pytest.mark.parametrize("strategy", [violating_exchanges, violating_traces])
@pytest.mark.parametrize("impossible", ["money.missing", "", 7])
def test_an_impossible_rule_is_refused_when_drawn(strategy, impossible):
    drawn = strategy(impossible)
    with pytest.raises(InvalidArgument) as refusal:
        find(drawn, lambda _: True)
    assert f"can't be {impossible!r}" in str(refusal.value)


def test_a_rule_on_traces_is_refused_for_one_exchange():
    drawn = violating_exchanges("trace.lifecycle")
    with pytest.raises(InvalidArgument, match=r"can't be 'trace.lifecycle'; it must be one of shape.envelope"):
        find(drawn, lambda _: True)
