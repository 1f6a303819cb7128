import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from plugproof_contracts import Status
from plugproof_contracts.facts import billing
from plugproof_contracts.facts.session import TIMESTAMPS
from plugproof_contracts.facts.session_lifecycle import Cause, reachable
from plugproof_mockserver.engine.operation_handlers import new_session
from plugproof_mockserver.engine.representation import session_at
from plugproof_mockserver.engine.seeding import seed_state
from plugproof_mockserver.engine.transitions import (
    METER_INTERVAL,
    NotPossibleError,
    apply_event,
    enter,
    estimate_at,
    meter_at,
    next_due,
    next_moment,
    play,
    reconcile,
)
from plugproof_mockserver.http.request_bodies import StartBody
from plugproof_mockserver.model.events import Event, possible_events
from plugproof_mockserver.model.metering import time_to_deliver
from plugproof_mockserver.model.session_scenarios import SCENARIOS, charger_for
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.state import SessionState, Stripe
from plugproof_mockserver.model.timestamps import parse, seconds

NOON = parse("2026-01-10T12:00:00Z")
SETTINGS = Settings()

codes = st.sampled_from(sorted(SCENARIOS))
times = st.integers(0, seconds(30 * 3600))
holds = st.sampled_from([0, 1, 35, 36, 500, 5000, 10**15])


def paid(code: str = "HAPPY", hold: int = 5000) -> SessionState:
    """Return a session of a scenario that was confirmed at once."""
    charger = charger_for(code, SCENARIOS[code], hold)
    state = new_session(StartBody(code, 1, None), charger, "t" * 40, SETTINGS, NOON)
    return reconcile(state, Cause.CONFIRM, NOON, SETTINGS)


def in_status(status: Status) -> SessionState:
    return seed_state(status, charger_for("HAPPY", SCENARIOS["HAPPY"], 5000), "t" * 40, SETTINGS, NOON)


@given(codes, holds, st.lists(times, max_size=12))
def test_time_in_steps_leads_where_time_at_once_leads(code, hold, moments):
    state, played = paid(code, hold), []
    for passed in sorted(moments):
        state, moves = play(state, NOON + passed, SETTINGS)
        played += moves
    until = NOON + max(moments, default=0)
    assert (state, played) == play(paid(code, hold), until, SETTINGS)
    assert [move.at for move in played] == sorted(move.at for move in played)


@given(codes, holds, st.lists(times, min_size=2, max_size=12), st.booleans())
def test_energy_and_cost_never_fall_nor_exceed_the_hold(code, hold, moments, stops):
    """Energy and cost never fall, and the hold is never exceeded."""
    charger, state = charger_for(code, SCENARIOS[code], hold), paid(code, hold)
    energy, cost, status = 0.0, 0, state.status
    for number, passed in enumerate(sorted(moments)):
        now = NOON + passed
        state, _ = play(state, now, SETTINGS)
        if stops and number == 1 and state.status is Status.CHARGING:
            state = enter(state, Status.STOPPING, now, SETTINGS)
        shown = session_at(state, charger, now)
        assert reachable(status, shown.status)
        assert float(shown.energy_kwh or 0) >= energy
        assert (shown.cost_amount or 0) >= cost
        assert (shown.cost_amount or 0) <= hold
        assert (shown.tax_amount or 0) <= (shown.amount_captured or 0) <= (shown.cost_amount or 0)
        stamps = [at for name in TIMESTAMPS if (at := getattr(shown, name)) is not None]
        assert stamps == sorted(stamps)
        energy, cost, status = float(shown.energy_kwh or 0), shown.cost_amount or 0, shown.status


def test_the_estimate_stands_still_between_two_meter_values():
    charging = in_status(Status.CHARGING)
    at = [NOON + METER_INTERVAL - 1, NOON + METER_INTERVAL, NOON + 2 * METER_INTERVAL - 1]
    assert [estimate_at(charging, moment) for moment in at] == [0, 30, 30]
    assert [meter_at(charging, moment) for moment in at] == [30, 30, 61]


