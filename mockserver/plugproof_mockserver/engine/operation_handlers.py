"""The seven operations, without I/O: a call and what it needs in, an answer and the new state out.

The engine is handed everything: the session as it stands now, the charger, the settings, a fresh
token. It reads no clock, no store and no network, and it changes nothing.
Loading, storing and trying again are the caller's work.
"""

import re
from collections.abc import Callable
from urllib.parse import unquote

import msgspec
from msgspec.structs import replace

from plugproof_contracts import Connector, ConnectorStatus, Status
from plugproof_contracts.errors import InvalidTypeError
from plugproof_contracts.facts import assumptions, error_texts
from plugproof_contracts.facts.session_lifecycle import CANCELLABLE, TERMINAL, Cause, targets
from plugproof_mockserver.engine.representation import data_body, payment_of, session_body
from plugproof_mockserver.engine.transitions import enter, reconcile
from plugproof_mockserver.http.request_bodies import StartBody, read_email, read_fields, read_start
from plugproof_mockserver.http.response import ErrorResponse, Response, invalid
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.model.settings import NotFoundText, Settings
from plugproof_mockserver.model.state import ChargerState, SessionState, Stripe
from plugproof_mockserver.model.timestamps import seconds


class OperationCall(msgspec.Struct, frozen=True, gc=False):
    """One request to one operation; `form` is its body as far as it takes one.

    `argument` is a part of its path; for a start it is the charger code of its body, or empty.
    """

    operation: str
    argument: str
    form: StartBody | str | ErrorResponse | None = None

    def __repr__(self) -> str:
        return f"<OperationCall {self.operation}>"

    @property
    def charger_code(self) -> str | None:
        """The charger that has to be found for this call; None when it is a session instead."""
        return self.argument if self.operation in ("start", "charger") else None


class OperationContext(msgspec.Struct, frozen=True, gc=False):
    """What an operation works on; None means that there is none.

    `encode` writes the `{"data": Session}`, and may remember what it wrote.
    """

    settings: Settings
    session: SessionState | None = None
    charger: ChargerState | None = None
    fresh_token: Callable[[], str] = str
    encode: Callable[[SessionState, ChargerState, int], bytes] = data_body


class OperationResult(msgspec.Struct, frozen=True, gc=False):
    """The answer, and the session as it is to be kept; None keeps what there was."""

    answer: Response | ErrorResponse
    session: SessionState | None = None


_FINGERPRINT = re.compile(r"(?:%3C|<)?token(?:~|%7E)[0-9a-f]{10}(?:%3E|>)?", re.IGNORECASE)
NOT_A_TOKEN = ErrorResponse(
    404,
    "This is the fingerprint of a session token, which stands for it where tokens are not shown. "
    "Send the token itself: `session.token` of a fake, or `reveal()` of a Token.",
)

NOTHING = ErrorResponse(404, error_texts.NOT_FOUND)
"""One and the same answer for whatever can't be found."""

MISSING = OperationResult(NOTHING)


def _missing(call: OperationCall, context: OperationContext, model: str) -> OperationResult:
    """Return the 404 of an argument; which names the framework's models have here is not known (assumed)."""
    if context.settings.not_found is NotFoundText.PLAIN:
        return MISSING
    asked = unquote(call.argument, errors="replace")
    return OperationResult(ErrorResponse(404, f"No query results for model [App\\Models\\{model}] {asked}"))


def read_call(operation: str, argument: str, body: bytes, content_type: str) -> OperationCall:
    """Read a request into a call; what is wrong with its body is in the call, for the operation to say."""
    if operation == "start":
        start_form = read_start(body, content_type)
        return OperationCall(operation, _charger_code(start_form, body, content_type), start_form)
    form = read_email(body, content_type) if operation == "receipt-email" else None
    return OperationCall(operation, argument, form)


def _charger_code(form: StartBody | ErrorResponse, body: bytes, content_type: str) -> str:
    """Return the code that a start asks for, also where something else is wrong with it."""
    found = form.code if isinstance(form, StartBody) else read_fields(body, content_type).get("code")
    return found if isinstance(found, str) else ""


def handle(call: OperationCall, context: OperationContext, now: int) -> OperationResult:
    """Carry out one call at the moment `now`."""
    return _OPERATIONS[call.operation](call, context, now)


# Operations on one session.


def _confirm(
    state: SessionState, charger: ChargerState, call: OperationCall, context: OperationContext, now: int
) -> OperationResult:
    return _ok(reconcile(state, Cause.CONFIRM, now, context.settings), charger, context, now)


def _get(
    state: SessionState, charger: ChargerState, call: OperationCall, context: OperationContext, now: int
) -> OperationResult:
    body = {"data": session_body(state, charger, now), "payment": payment_of(state)}
    return OperationResult(Response(200, msgspec.json.encode(body)), state)


def _stop(
    state: SessionState, charger: ChargerState, call: OperationCall, context: OperationContext, now: int
) -> OperationResult:
    if state.status is Status.STOPPING:
        return _ok(state, charger, context, now)
    if refusal := _stop_refusal(state, charger):
        return OperationResult(ErrorResponse(400, refusal), state)
    stopping = enter(state, Status.STOPPING, now, context.settings)
    if SCENARIOS[state.scenario].stop_times_out:
        return OperationResult(ErrorResponse(504, error_texts.TIMED_OUT), stopping)
    return _ok(stopping, charger, context, now)


