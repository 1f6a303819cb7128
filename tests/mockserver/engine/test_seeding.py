from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugproof_contracts import Session, Status
from plugproof_contracts.facts.session import NULLABLE, TIMESTAMPS
from plugproof_contracts.facts.session_lifecycle import ENTERED_CHARGING, reachable
from plugproof_mockserver.engine.seeding import FIELDS, amend_state
from plugproof_mockserver.model.timestamps import iso, seconds


def data_of(world, token: str) -> dict[str, Any]:
    """Return the session as it is sent, whatever was made of it."""
    now = world.clock.now()
    given = world.load(_Get(token), now)
    return dict(msgspec.json.decode(given.encode(given.session, given.charger, now))["data"])


class _Get:
    """What a world needs to know of a call on one session."""

    charger_code = None

    def __init__(self, argument: str) -> None:
        self.argument = argument


@pytest.mark.parametrize("code", ["HAPPY", "CAPPED", "NULLS"])
@pytest.mark.parametrize("status", Status)
def test_a_seeded_session_is_coherent(world, noon, status, code):
    state = world.seed_session(status, code=code)
    data = data_of(world, state.token)
    session = msgspec.convert(data, Session)
    stamps = [at for name in TIMESTAMPS if (at := data[name]) is not None]
    assert session.status is status
    assert stamps == sorted(stamps)
    assert all(at <= iso(noon) for at in stamps)
    assert (session.authorized_at is not None) >= (status in ENTERED_CHARGING)
    assert (session.charging_started_at is not None) == (status in ENTERED_CHARGING)
    assert (session.amount_captured is not None) == (status in {"captured", "refunded"})
    assert (session.failure_reason is None) >= (status not in {"failed", "abandoned"})
    assert (session.tax_amount or 0) <= (session.amount_captured or 0) <= (session.amount_authorized or 5000)
    assert (session.cost_amount or 0) <= (session.amount_authorized or 5000)
    assert (state.meter or 0) == 0 if status == "no_charge" else True


@pytest.mark.parametrize("status", Status)
def test_a_seeded_session_goes_on_from_its_status(world, noon, status):
    """A seeded session has just entered its status and goes on from there."""
    state = world.seed_session(status)
    assert (state.entered, state.expires) == (noon, noon + seconds(24 * 3600))
    world.advance(seconds(20 * 3600))
    assert reachable(status, data_of(world, state.token)["status"])


def test_a_seeded_created_session_has_its_whole_payment_window(world, noon):
    token = world.seed_session(Status.CREATED, code="UNPAID").token
    world.advance(seconds(900) - 1)
    assert data_of(world, token)["status"] == "created"
    world.advance(1)
    assert data_of(world, token)["status"] == "expired"


LEGAL = {
    "status": "settling",
    "failure_reason": "A reason.",
    "connector_id": 2,
    "amount_authorized": 4000,
    "energy_kwh": "1.234",
    "cost_amount": 77,
    "amount_captured": 77,
    "tax_amount": 7,
    "driver_email": "driver@example.org",
    "created_at": "2026-01-10T11:00:00.000000Z",
    "authorized_at": "2026-01-10T11:01:00.000000Z",
    "charging_started_at": None,
    "completed_at": "2026-01-10T11:02:00.000000Z",
    "captured_at": None,
}
"""A value for each field that the state itself can hold."""

WRONG: list[Any] = [
    "",
    "no such thing",
    -1,
    10**12,
    1.5,
    True,
    None,
    [],
    {"a": 1},
    "2026-01-10T12:00:00Z",
    "-1.000",
]
"""What no coherent session has; a client is to be tested against it all the same."""


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in LEGAL])
def test_what_the_state_cannot_hold_is_laid_over(world, name):
    """A field that is not part of the state is shown as it was set."""
    state = world.seed_session(Status.CAPTURED, fields={name: "anything"})
    assert state.overlay == {name: "anything"}
    assert data_of(world, state.token)[name] == "anything"


