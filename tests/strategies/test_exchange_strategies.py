"""Drawn exchanges and journeys conform."""

from itertools import pairwise

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from plugproof_contracts import Level, Status, check, check_trace
from plugproof_contracts.checking.checker import examine
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE, TERMINAL, reachable
from plugproof_strategies import exchanges, journeys
from plugproof_strategies.exchange_strategies import CODES
from plugproof_strategies.journey_strategies import paths, paths_to

EVERY_ANSWER = [(name, code) for name, codes in CODES.items() for code in codes]


@settings(max_examples=1_000)
@given(exchanges())
def test_an_exchange_breaks_no_rule_and_exercises_some(exchange):
    assert [str(breach) for breach in check(exchange)] == []
    assert examine(exchange).checked


@pytest.mark.parametrize(("operation", "code"), EVERY_ANSWER)
@settings(max_examples=15)
@given(data=st.data())
def test_an_exchange_has_the_requested_operation_and_code(data, operation, code):
    """An exchange has the operation and the code that are asked for."""
    exchange = data.draw(exchanges(operation, code))
    assert (exchange.operation.name, exchange.status) == (operation, code)
    assert data.draw(exchanges(operation)).operation.name == operation
    assert data.draw(exchanges(status_code=code)).status == code


@given(exchanges(coherent=False))
def test_an_odd_exchange_breaks_no_documented_rule(exchange):
    assert [str(breach) for breach in check(exchange) if breach.level is Level.DOCUMENTED] == []


def test_the_documented_failures_of_every_operation_are_drawn():
    assert all({row.success, *row.failures} <= set(CODES[name]) for name, row in OPERATIONS.items())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"operation": "pay"}, ("operation of exchanges can't be 'pay'", *OPERATIONS)),
        ({"operation": "confirm", "status_code": 409}, ("status_code can't be 409", "200, 404, 429, 500, 504")),
        ({"status_code": 418}, ("status_code can't be 418", "200, 201, 400, 404, 409, 422, 429, 500, 504")),
    ],
)
def test_an_impossible_exchange_is_refused_when_drawn(arguments, says):
    strategy = exchanges(**arguments)
    with pytest.raises(InvalidArgument) as refusal:
        find(strategy, lambda _: True)
    assert all(text in str(refusal.value) for text in says)


# Journeys.


def statuses(journey):
    return [
        status
        for one in journey
        if one.status < 300
        for status in Status
        if f'"status":"{status}"' in one.body.decode()
    ]


@settings(max_examples=500)
@given(journeys())
def test_a_journey_breaks_no_rule_alone_or_together(journey):
    assert [str(breach) for breach in check_trace(journey)] == []


@pytest.mark.parametrize("end", Status)
@settings(max_examples=25)
@given(data=st.data())
def test_a_journey_ends_where_it_was_asked_to(data, end):
    journey = data.draw(journeys(end))
    seen = statuses(journey)
    assert (seen[0], seen[-1]) == (Status.CREATED, end)
    assert all(reachable(earlier, later) for earlier, later in pairwise(seen))
    assert statuses(data.draw(journeys()))[-1] in TERMINAL


def test_a_hasty_client_waits_for_the_next_window():
    journey = find(journeys(Status.AUTHORIZED), lambda journey: len(journey) > OPERATIONS["get"].limit + 5)
    left = [int(one.headers.get("x-ratelimit-remaining")) for one in journey if one.operation.name == "get"]
    first = left.index(0)
    assert left[: first + 2] == [*range(OPERATIONS["get"].limit - 1, -1, -1), OPERATIONS["get"].limit - 1]


def test_every_row_of_the_lifecycle_is_walked():
    assert {move for path in paths() for move in path} == set(LIFECYCLE)


@pytest.mark.parametrize("end", [Status.CREATED, Status.FAILED, Status.CHARGING, Status.WRITTEN_OFF])
def test_a_journey_shrinks_to_the_shortest_way(end):
    least = find(journeys(end), lambda _: True)
    assert len(least) == 1 + min(len(path) for path in paths_to(end))


def test_an_impossible_end_is_refused_when_drawn():
    strategy = journeys("HAPPY")
    with pytest.raises(InvalidArgument, match=r"can't be 'HAPPY'; it must be one of created, authorized"):
        find(strategy, lambda _: True)