def _stop_refusal(state: SessionState, charger: ChargerState) -> str | None:
    if not targets(state.status, Cause.STOP):
        return error_texts.NOT_CHARGING
    if not charger.online:
        return assumptions.CHARGER_OFFLINE
    return error_texts.STOP_REFUSED if SCENARIOS[state.scenario].stop_refused else None


def _cancel(
    state: SessionState, charger: ChargerState, call: OperationCall, context: OperationContext, now: int
) -> OperationResult:
    if state.status not in CANCELLABLE:
        return OperationResult(ErrorResponse(409, assumptions.CANNOT_CANCEL), state)
    return _ok(enter(state, Status.ABANDONED, now, context.settings, assumptions.CANCELLED), charger, context, now)


def _receipt_email(
    state: SessionState, charger: ChargerState, call: OperationCall, context: OperationContext, now: int
) -> OperationResult:
    if not isinstance(call.form, str):
        return _unusable(call)
    if state.status in TERMINAL:
        return OperationResult(
            invalid({"email": ["The session has ended; its receipt address can't be changed."]}), state
        )
    return _ok(replace(state, email=call.form), charger, context, now)


def _ok(state: SessionState, charger: ChargerState, context: OperationContext, now: int) -> OperationResult:
    return OperationResult(Response(200, context.encode(state, charger, now)), state)


SessionOperation = Callable[[SessionState, ChargerState, OperationCall, OperationContext, int], OperationResult]


def _on_session(operation: SessionOperation) -> Callable[[OperationCall, OperationContext, int], OperationResult]:
    def run(call: OperationCall, context: OperationContext, now: int) -> OperationResult:
        if context.session is None or context.charger is None:
            is_fingerprint = _FINGERPRINT.fullmatch(call.argument)
            return OperationResult(NOT_A_TOKEN) if is_fingerprint else _missing(call, context, "Session")
        return operation(context.session, context.charger, call, context, now)

    return run


# Operations on a charger.


def _charger(call: OperationCall, context: OperationContext, now: int) -> OperationResult:
    if context.charger is None or not context.charger.public_charging:
        return _missing(call, context, "Charger")
    return OperationResult(Response(200, msgspec.json.encode({"data": context.charger.to_public()})))


def _start(call: OperationCall, context: OperationContext, now: int) -> OperationResult:
    if not isinstance(call.form, StartBody):
        return _unusable(call)
    state = start(call.form, context, now)
    if isinstance(state, ErrorResponse) or context.charger is None:
        return OperationResult(state) if isinstance(state, ErrorResponse) else MISSING
    return _started(state, context.charger, now)


def start(form: StartBody, context: OperationContext, now: int) -> SessionState | ErrorResponse:
    """Return the session that a valid request starts, or the problem for which it is refused."""
    if context.charger is None or not context.charger.public_charging:
        return NOTHING
    refusal = _start_refusal(form, context.charger)
    return refusal or new_session(form, context.charger, context.fresh_token(), context.settings, now)


def _start_refusal(form: StartBody, charger: ChargerState) -> ErrorResponse | None:
    if not charger.online:
        return ErrorResponse(400, assumptions.CHARGER_OFFLINE)
    connector = _connector(charger, form.connector_id)
    if connector is None:
        known = ", ".join(str(one.connector_id) for one in charger.connectors)
        return invalid({"connector_id": [f"The charger has no such connector; it has {known}."]})
    if connector.status not in (ConnectorStatus.AVAILABLE, ConnectorStatus.PREPARING):
        return ErrorResponse(409, f"{assumptions.CONNECTOR_UNAVAILABLE}: it is {connector.status}.")
    return None


def _connector(charger: ChargerState, connector_id: int) -> Connector | None:
    return next((one for one in charger.connectors if one.connector_id == connector_id), None)


def new_session(form: StartBody, charger: ChargerState, token: str, settings: Settings, now: int) -> SessionState:
    """Return a session that was created at `now`; its scenario is the charger's."""
    scenario = SCENARIOS[charger.scenario]
    return SessionState(
        token=token,
        scenario=scenario.code,
        charger=charger.public_code,
        connector_id=form.connector_id,
        pricing=charger.pricing,
        hold=charger.preauth_amount,
        created=now,
        entered=now,
        pay_by=now + seconds(scenario.payment_window or settings.payment_window),
        expires=now + seconds(scenario.token_ttl or settings.token_ttl),
        stripe=scenario.stripe if settings.auto_pay else Stripe.PENDING,
        email=form.email,
    )


def _started(state: SessionState, charger: ChargerState, now: int) -> OperationResult:
    body = {"session_token": state.token, "data": session_body(state, charger, now), "payment": payment_of(state)}
    return OperationResult(Response(201, msgspec.json.encode(body)), state)


_OPERATIONS: dict[str, Callable[[OperationCall, OperationContext, int], OperationResult]] = {
    "confirm": _on_session(_confirm),
    "start": _start,
    "get": _on_session(_get),
    "stop": _on_session(_stop),
    "cancel": _on_session(_cancel),
    "receipt-email": _on_session(_receipt_email),
    "charger": _charger,
}


def takes_body(path: str) -> bool:
    """Return whether the operation at this raw path reads a body; the others ignore theirs (assumed)."""
    return path.endswith(("/sessions", "/receipt-email"))


def _unusable(call: OperationCall) -> OperationResult:
    if isinstance(call.form, ErrorResponse):
        return OperationResult(call.form)
    raise InvalidTypeError(f"{call.operation} was called without a form")  # pragma: no cover - `read` gives one
