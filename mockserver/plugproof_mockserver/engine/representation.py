"""What the API shows of a session at a moment."""

from hashlib import blake2b
from typing import Any

import msgspec

from plugproof_contracts import Charger, ConnectorStatus, Payment, Session, Status
from plugproof_contracts.facts.assumptions import CONNECTOR_STATUSES
from plugproof_contracts.facts.billing import cost, energy_text
from plugproof_contracts.facts.session import NULLABLE
from plugproof_contracts.facts.session_lifecycle import ENTERED_CHARGING
from plugproof_mockserver.engine.transitions import estimate_at
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.model.state import ChargerState, SessionState
from plugproof_mockserver.model.timestamps import iso

STRIPE_KEY, STRIPE_ACCOUNT = "pk_test_plugproof", "acct_plugproof"
"""The publishable key and the account that a page hands to Stripe's script."""

_KEPT = {
    "failure_reason",
    "connector_status",
    "amount_authorized",
    "energy_kwh",
    "cost_amount",
    "amount_captured",
    "tax_amount",
    "driver_email",
    "created_at",
    "authorized_at",
    "charging_started_at",
    "completed_at",
    "captured_at",
}
_NOT_KEPT: dict[str, Any] = dict.fromkeys(NULLABLE - _KEPT)
"""Nullable fields of the contract that the fake knows nothing about yet: they are null."""


def session_at(state: SessionState, charger: ChargerState, now: int) -> Session:
    """Return the session as the API shows it, before any overlay."""
    return Session(
        status=state.status,
        failure_reason=state.reason,
        connector_id=state.connector_id,
        connector_status=_connector_status(state.status, charger),
        charger=Charger(state.charger, charger.name, charger.online),
        pricing=state.pricing,
        amount_authorized=state.amount_authorized,
        energy_kwh=_energy(state, now),
        cost_amount=_cost(state, now),
        amount_captured=state.amount_captured,
        tax_amount=state.tax,
        driver_email=state.email,
        created_at=iso(state.created),
        authorized_at=_iso(state.authorized),
        charging_started_at=_iso(state.started),
        completed_at=_iso(state.completed),
        captured_at=_iso(state.captured),
        **_NOT_KEPT,
    )


def session_body(state: SessionState, charger: ChargerState, now: int) -> Session | dict[str, Any]:
    """Return what is sent: the session, with its scenario's nulls and with the fields that were set by hand."""
    session = session_at(state, charger, now)
    nulls = _nulls(state) if SCENARIOS[state.scenario].nulls else {}
    if not nulls and not state.overlay:
        return session
    return msgspec.structs.asdict(session) | nulls | (state.overlay or {})


def data_body(state: SessionState, charger: ChargerState, now: int) -> bytes:
    """Return the encoded `{"data": Session}`."""
    return msgspec.json.encode({"data": session_body(state, charger, now)})


def payment_of(state: SessionState) -> Payment | None:
    """Return what a browser needs to pay; None once the session has left `created`."""
    if state.status is not Status.CREATED:
        return None
    return Payment(client_secret_of(state), STRIPE_KEY, STRIPE_ACCOUNT)


def client_secret_of(state: SessionState) -> str:
    """Return the secret of a session's payment intent, with the intent's id before `_secret_`."""
    return client_secret(state.token)


def client_secret(token: str) -> str:
    """Return the secret of the payment intent of the session with a token."""
    # Derived, so that it need not be kept, and one way, so that it does not give the token away.
    digest = blake2b(token.encode(), digest_size=12).hexdigest()
    return f"pi_{digest}_secret_fake"


def _iso(moment: int | None) -> str | None:
    return None if moment is None else iso(moment)


def _connector_status(status: Status, charger: ChargerState) -> ConnectorStatus:
    if not charger.online:
        return ConnectorStatus.UNAVAILABLE
    return CONNECTOR_STATUSES[status]


def _energy(state: SessionState, now: int) -> str | None:
    reading = estimate_at(state, now)
    return None if reading is None else energy_text(reading)


def _cost(state: SessionState, now: int) -> int | None:
    if state.cost is not None:
        return state.cost
    reading = estimate_at(state, now)
    return None if reading is None else cost(reading, state.pricing, state.amount_authorized or 0)


def _nulls(state: SessionState) -> dict[str, None]:
    """Return the nullable fields that nothing demands: a null in any other would be incoherent."""
    status = state.status
    demanded = {"driver_email"} if state.email else set()
    if status in ENTERED_CHARGING:
        demanded |= {"authorized_at", "charging_started_at"}
    if status in (Status.CAPTURED, Status.REFUNDED):
        demanded |= {"captured_at", "amount_captured"}
    return dict.fromkeys(NULLABLE - demanded)