@pytest.mark.parametrize("before", [1, 29, 30, 1000])
def test_what_is_delivered_adds_to_the_reading_before(before):
    """The reading goes on from where it stood when charging began."""
    charging = replace(in_status(Status.CHARGING), meter=before, metered=NOON)
    at = [NOON + count * METER_INTERVAL for count in range(3)]
    assert [meter_at(charging, moment) for moment in at] == [before, before + 30, before + 61]


def test_meter_values_count_from_the_start_of_charging():
    """Meter values are counted from the start of charging and not from the clock."""
    charging = enter(paid(), Status.CHARGING, NOON + seconds(7), SETTINGS)
    at = [NOON + seconds(7) + passed for passed in (METER_INTERVAL - 1, METER_INTERVAL)]
    assert [estimate_at(charging, moment) for moment in at] == [0, 30]
    of_1970 = replace(charging, metered=seconds(7))
    assert estimate_at(of_1970, seconds(7 + 25)) == 61


@pytest.mark.parametrize(("delivered", "left"), [(0, 30), (20, 10), (30, 0), (31, 0)])
def test_charging_ends_when_the_rest_of_the_hold_is_delivered(delivered, left):
    """The hold ends charging when what is missing of it is delivered."""
    charging = enter(paid("CAPPED", hold=64), Status.CHARGING, NOON, SETTINGS)
    least = billing.energy_for(64, charging.pricing)
    watts = SCENARIOS["CAPPED"].watts
    found = next_due(replace(charging, meter=least * delivered // 30))
    missing = max(0, least - least * delivered // 30)
    assert found == (NOON + time_to_deliver(missing, watts), Event.HOLD_USED_UP)


def test_while_a_stop_is_pending_the_hold_ends_nothing():
    charging = enter(paid("CAPPED", hold=36), Status.CHARGING, NOON, SETTINGS)
    stopping = enter(charging, Status.STOPPING, NOON, SETTINGS)
    found = next_due(stopping)
    assert found is None or found[1] is not Event.HOLD_USED_UP


def test_before_charging_there_is_no_reading():
    assert meter_at(paid(), NOON) is None
    assert estimate_at(paid(), NOON) is None


@pytest.mark.parametrize("stripe", Stripe)
@pytest.mark.parametrize("cause", [Cause.CONFIRM, Cause.WEBHOOK])
def test_what_stripe_knows_decides_a_created_session(stripe, cause):
    state = replace(in_status(Status.CREATED), stripe=stripe)
    found = reconcile(state, cause, NOON, SETTINGS)
    assert (
        found.status
        == {
            Stripe.PENDING: Status.CREATED,
            Stripe.CHALLENGED: Status.CREATED,
            Stripe.PAID: Status.AUTHORIZED,
            Stripe.DECLINED: Status.FAILED,
        }[stripe]
    )
    assert (found.reason is not None) == (stripe is Stripe.DECLINED)
    assert (found.authorized, found.amount_authorized) == ((NOON, 5000) if stripe is Stripe.PAID else (None, None))


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.CREATED])
@pytest.mark.parametrize("stripe", Stripe)
def test_what_stripe_knows_decides_nothing_later(status, stripe):
    state = replace(in_status(status), stripe=stripe)
    assert reconcile(state, Cause.CONFIRM, NOON, SETTINGS) is state


@pytest.mark.parametrize(
    ("told", "outcome"), [("paid", "authorized"), ("declined", "failed"), (None, "authorized")]
)
def test_a_webhook_says_what_was_said_before_or_that_it_was_paid(told, outcome):
    state = replace(in_status(Status.CREATED), stripe=Stripe.PENDING)
    if told:
        state = apply_event(state, Event(told), NOON, SETTINGS)
    assert apply_event(state, Event.WEBHOOK, NOON, SETTINGS).status == outcome


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("event", Event)
def test_an_event_happens_exactly_where_it_can(status, event):
    state = in_status(status)
    if event in possible_events(status):
        assert reachable(status, apply_event(state, event, NOON, SETTINGS).status)
        return
    with pytest.raises(NotPossibleError) as caught:
        apply_event(state, event, NOON, SETTINGS)
    assert all(possible in str(caught.value) for possible in possible_events(status))


def test_settling_captures_what_was_delivered_or_nothing():
    """Settling captures what was delivered, and ends without a charge if nothing was."""
    charging = in_status(Status.CHARGING)
    for passed, outcome in ((0, Status.NO_CHARGE), (600, Status.CAPTURED)):
        at = NOON + seconds(passed)
        settling = apply_event(charging, Event.UNPLUGGED, at, SETTINGS)
        assert apply_event(settling, Event.SETTLED, at, SETTINGS).status is outcome


def test_a_refund_after_a_review_records_the_capture_too():
    """A refund that ends a review also records the capture, its time and its amount."""
    review = in_status(Status.REQUIRES_REVIEW)
    refunded = apply_event(review, Event.REFUNDED, NOON, SETTINGS)
    assert (refunded.captured, refunded.amount_captured) == (NOON, review.cost)


def test_a_refund_leaves_the_capture_as_it_was():
    captured = in_status(Status.CAPTURED)
    refunded = apply_event(captured, Event.REFUNDED, NOON + seconds(60), SETTINGS)
    assert (refunded.captured, refunded.amount_captured, refunded.tax) == (NOON, captured.cost, captured.tax)


def test_a_refused_stop_goes_on_charging_as_if_nothing_had_been():
    charging = in_status(Status.CHARGING)
    stopping = enter(charging, Status.STOPPING, NOON + seconds(100), SETTINGS)
    again = apply_event(stopping, Event.CHARGER_REFUSED, NOON + seconds(102), SETTINGS)
    later = NOON + seconds(600)
    assert (again.status, again.started, meter_at(again, later)) == (
        Status.CHARGING,
        NOON,
        meter_at(charging, later),
    )


def test_a_hold_used_up_in_a_refused_stop_ends_charging_then():
    """A hold that is used up during a refused stop ends charging then and not before."""
    charging = enter(paid("CAPPED", hold=36), Status.CHARGING, NOON, SETTINGS)
    stopping = enter(charging, Status.STOPPING, NOON + 1000, SETTINGS)
    refused = apply_event(stopping, Event.CHARGER_REFUSED, NOON + seconds(2), SETTINGS)
    assert next_due(refused) == (NOON + seconds(2), Event.HOLD_USED_UP)


@pytest.mark.parametrize("passed", [1, 2, 3])
def test_nothing_happens_after_the_token_has_expired(passed):
    state = replace(paid(), expires=NOON + seconds(2))
    assert next_moment(state) == NOON + seconds(2)
    assert next_moment(replace(state, expires=NOON + seconds(1))) is None
    found, moves = play(state, NOON + seconds(3600), SETTINGS)
    assert (found.status, len(moves)) == (Status.STARTING, 1)


def test_an_expired_token_is_expired_at_once():
    assert apply_event(paid(), Event.EXPIRE_TOKEN, NOON, SETTINGS).expires == NOON


@pytest.mark.parametrize(("vat", "tax"), [(0, 0), (21, 30), (100, 85), (9.5, 15)])
def test_the_tax_is_the_included_share_at_the_rate_that_is_set(vat, tax):
    settings = Settings(vat=vat)
    state, _ = play(paid(), NOON + seconds(3600), settings)
    assert (state.amount_captured, state.tax) == (170, tax)


@pytest.mark.parametrize(("vat", "tax"), [(21, 17355), (8.1, 7493), (19.6, 16388)])
def test_the_tax_is_a_whole_number_to_the_hundredth_of_a_percent(vat, tax):
    settling = replace(in_status(Status.SETTLING), cost=100_000)
    found = enter(settling, Status.CAPTURED, NOON, Settings(vat=vat)).tax
    assert (found, type(found)) == (tax, int)


@pytest.mark.parametrize("event", [Event.PAID, Event.DECLINED])
def test_a_scenarios_webhook_waits_for_the_payment(event):
    """No webhook tells of a payment that nobody has made, and it comes two seconds after one."""
    waiting = replace(in_status(Status.CREATED), scenario="WEBHOOK", stripe=Stripe.PENDING)
    due = next_due(waiting)
    assert due is not None
    assert due[1] is Event.WINDOW_OVER
    told = apply_event(waiting, event, NOON + seconds(60), SETTINGS)
    assert next_due(told) == (NOON + seconds(62), Event.WEBHOOK)
