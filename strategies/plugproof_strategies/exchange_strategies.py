"""Exchanges: a request of one of the operations with an answer that the API may give to it."""

from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from plugproof_contracts import ConnectorStatus, Payment, Session, Status
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts import assumptions
from plugproof_contracts.facts.operations import OPERATIONS, WINDOW_SECONDS
from plugproof_contracts.facts.session import TIMESTAMPS
from plugproof_contracts.facts.session_lifecycle import TERMINAL
from plugproof_contracts.literals import OperationName
from plugproof_contracts.rules.families.status_rules import OUT_OF_ORDER
from plugproof_strategies import wire
from plugproof_strategies.arguments import check_arguments, one_of
from plugproof_strategies.charger_strategies import public_chargers
from plugproof_strategies.request_strategies import start_requests
from plugproof_strategies.session_strategies import drawn, odd
from plugproof_strategies.values.timestamp_strategies import MOMENTS, second
from plugproof_strategies.values.value_strategies import charger_codes, emails, tokens

ALWAYS_POSSIBLE = (429, 500, 504)
"""The failures that the reference documents for all operations."""

ANSWERS: dict[str, tuple[Status, ...]] = {
    "confirm": tuple(Status),
    "start": (Status.CREATED,),
    "get": tuple(Status),
    "stop": (Status.STOPPING, Status.SETTLING),
    "cancel": (Status.ABANDONED,),
    "receipt-email": tuple(status for status in Status if status not in TERMINAL),
}
"""The statuses that a session may have in the success of an operation."""

CODES = {
    row.name: tuple(dict.fromkeys((row.success, *row.failures, *ALWAYS_POSSIBLE))) for row in OPERATIONS.values()
}
"""The status codes that an operation may answer with, the success first."""

_MESSAGES = {
    ("cancel", 409): assumptions.CANNOT_CANCEL,
    ("start", 409): f"{assumptions.CONNECTOR_UNAVAILABLE}.",
    **{(name, 400): assumptions.CHARGER_OFFLINE for name in ("start", "stop")},
    **{(name, 404): "Not Found" for name in OPERATIONS},
    **{(name, 500): "Server Error" for name in OPERATIONS},
    **{(name, 504): "The charger did not respond in time." for name in OPERATIONS},
}
"""What failures say; that of a 504 is documented, the others are assumed."""
_INVALID = {
    "start": (
        "The selected connector_id is invalid.",
        {"connector_id": ["The selected connector_id is invalid."]},
    ),
    "receipt-email": (
        "The email field must be a valid email address.",
        {"email": ["The email field must be a valid email address."]},
    ),
}

_OPERATIONS = st.sampled_from(("get", *[name for name in OPERATIONS if name != "get"]))
_TOKENS, _CHARGER_CODES = tokens(), charger_codes()
_CHARGERS, _EQUIPPED = public_chargers(), public_chargers(min_connectors=1)
_SENDS = {"start": start_requests(), "receipt-email": st.fixed_dictionaries({"email": emails()})}
_ACCEPT = st.sampled_from(("application/json", "*/*", ""))
_DELAYS, _WAITS = st.integers(0, 86_400), st.integers(1, WINDOW_SECONDS)
_LEFT = {name: st.integers(0, row.limit - 1) for name, row in OPERATIONS.items()}
_DRAWN_CODE = {name: st.sampled_from(codes) for name, codes in CODES.items()}
_DRAWN_STATUS = {name: st.sampled_from(statuses) for name, statuses in ANSWERS.items()}
PAYMENTS = st.builds(lambda n: Payment(f"pi_{n}_secret_{n}", f"pk_test_{n}", f"acct_{n}"), st.integers(0, 10**9))


