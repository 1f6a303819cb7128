"""The fault `violation`: an answer in which exactly one rule of the contract breaks, and nothing else.

The answer that was due is changed if that can be done; otherwise one stands in for it that the operation could
have given: of the same session in another status, or a failure. The checker decides whether a rule breaks alone.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec.structs import replace

from plugproof_contracts import RULES, Status
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts import error_texts
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.mutations.rule_breaking import break_rule
from plugproof_contracts.rules.catalogue import Subject
from plugproof_mockserver.engine.representation import payment_of, session_body
from plugproof_mockserver.engine.seeding import seed_state
from plugproof_mockserver.http.rate_limit import RateLimitDecision, too_many
from plugproof_mockserver.http.request_bodies import StartBody
from plugproof_mockserver.http.response import ErrorResponse, Headers, Response, invalid
from plugproof_mockserver.model.state import ChargerState, SessionState
from plugproof_mockserver.model.timestamps import SECOND
from plugproof_mockserver.world.damages import DueAnswer
from plugproof_mockserver.world.self_check import excused_rules, to_exchange

_TEXTS = {404: error_texts.NOT_FOUND, 500: "Server Error", 504: error_texts.TIMED_OUT}
_WAIT = 30
"""Seconds that a refusal tells to wait."""


def violate(due: DueAnswer, rule: str) -> Response | None:
    """Return an answer that breaks a rule and no other; None where this call has none."""
    if due.request.method == "HEAD":
        return None
    real = to_exchange(due.request, due.response, due.now)
    broken = break_rule(rule, _answers(due, rule, real), excused_rules(due.world.settings))
    if broken is None:
        return None
    return replace(due.response, status=broken.status, body=broken.body or b"", headers=_headers(broken))


def _headers(exchange: Exchange) -> Headers:
    sent = {name.lower(): value for name, value in dict(exchange.headers).items()}
    sent.pop("content-length", None)  # it follows from the body
    return tuple((name.encode(), value.encode("latin-1", "replace")) for name, value in sent.items())


def _answers(due: DueAnswer, rule: str, real: Exchange) -> Iterator[Exchange]:
    """Yield the answer that is due, and then those that may stand in for it."""
    yield real
    scope, success = RULES[rule].scope, OPERATIONS[due.call.operation].success
    is_of_success = scope.subject not in (Subject.FAILURE, Subject.ERROR) and success in (
        scope.codes or (success,)
    )
    if is_of_success:
        yield from (_as_exchange(due, Response(success, body)) for body in _bodies(due))
    if scope.subject is not Subject.SUCCESS:
        yield from (_as_exchange(due, one.to_response()) for one in _failures(due))


def _as_exchange(due: DueAnswer, response: Response) -> Exchange:
    return to_exchange(due.request, due.finish(response), due.now)


def _bodies(due: DueAnswer) -> Iterator[bytes]:
    charger, state = _charger(due), _session(due)
    if due.call.operation == "charger":
        yield msgspec.json.encode({"data": charger.to_public()})
        return
    token = state.token if state else _issued_token(due)
    for status in Status:
        seeded = _like(seed_state(status, charger, token, due.world.settings, due.now), due, state)
        payment = payment_of(seeded)
        more: dict[str, dict[str, Any]] = {
            "start": {"session_token": token, "payment": payment},
            "get": {"payment": payment},
        }
        data = {"data": session_body(seeded, charger, due.now)}
        yield msgspec.json.encode({**data, **more.get(due.call.operation, {})})


def _session(due: DueAnswer) -> SessionState | None:
    if due.call.charger_code is not None:
        return None
    return due.world.sessions.find(due.call.argument, due.now)


def _charger(due: DueAnswer) -> ChargerState:
    state, chargers = _session(due), due.world.chargers
    found = chargers.of(state) if state else chargers.find(due.call.charger_code or "")
    return found or chargers.find("HAPPY") or next(iter(chargers.all()))


def _issued_token(due: DueAnswer) -> str:
    try:
        return str(msgspec.json.decode(due.response.body)["session_token"])
    except (msgspec.DecodeError, LookupError, TypeError):
        return due.world.sessions.fresh_token()


def _like(seeded: SessionState, due: DueAnswer, state: SessionState | None) -> SessionState:
    """Return a seeded session with what was asked for, or with what the session that is asked for has."""
    form = due.call.form
    if isinstance(form, StartBody):
        return replace(seeded, connector_id=form.connector_id, email=form.email)
    email = form if isinstance(form, str) else state.email if state else None
    return replace(seeded, connector_id=state.connector_id if state else seeded.connector_id, email=email)


def _failures(due: DueAnswer) -> Iterator[ErrorResponse]:
    operation = OPERATIONS[due.call.operation]
    for code in dict.fromkeys((*operation.failures, 500, 504, 429)):
        if code == 429:
            decision = RateLimitDecision(False, operation.limit, 0, due.now // SECOND + _WAIT)
            yield too_many(decision, due.now)
        elif code == 422:
            yield invalid({"email": ["The email field must be a valid email address."]})
        else:
            yield ErrorResponse(code, _TEXTS.get(code, HTTPStatus(code).phrase))
