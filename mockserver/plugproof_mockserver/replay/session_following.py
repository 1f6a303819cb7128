"""How a replayed session follows the recorded one in what only the driver and the charger decide.

A fake cannot know when somebody paid, when the charger began, or how much it delivered. So before a request is
replayed, its session makes the moves that the recorded answer shows, by arrows of the lifecycle, and takes the
recorded reading. The payment window, the life of the token and the answers themselves stay the fake's own.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from plugproof_contracts.facts.assumptions import CANCELLED, DECLINED
from plugproof_contracts.facts.error_texts import NOT_CHARGING
from plugproof_contracts.facts.session import Status
from plugproof_contracts.facts.session_lifecycle import (
    CANCELLABLE,
    ENTERED_CHARGING,
    TERMINAL,
    Cause,
    Move,
    moves_from,
    reachable,
)
from plugproof_contracts.parsing.date_times import instant
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_mockserver.engine.transitions import enter
from plugproof_mockserver.http.request_bodies import read_email
from plugproof_mockserver.model.events import TRANSITIONS
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.state import SessionState, Stripe
from plugproof_mockserver.model.timestamps import seconds

TOLERANCE = seconds(2)
"""How far recorded moments may be off: where a setting ends something so close, the recording decides."""
_SOON = seconds(1)

Goal = Callable[[Status], bool]
_STAMPS = {
    Status.AUTHORIZED: "authorized_at",
    Status.CHARGING: "charging_started_at",
    Status.SETTLING: "completed_at",
    Status.CAPTURED: "captured_at",
}


def microseconds(text: object) -> int | None:
    """Return the moment of a recorded timestamp, or None for anything else."""
    moment = instant(text) if isinstance(text, str) else None
    return None if moment is None or moment.tzinfo is None else round(moment.timestamp() * 1_000_000)


def watt_hours(text: object) -> int | None:
    """Return recorded energy, or None if it is not a number of kWh."""
    try:
        return max(0, round(float(text) * 1000)) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None


def follow(
    state: SessionState, answer: ParsedResponse, shown: ParsedResponse | None, now: int, settings: Settings
) -> SessionState:
    """Return the session as it has to be when the request comes.

    `shown` is the next answer that shows it, which may be this one; None if none does.
    """
    state = _near_ends(state, answer, now)
    goal = _goal(answer, shown, now)
    for move in _path(state.status, goal, shown.status if shown else None) if goal else ():
        state = _moved(state, move, shown or answer, now, settings)
    return _as_decided(state, answer, now)


def _near_ends(state: SessionState, answer: ParsedResponse, now: int) -> SessionState:
    """Let the recording decide what ended, where a window or a token ends within the tolerance."""
    changes: dict[str, Any] = {}
    if abs(state.pay_by - now) <= TOLERANCE and answer.status:
        changes["pay_by"] = now if answer.status is Status.EXPIRED else now + 1
    if abs(state.expires - now) <= TOLERANCE:
        changes["expires"] = now if answer.code == 404 else now + 1
    return replace(state, **changes)


def _goal(answer: ParsedResponse, shown: ParsedResponse | None, now: int) -> Goal | None:
    """Return which statuses before the request explain the recorded answer; None if any does."""
    if answer.status is not None:
        return _shows(answer, answer.status, now)
    if answer.code in (429, 404) or answer.code >= 500:
        return None
    return _refuses(answer, shown, now)


def _shows(answer: ParsedResponse, shown: Status, now: int) -> Goal:
    if answer.name == "cancel" and shown is Status.ABANDONED:
        return lambda status: status in CANCELLABLE
    if answer.name == "stop" and shown is Status.STOPPING:
        return lambda status: status in (Status.CHARGING, Status.STOPPING)
    authorized = microseconds(answer.data.get("authorized_at"))
    is_earlier = authorized is not None and authorized < now - _SOON
    if answer.name == "confirm" and shown in (Status.AUTHORIZED, Status.FAILED) and not is_earlier:
        return lambda status: status in (Status.CREATED, shown)
    return lambda status: status is shown


def _refuses(answer: ParsedResponse, shown: ParsedResponse | None, now: int) -> Goal | None:
    if answer.name == "cancel" and answer.code == 409:
        return lambda status: status not in CANCELLABLE
    if answer.name == "stop" and _was_charging(answer, shown, now):
        return lambda status: status is Status.CHARGING
    if answer.name == "stop":
        return lambda status: status not in (Status.CHARGING, Status.STOPPING)
    exchange = answer.exchange
    kind = exchange.request_headers.get("content-type") or ""
    if answer.name == "receipt-email" and isinstance(read_email(exchange.request_body, kind), str):
        return lambda status: status in TERMINAL
    return None


def _was_charging(answer: ParsedResponse, shown: ParsedResponse | None, now: int) -> bool:
    """Return whether a stop was refused by the charger; a page has no message, so a later answer has to tell."""
    message = answer.error.get("message")
    if message is not None or shown is None:
        return bool(message != NOT_CHARGING)
    began, ended = (microseconds(shown.data.get(name)) for name in ("charging_started_at", "completed_at"))
    return began is not None and began <= now and (ended is None or ended > now)


def _path(source: Status, goal: Goal, later: Status | None) -> tuple[Move, ...]:
    """Return the fewest moves to a status that explains the answer; none if no arrow leads there.

    That a window is over is no move to follow: when it is, follows from a setting.
    """
    waiting: deque[tuple[Status, tuple[Move, ...]]] = deque([(source, ())])
    seen = {source}
    while waiting:
        status, path = waiting.popleft()
        if goal(status) and (later is None or reachable(status, later)):
            return path
        for move in moves_from(status):
            if move.cause is not Cause.WINDOW_OVER and move.target not in seen:
                seen.add(move.target)
                waiting.append((move.target, (*path, move)))
    return ()


def _moved(state: SessionState, move: Move, answer: ParsedResponse, now: int, settings: Settings) -> SessionState:
    stamp = microseconds(answer.data.get(_STAMPS.get(move.target, "")))
    earlier = max(filter(None, (state.created, state.authorized, state.started, state.completed)))
    at = now if stamp is None else min(max(stamp, earlier), now)
    if move.target is Status.SETTLING:
        state = _metered(state, answer)
    state = enter(state, move.target, at, settings, _reason(move, answer))
    return _metered(replace(state, metered=None), answer) if move.target is Status.CHARGING else state


def _reason(move: Move, answer: ParsedResponse) -> str | None:
    known = list(_reasons(move))
    shown = answer.data.get("failure_reason")
    return shown if shown in known else next(iter(known), None)


def _reasons(move: Move) -> Iterator[str]:
    if move.target is Status.ABANDONED:
        yield CANCELLED
    if move.source is Status.CREATED and move.target is Status.FAILED:
        yield DECLINED
    for row in TRANSITIONS:
        if row.cause is move.cause and row.target is move.target and row.reason:
            yield row.reason


def _metered(state: SessionState, answer: ParsedResponse) -> SessionState:
    """Return the session with the recorded reading; a meter never runs back."""
    found = watt_hours(answer.data.get("energy_kwh"))
    return state if found is None or state.meter is None else replace(state, meter=max(found, state.meter))


def _as_decided(state: SessionState, answer: ParsedResponse, now: int) -> SessionState:
    """Return the session with what Stripe and the charger are about to say."""
    stripe = {Status.CREATED: Stripe.PENDING, Status.FAILED: Stripe.DECLINED}
    shown = answer.status
    changes: dict[str, Any] = {
        "stripe": Stripe.PENDING if shown is None else stripe.get(shown, Stripe.PAID),
        "scenario": _scenario(state, answer),
        # The script counts from here, so that nothing of it is due at once.
        "entered": now,
    }
    if state.status in ENTERED_CHARGING and state.completed is None:
        state = _metered(state, answer)
    return replace(state, **changes)


def _scenario(state: SessionState, answer: ParsedResponse) -> str:
    """Return who plays the charger: one that is about to refuse a stop or not to answer it, or an ordinary one."""
    if answer.name == "stop" and answer.code == 504:
        return "SLOW"
    is_refused = answer.name == "stop" and answer.code == 400 and state.status is Status.CHARGING
    return "STOPFAIL" if is_refused and answer.error.get("message") != NOT_CHARGING else "HAPPY"
