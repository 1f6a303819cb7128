"""Sessions that were not started through the API: seeded in any status, amended in any field."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from plugproof_contracts import Session, Status
from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.facts.assumptions import CANCELLED, DECLINED
from plugproof_contracts.facts.billing import energy_text
from plugproof_contracts.facts.session import NULLABLE
from plugproof_contracts.facts.session_lifecycle import shortest_path
from plugproof_mockserver.engine.operation_handlers import new_session
from plugproof_mockserver.engine.transitions import enter
from plugproof_mockserver.http.request_bodies import StartBody
from plugproof_mockserver.model.events import TRANSITIONS
from plugproof_mockserver.model.session_scenarios import DRIVE, SCENARIOS
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.state import ChargerState, SessionState, Stripe
from plugproof_mockserver.model.suggestions import list_fields
from plugproof_mockserver.model.timestamps import iso, parse, seconds

FIELDS = tuple(Session.__struct_fields__)


def seed_state(status: Status, charger: ChargerState, token: str, settings: Settings, now: int) -> SessionState:
    """Return a session that has just entered `status`, with the past that leads there."""
    path = shortest_path(status)
    stays = [_stay(move.source, status) for move in path]
    at = now - sum(stays)
    form = StartBody(charger.public_code, charger.connectors[0].connector_id, None)
    state = new_session(form, charger, token, settings, at)
    state = replace(
        state, pay_by=now + seconds(settings.payment_window), expires=now + seconds(settings.token_ttl)
    )
    for move, stay in zip(path, stays, strict=True):
        at += stay
        state = replace(state, stripe=Stripe.PAID) if move.target is Status.AUTHORIZED else state
        state = enter(state, move.target, at, settings, _REASONS.get((move.cause, move.target)))
    return state


_REASONS = {(e.cause, e.target): e.reason for e in TRANSITIONS} | {
    (move.cause, move.target): reason
    for status, reason in ((Status.FAILED, DECLINED), (Status.ABANDONED, CANCELLED))
    for move in shortest_path(status)
    if move.target is status
}


def _stay(status: Status, target: Status) -> int:
    """Return how long a session that was seeded in `target` had been in `status`."""
    if status is Status.CHARGING and target is Status.NO_CHARGE:
        return 0  # or something would have been delivered
    step = DRIVE.get(status)
    return seconds(step.seconds if step else 20)


# Amending. A value that the state can express becomes the state; any other lies over it.


def amend_state(state: SessionState, fields: dict[str, Any], now: int) -> SessionState:
    """Return the session with fields set, legal or not; raise `InvalidValueError` for an unknown field."""
    for name, value in fields.items():
        if name not in FIELDS:
            raise InvalidValueError(f"a session has no field {name!r}; {list_fields(name, FIELDS)}")
        if reason := why_not_kept(value):
            raise InvalidValueError(f"the field {name!r} can't be set to what JSON can't carry: {reason}")
        state = _set(state, name, value, now)
    return state


def why_not_kept(value: Any) -> str | None:
    """Return why a value can't be in an answer, or not in every store; None if it can."""
    try:
        msgspec.json.encode(value)
        msgspec.msgpack.encode(value)
    except OverflowError:
        return "a whole number must be from -2**63 to 2**64 - 1"
    except (TypeError, ValueError, RecursionError) as error:
        return str(error)
    return None


def _set(state: SessionState, name: str, value: Any, now: int) -> SessionState:
    overlay = {key: kept for key, kept in (state.overlay or {}).items() if key != name}
    changes = _expressed(state, name, value, now)
    if changes is None:
        overlay[name] = value
    return replace(state, overlay=overlay or None, **(changes or {}))


def _expressed(state: SessionState, name: str, value: Any, now: int) -> dict[str, Any] | None:
    """Return the state's own fields that show `value` exactly as it is; None when none can."""
    hidden = SCENARIOS[state.scenario].nulls and name in NULLABLE
    if name not in _SETTERS or hidden:
        return None
    try:
        return _SETTERS[name](state, value, now)
    except (ValueError, TypeError, OverflowError):
        return None


Setter = Callable[[SessionState, Any, int], dict[str, Any]]


def _status(state: SessionState, value: Any, now: int) -> dict[str, Any]:
    status = Status(value)
    # The payment window opens anew, or a session put back to `created` would expire at once.
    window = {"pay_by": now + state.pay_by - state.created} if status is Status.CREATED else {}
    return {"status": status, "entered": now, **window}


def _plain(field: str, kind: Any) -> Setter:
    return lambda state, value, now: {field: msgspec.convert(value, kind, strict=True)}


def _moment(field: str) -> Setter:
    def set_moment(state: SessionState, value: Any, now: int) -> dict[str, Any]:
        if value is None:
            return {field: None}
        moment = parse(value)
        if iso(moment) != value:
            raise InvalidValueError("the state keeps whole seconds in UTC")
        return {field: moment}

    return set_moment


def _created(state: SessionState, value: Any, now: int) -> dict[str, Any]:
    if value is None:
        raise InvalidValueError("the state always knows when it was created")
    return _moment("created")(state, value, now)


def _energy(state: SessionState, value: Any, now: int) -> dict[str, Any]:
    watt_hours = round(float(value) * 1000)
    if energy_text(watt_hours) != value:
        raise InvalidValueError("the state keeps whole watt-hours")
    return {"meter": watt_hours, "metered": None if state.metered is None else now}


def _cost(state: SessionState, value: Any, now: int) -> dict[str, Any]:
    if state.completed is None:
        raise InvalidValueError("before settling the cost follows from the energy")
    return {"cost": msgspec.convert(value, int, strict=True)}


_SETTERS: dict[str, Setter] = {
    "status": _status,
    "failure_reason": _plain("reason", str | None),
    "connector_id": _plain("connector_id", int),
    "amount_authorized": _plain("amount_authorized", int | None),
    "energy_kwh": _energy,
    "cost_amount": _cost,
    "amount_captured": _plain("amount_captured", int | None),
    "tax_amount": _plain("tax", int | None),
    "driver_email": _plain("email", str | None),
    "created_at": _created,
    "authorized_at": _moment("authorized"),
    "charging_started_at": _moment("started"),
    "completed_at": _moment("completed"),
    "captured_at": _moment("captured"),
}
