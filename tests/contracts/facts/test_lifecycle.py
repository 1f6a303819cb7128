import pytest

from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session import Status
from plugproof_contracts.facts.session_lifecycle import (
    CANCELLABLE,
    ENTERED_CHARGING,
    LIFECYCLE,
    TERMINAL,
    Cause,
    moves_from,
    reachable,
    shortest_path,
    targets,
)


def test_no_arrow_is_listed_twice():
    arrows = [(move.source, move.cause, move.target) for move in LIFECYCLE]
    assert len(set(arrows)) == len(arrows)


@pytest.mark.parametrize("status", Status)
def test_every_status_is_reached_from_created(status):
    path = shortest_path(status)
    assert reachable(Status.CREATED, status)
    assert [move.source for move in path] == [Status.CREATED, *(move.target for move in path)][:-1] or not path
    assert (path[-1].target if path else Status.CREATED) is status


@pytest.mark.parametrize("status", Status)
def test_a_terminal_status_leads_nowhere_but_to_a_refund(status):
    leads_to = {move.target for move in moves_from(status)}
    if status in TERMINAL:
        assert leads_to <= {Status.REFUNDED}
    else:
        assert leads_to


def test_cancel_is_possible_exactly_where_the_reference_says():
    assert CANCELLABLE == {status for status in Status if targets(status, Cause.CANCEL)}


def test_a_cause_may_have_several_outcomes():
    assert targets(Status.SETTLING, Cause.SETTLE) == (
        Status.CAPTURED,
        Status.NO_CHARGE,
        Status.CAPTURE_FAILED,
        Status.REQUIRES_REVIEW,
    )
    assert targets(Status.CAPTURED, Cause.STOP) == ()


def test_exactly_the_arrows_that_a_page_states_are_documented():
    documented = {(m.source, m.cause, m.target) for m in LIFECYCLE if m.level is Level.DOCUMENTED}
    assert documented == {
        (Status.CREATED, Cause.CONFIRM, Status.AUTHORIZED),
        (Status.CHARGING, Cause.STOP, Status.STOPPING),
        (Status.STOPPING, Cause.STOP_ANSWER, Status.SETTLING),
    }


@pytest.mark.parametrize("status", Status)
def test_reachability_is_reflexive_and_transitive(status):
    assert reachable(status, status)
    for middle in Status:
        for end in Status:
            if reachable(status, middle) and reachable(middle, end):
                assert reachable(status, end)


def test_charging_is_entered_by_exactly_the_statuses_behind_it():
    assert {status for status in Status if reachable(Status.CHARGING, status)} == ENTERED_CHARGING


def test_a_session_never_goes_back_before_the_payment():
    assert [earlier for earlier in Status if reachable(earlier, Status.CREATED)] == [Status.CREATED]


def test_ends_of_cancels_reviews_and_retries_are_assumed():
    """Where a cancel leads, and what the operator or another try decides, is assumed."""
    assumed = {(m.source, m.cause, m.target) for m in LIFECYCLE if m.level is Level.ASSUMED}
    deciding = {m[:3] for m in LIFECYCLE if m.cause in (Cause.CANCEL, Cause.RETRY, Cause.REVIEW)}
    assert assumed == deciding | {(Status.STOPPING, Cause.STOP_ANSWER, Status.CHARGING)}


@pytest.mark.parametrize("cause", Cause)
def test_a_cause_is_written_as_it_is_called(cause):
    assert cause == cause.name.lower()


@pytest.mark.parametrize(
    ("status", "moves"),
    [("created", 0), ("authorized", 1), ("expired", 1), ("charging", 3), ("stopping", 4), ("refunded", 6)],
)
def test_the_shortest_path_has_no_move_too_many(status, moves):
    assert len(shortest_path(Status(status))) == moves
