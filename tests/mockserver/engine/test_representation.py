import pytest
from msgspec.structs import asdict, replace

from plugproof_contracts import ConnectorStatus, Session, Status
from plugproof_contracts.facts.openapi_document import document
from plugproof_contracts.facts.session import NULLABLE
from plugproof_mockserver.engine.representation import payment_of, session_at, session_body
from plugproof_mockserver.engine.seeding import seed_state
from plugproof_mockserver.model.session_scenarios import SCENARIOS, charger_for
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.state import SessionState
from plugproof_mockserver.model.timestamps import seconds

SCHEMAS = document()["components"]["schemas"]

ALWAYS = {"connector_status", "created_at"}
PAID = ALWAYS | {"authorized_at", "amount_authorized"}
CHARGING = PAID | {"charging_started_at", "energy_kwh", "cost_amount"}
ENDED = CHARGING | {"completed_at"}
BILLED = ENDED | {"captured_at", "amount_captured", "tax_amount"}

SET = {
    "created": ALWAYS,
    "authorized": PAID,
    "starting": PAID,
    "charging": CHARGING,
    "stopping": CHARGING,
    "settling": ENDED,
    "captured": BILLED,
    "no_charge": ENDED,
    "expired": ALWAYS,
    "failed": ALWAYS | {"failure_reason"},
    "abandoned": ALWAYS | {"failure_reason"},
    "capture_failed": ENDED,
    "requires_review": ENDED,
    "refunded": BILLED,
    "written_off": ENDED,
}
"""The nullable fields that have a value in each status, on the shortest way and without a receipt address."""

DEMANDED = {
    "captured": {"captured_at", "amount_captured"},
    "refunded": {"captured_at", "amount_captured"},
}
"""What the status rules demand besides `authorized_at` and `charging_started_at` of who has charged."""


def charger(code: str = "HAPPY"):
    return charger_for(code, SCENARIOS[code], 5000)


def in_status(status: str, now: int, code: str = "HAPPY") -> SessionState:
    return seed_state(Status(status), charger(code), "t" * 40, Settings(), now)


@pytest.mark.parametrize("status", Status)
def test_a_status_has_exactly_its_nulls(status, noon):
    data = asdict(session_at(in_status(status, noon), charger(), noon))
    assert {name for name in NULLABLE if data[name] is not None} == SET[status]
    assert not [name for name in set(data) - NULLABLE if data[name] is None]


@pytest.mark.parametrize("status", Status)
def test_nulls_shows_every_null_that_the_status_rules_leave(status, noon):
    data = session_body(in_status(status, noon, "NULLS"), charger("NULLS"), noon)
    assert isinstance(data, dict)
    charged = {"authorized_at", "charging_started_at"} if "charging_started_at" in SET[status] else set()
    assert {name for name in NULLABLE if data[name] is not None} == charged | DEMANDED.get(status, set())
    assert list(data) == list(Session.__struct_fields__)


def test_nulls_shows_an_address_that_was_given(noon):
    state = replace(in_status("charging", noon, "NULLS"), email="driver@example.org")
    assert session_body(state, charger("NULLS"), noon)["driver_email"] == "driver@example.org"


def test_a_session_has_its_fields_in_the_documented_order(noon):
    """A session is sent field by field in the documented order."""
    found = session_body(replace(in_status("created", noon), email="driver@example.org"), charger(), noon)
    assert isinstance(found, Session)
    assert list(asdict(found)) == SCHEMAS["Session"]["required"]
    assert asdict(found) | {"charger": None, "pricing": None} == dict.fromkeys(Session.__struct_fields__) | {
        "status": "created",
        "connector_id": 1,
        "connector_status": "Preparing",
        "driver_email": "driver@example.org",
        "created_at": "2026-01-10T12:00:00.000000Z",
    }
    assert asdict(found.charger) == {"public_code": "HAPPY", "name": "Test charger HAPPY", "online": True}
    assert asdict(found.pricing) == {"currency": "EUR", "price_per_kwh": 49, "start_fee": 35}


def test_while_charging_energy_and_cost_are_running(noon):
    state = in_status("charging", noon)
    found = [session_at(state, charger(), noon + seconds(after)) for after in (0, 10, 19, 3600)]
    assert [one.energy_kwh for one in found] == ["0.000", "0.030", "0.030", "11.000"]
    assert [one.cost_amount for one in found] == [0, 36, 36, 574]


@pytest.mark.parametrize(
    ("status", "connector"),
    [("starting", "Preparing"), ("charging", "Charging"), ("settling", "Finishing"), ("captured", "Available")],
)
def test_the_connector_follows_the_session_and_the_charger(status, connector, noon):
    state = in_status(status, noon)
    assert session_at(state, charger(), noon).connector_status == connector
    offline = session_at(state, replace(charger(), online=False), noon)
    assert offline.connector_status is ConnectorStatus.UNAVAILABLE
    assert offline.charger.online is False


@pytest.mark.parametrize("status", Status)
def test_a_payment_is_sent_only_while_created(status, noon):
    payment = payment_of(in_status(status, noon))
    assert (payment is not None) == (status is Status.CREATED)
    if payment is not None:
        assert all(asdict(payment).values())
        assert "t" * 40 not in repr(payment)


def test_fields_that_were_set_by_hand_lie_over_everything(noon):
    state = replace(in_status("charging", noon, "NULLS"), overlay={"pricing": None, "energy_kwh": "?"})
    found = session_body(state, charger("NULLS"), noon)
    assert isinstance(found, dict)
    assert (found["pricing"], found["energy_kwh"], found["cost_amount"]) == (None, "?", None)
