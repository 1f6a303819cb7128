"""What can happen to a session from outside the API, in the words of the control plane.

An event is an outcome ("the charger refused"), a cause is an occasion ("the charger was asked to
start"). The table joins them: the event is possible in a status when one of its rows is also a
row of the lifecycle there. So an event can never do what the lifecycle does not allow.
"""

from functools import cache
from typing import NamedTuple

from plugproof_contracts.argument_checks import CheckedEnum
from plugproof_contracts.facts import assumptions
from plugproof_contracts.facts.session import Status
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE, Cause


class Event(CheckedEnum):
    """The events that a scenario plays and that the control plane takes."""

    PAID = "paid"
    CHALLENGED = "challenged"
    DECLINED = "declined"
    WEBHOOK = "webhook"
    WINDOW_OVER = "window_over"
    START_SENT = "start_sent"
    CHARGER_OFFLINE = "charger_offline"
    CHARGER_ONLINE = "charger_online"
    CHARGER_REFUSED = "charger_refused"
    CHARGER_STARTED = "charger_started"
    START_TIMED_OUT = "start_timed_out"
    UNPLUGGED = "unplugged"
    CAR_FULL = "car_full"
    HOLD_USED_UP = "hold_used_up"
    CHARGER_STOPPED = "charger_stopped"
    SETTLED = "settled"
    CAPTURED = "captured"
    NOTHING_DELIVERED = "nothing_delivered"
    CAPTURE_FAILED = "capture_failed"
    REVIEW = "review"
    REFUNDED = "refunded"
    WRITTEN_OFF = "written_off"
    EXPIRE_TOKEN = "expire_token"  # noqa: S105 - the name of an event


class Transition(NamedTuple):
    """`event`, on the occasion of `cause`, leads to `target`; `reason` is then the session's failure reason."""

    event: Event
    cause: Cause
    target: Status
    reason: str | None = None


_E, _C, _S = Event, Cause, Status

TRANSITIONS: tuple[Transition, ...] = (
    Transition(_E.WINDOW_OVER, _C.WINDOW_OVER, _S.EXPIRED),
    Transition(_E.START_SENT, _C.REMOTE_START, _S.STARTING),
    Transition(_E.CHARGER_OFFLINE, _C.REMOTE_START, _S.FAILED, assumptions.OFFLINE),
    Transition(_E.CHARGER_REFUSED, _C.REMOTE_START, _S.FAILED, assumptions.REFUSED),
    Transition(_E.CHARGER_STARTED, _C.TRANSACTION, _S.CHARGING),
    Transition(_E.START_TIMED_OUT, _C.START_TIMEOUT, _S.FAILED, assumptions.TIMED_OUT),
    Transition(_E.UNPLUGGED, _C.ENDED, _S.SETTLING),
    Transition(_E.CAR_FULL, _C.ENDED, _S.SETTLING),
    Transition(_E.HOLD_USED_UP, _C.ENDED, _S.SETTLING),
    Transition(_E.CHARGER_STOPPED, _C.STOP_ANSWER, _S.SETTLING),
    Transition(_E.UNPLUGGED, _C.STOP_ANSWER, _S.SETTLING),
    Transition(_E.CHARGER_REFUSED, _C.STOP_ANSWER, _S.CHARGING),
    Transition(_E.CAPTURED, _C.SETTLE, _S.CAPTURED),
    Transition(_E.NOTHING_DELIVERED, _C.SETTLE, _S.NO_CHARGE),
    Transition(_E.CAPTURE_FAILED, _C.SETTLE, _S.CAPTURE_FAILED),
    Transition(_E.REVIEW, _C.SETTLE, _S.REQUIRES_REVIEW),
    Transition(_E.CAPTURED, _C.RETRY, _S.CAPTURED),
    Transition(_E.REVIEW, _C.RETRY, _S.REQUIRES_REVIEW),
    Transition(_E.WRITTEN_OFF, _C.RETRY, _S.WRITTEN_OFF),
    Transition(_E.CAPTURED, _C.REVIEW, _S.CAPTURED),
    Transition(_E.NOTHING_DELIVERED, _C.REVIEW, _S.NO_CHARGE),
    Transition(_E.REFUNDED, _C.REVIEW, _S.REFUNDED),
    Transition(_E.WRITTEN_OFF, _C.REVIEW, _S.WRITTEN_OFF),
    Transition(_E.REFUNDED, _C.REFUND, _S.REFUNDED),
)

ANY_TIME = frozenset({Event.EXPIRE_TOKEN, Event.CHARGER_OFFLINE, Event.CHARGER_ONLINE})
"""What can happen in any status: it concerns the token or the charger, and the session only if a row says so."""

PAYMENT_EVENTS = frozenset({Event.PAID, Event.CHALLENGED, Event.DECLINED, Event.WEBHOOK})
"""What happens at Stripe, and so only before the session is authorised."""


@cache
def transition_of(event: Event, status: Status) -> Transition | None:
    """Return what an event does to a session in `status`, or None when it moves nothing."""
    allowed = {(move.cause, move.target) for move in LIFECYCLE if move.source is status}
    return next((e for e in TRANSITIONS if e.event is event and (e.cause, e.target) in allowed), None)


@cache
def possible_events(status: Status) -> tuple[Event, ...]:
    """Return the events that a session in `status` takes."""
    return tuple(event for event in Event if _is_possible(event, status))


def _is_possible(event: Event, status: Status) -> bool:
    if event in PAYMENT_EVENTS:
        return status is Status.CREATED
    if event is Event.SETTLED:
        return status is Status.SETTLING
    return event in ANY_TIME or transition_of(event, status) is not None