@pytest.mark.parametrize("name", LEGAL)
def test_a_legal_value_becomes_the_state(world, name):
    state = world.seed_session(Status.CAPTURED, fields={name: LEGAL[name]})
    assert state.overlay is None
    assert data_of(world, state.token)[name] == LEGAL[name]


@pytest.mark.breaches
@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("status", ["created", "charging", "captured"])
def test_any_field_can_be_set_to_anything_that_json_carries(world, ask, status, name, value):
    token = world.seed_session(Status(status)).token
    world.amend(token, {name: value})
    found = data_of(world, token)[name]
    assert (found, type(found)) == (value, type(value))
    assert {ask(world, operation, token).status for operation in ("confirm", "get", "stop", "cancel")} <= {
        200,
        400,
        409,
    }


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("target", Status)
def test_a_session_put_into_a_status_plays_on_from_there(world, ask, status, target):
    """A session that is put into any status plays on from there."""
    token = world.seed_session(status).token
    world.advance(seconds(3600))
    world.amend(token, {"status": target})
    assert data_of(world, token)["status"] == target
    world.advance(seconds(1))
    assert data_of(world, token)["status"] == target
    world.advance(seconds(20 * 3600))
    assert reachable(target, data_of(world, token)["status"])


@pytest.mark.breaches
def test_an_invented_status_is_shown_until_a_real_one_is_set(world, ask):
    """A status that does not exist lies over the session until one that does is set."""
    token = world.seed_session(Status.CREATED).token
    world.amend(token, {"status": "on_fire"})
    confirmed = ask(world, "confirm", token)
    assert (confirmed.status, confirmed.json["data"]["status"]) == (200, "on_fire")
    assert confirmed.json["data"]["authorized_at"] is not None
    world.amend(token, {"status": "starting"})
    assert data_of(world, token)["status"] == "starting"


def test_a_set_field_is_seen_where_the_scenario_shows_nulls(world):
    """A field that is set is seen even where the scenario shows nulls."""
    token = world.seed_session(Status.CAPTURED, code="NULLS").token
    for name in sorted(NULLABLE):
        world.amend(token, {name: LEGAL.get(name) or "Available"})
        assert data_of(world, token)[name] is not None, name


def test_energy_that_was_set_grows_from_there(world):
    token = world.seed_session(Status.CHARGING).token
    world.advance(seconds(60))
    world.amend(token, {"energy_kwh": "5.000"})
    assert data_of(world, token)["energy_kwh"] == "5.000"
    world.advance(seconds(10))
    assert data_of(world, token)["energy_kwh"] == "5.030"


def test_an_unknown_field_is_refused_with_the_known_ones(world):
    """An unknown field is refused with a list of the known ones, and nothing changes."""
    token = world.seed_session(Status.CHARGING).token
    before = world.sessions.get(token, world.clock.now())
    with pytest.raises(ValueError, match=r"no field 'colour'; it has status, failure_reason, .*captured_at"):
        world.amend(token, {"failure_reason": "x", "colour": "red"})
    assert world.sessions.get(token, world.clock.now()) is before


@pytest.mark.parametrize("value", [object(), "\ud800", [object()]], ids=["object", "surrogate", "list"])
def test_what_json_can_not_carry_is_refused_by_field(world, value):
    with pytest.raises(ValueError, match="'failure_reason' can't be set to what JSON can't carry"):
        world.seed_session(Status.FAILED, fields={"failure_reason": value})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.breaches
@given(
    status=st.sampled_from(Status),
    fields=st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=5),
    passed=st.integers(0, seconds(48 * 3600)),
)
def test_whatever_was_set_an_answer_is_given(make_world, ask, status, fields, passed):
    world = make_world(rate_limit="off")
    try:
        token = world.seed_session(status, fields=fields).token
    except ValueError:
        return
    for _ in range(2):
        for operation in ("get", "confirm", "stop", "cancel"):
            assert ask(world, operation, token).status in {200, 400, 404, 409}
        world.advance(passed)


def test_setting_nothing_changes_nothing(world):
    state = world.seed_session(Status.CHARGING)
    assert amend_state(state, {}, world.clock.now()) is state