@check_arguments
@st.composite
def exchanges(
    draw: st.DrawFn,
    operation: OperationName | None = None,
    status_code: int | None = None,
    *,
    coherent: bool = True,
) -> Exchange:
    """Strategy for exchanges of an operation that is answered with a status code, each of them any unless given.

    They break no rule of any level; with `coherent=False` the sessions in them are `sessions(coherent=False)`
    and only the documented rules hold. The tokens are of no session. Raises `InvalidArgumentError` for an unknown
    operation, and for a status code that it does not document.
    """
    name, code = _asked(draw, operation, status_code)
    if code != OPERATIONS[name].success:
        return failed(draw, name, code)
    if name == "charger":
        return answered_charger(draw)
    status = draw(_DRAWN_STATUS[name])
    session = drawn(draw, status) if coherent else odd(draw, status)
    return answered(draw, name, session, after(draw, session) if coherent else draw(MOMENTS))


def _asked(draw: st.DrawFn, operation: str | None, code: int | None) -> tuple[str, int]:
    if operation is not None:
        name = one_of("operation", operation, OPERATIONS)
        return name, draw(_DRAWN_CODE[name]) if code is None else one_of("status_code", code, CODES[name])
    if code is None:
        name = draw(_OPERATIONS)
        return name, draw(_DRAWN_CODE[name])
    one_of("status_code", code, sorted({known for codes in CODES.values() for known in codes}))
    return draw(st.sampled_from([name for name, codes in CODES.items() if code in codes])), code


def call(draw: st.DrawFn, name: str, moment: int, sends: dict[str, Any] | None = None) -> wire.WireCall:
    """Draw the request of an operation, answered at a moment."""
    key = draw(_CHARGER_CODES) if name == "charger" else "" if name == "start" else draw(_TOKENS)
    return wire.WireCall(name, key, moment, draw(_LEFT[name]), sends, draw(_ACCEPT))


def answered(draw: st.DrawFn, name: str, session: Session, moment: int) -> Exchange:
    """Draw an exchange in which an operation answers with a session, once it has what the request asks for."""
    sends = draw(_SENDS[name]) if name in _SENDS else None
    shown = _as_asked(session, sends or {})
    shown = _startable(shown) if name == "start" else shown
    payment = draw(PAYMENTS) if session.status is Status.CREATED and name in ("get", "start") else None
    issued = draw(_TOKENS) if name == "start" else ""
    return wire.success(call(draw, name, moment, sends), shown, payment, issued)


def _as_asked(session: Session, asked: dict[str, Any]) -> Session:
    charger = replace(session.charger, public_code=asked.get("code", session.charger.public_code).upper())
    return replace(
        session,
        connector_id=asked.get("connector_id", session.connector_id),
        charger=charger if "code" in asked else session.charger,
        driver_email=asked.get("email", session.driver_email),
    )


def _startable(session: Session) -> Session:
    """Elsewhere a start is refused."""
    in_order = session.connector_status not in OUT_OF_ORDER
    return replace(
        session,
        charger=replace(session.charger, online=True),
        connector_status=session.connector_status if in_order else ConnectorStatus.PREPARING,
    )


def answered_charger(draw: st.DrawFn, with_connectors: bool = False) -> Exchange:
    """Draw an exchange in which a charger is asked for and found."""
    found, asked = draw(_EQUIPPED if with_connectors else _CHARGERS), call(draw, "charger", draw(MOMENTS))
    return wire.success(asked._replace(key=found.public_code), found)


def failed(draw: st.DrawFn, name: str, code: int) -> Exchange:
    """Draw an exchange in which an operation fails with a code that it may fail with."""
    asked = call(draw, name, draw(MOMENTS), draw(_SENDS[name]) if name in _SENDS else None)
    if code == 429:
        return wire.refusal(asked, draw(_WAITS))
    if code == 422:
        return wire.failure(asked, code, *_INVALID[name])
    return wire.failure(asked, code, _MESSAGES[name, code])


def after(draw: st.DrawFn, session: Session) -> int:
    """Draw a moment that is not before any timestamp of a coherent session."""
    latest = next((text for name in reversed(TIMESTAMPS) if (text := getattr(session, name))), None)
    return draw(MOMENTS) if latest is None else second(latest) + draw(_DELAYS)
