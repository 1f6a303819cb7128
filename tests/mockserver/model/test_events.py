import pytest

from plugproof_contracts import Status
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE, Cause
from plugproof_mockserver.model.events import (
    ANY_TIME,
    PAYMENT_EVENTS,
    TRANSITIONS,
    Event,
    possible_events,
    transition_of,
)

ALWAYS = {"charger_offline", "charger_online", "expire_token"}

POSSIBLE = {
    "created": "paid challenged declined webhook window_over",
    "authorized": "start_sent charger_refused",
    "starting": "charger_started start_timed_out",
    "charging": "unplugged car_full hold_used_up",
    "stopping": "charger_stopped unplugged charger_refused",
    "settling": "settled captured nothing_delivered capture_failed review",
    "captured": "refunded",
    "no_charge": "",
    "expired": "",
    "failed": "",
    "abandoned": "",
    "capture_failed": "captured review written_off",
    "requires_review": "captured nothing_delivered refunded written_off",
    "refunded": "",
    "written_off": "",
}

BY_THE_DRIVER = {Cause.CONFIRM, Cause.WEBHOOK, Cause.CANCEL, Cause.STOP}
"""What happens in the API itself, or at Stripe; everything else is the work of events."""


@pytest.mark.parametrize("status", Status)
def test_a_status_takes_exactly_these_events(status):
    assert set(possible_events(status)) == set(POSSIBLE[status].split()) | ALWAYS


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("event", Event)
def test_an_event_does_only_what_the_lifecycle_allows(event, status):
    effect = transition_of(event, status)
    if effect is not None:
        assert (status, effect.cause, effect.target) in {(m.source, m.cause, m.target) for m in LIFECYCLE}
        assert event in possible_events(status)
    elif event in possible_events(status):
        assert event in ANY_TIME | PAYMENT_EVENTS | {Event.SETTLED}


def test_every_arrow_that_is_not_the_drivers_has_an_event():
    arrows = {(move.source, move.target) for move in LIFECYCLE if move.cause not in BY_THE_DRIVER}
    moved = {(s, e.target) for s in Status for event in Event if (e := transition_of(event, s))}
    assert moved == arrows


def test_every_row_of_the_table_is_some_arrow():
    used = {transition_of(event, status) for event in Event for status in Status}
    assert set(TRANSITIONS) <= used


def test_only_failures_have_a_reason():
    assert {effect.target for effect in TRANSITIONS if effect.reason} == {Status.FAILED}
    assert all(effect.reason for effect in TRANSITIONS if effect.target is Status.FAILED)
