"""How a session moves: what it enters, what happens to it, and what happens to it by itself.

All functions are pure: a state and a moment in, a state out. A session that nobody looks at does
not move; when it is looked at, `play` lets everything happen that was due, each at its own moment.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec.structs import replace

from plugproof_contracts import Status
from plugproof_contracts.argument_checks import check_arguments
from plugproof_contracts.errors import PlugproofError
from plugproof_contracts.facts import assumptions, billing
from plugproof_contracts.facts.session_lifecycle import Cause, targets
from plugproof_contracts.secrets.token import fingerprint
from plugproof_mockserver.model.events import Event, possible_events, transition_of
from plugproof_mockserver.model.metering import delivered, time_to_deliver
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.state import SessionState, Stripe
from plugproof_mockserver.model.timestamps import seconds

_UNDECIDED = (Stripe.PENDING, Stripe.CHALLENGED)

METER_INTERVAL = seconds(10)
"""How often the charger sends a meter value (assumed); between two of them the estimate stands still."""


@check_arguments
class StatusChange(NamedTuple):
    """One move of one session that fired at `at`; `event` is what made it happen."""

    token: str
    at: int
    source: Status
    event: str
    target: Status

    def __repr__(self) -> str:
        return f"<StatusChange {fingerprint(self.token)} {self.source} -> {self.target} by {self.event}>"


class NotPossibleError(PlugproofError, ValueError):
    """An event that a session can't take in its status; the message lists those that it can."""

    def __init__(self, event: Event, status: Status) -> None:
        known = ", ".join(possible_events(status))
        super().__init__(f"{event} can't happen to a session that is {status}; what can: {known}")


# Meter and money.


def meter_at(state: SessionState, moment: int) -> int | None:
    """Return the exact reading in watt-hours; None before charging."""
    if state.meter is None or state.metered is None:
        return state.meter
    watts = SCENARIOS[state.scenario].watts
    return state.meter + delivered(watts, moment - state.metered)


def estimate_at(state: SessionState, moment: int) -> int | None:
    """Return the reading of the latest meter value at `moment`; None before charging."""
    if state.metered is None:
        return state.meter
    return meter_at(state, moment - (moment - state.metered) % METER_INTERVAL)


def _uses_hold_up(state: SessionState) -> int | None:
    watts = SCENARIOS[state.scenario].watts
    if state.meter is None or state.metered is None or watts == 0:
        return None
    missing = billing.energy_for(state.amount_authorized or 0, state.pricing) - state.meter
    return state.metered + time_to_deliver(missing, watts)


# Entering a status.

Changes = dict[str, Any]


def _on_authorized(state: SessionState, at: int, settings: Settings) -> Changes:
    return {"authorized": at, "amount_authorized": state.hold}


def _on_charging(state: SessionState, at: int, settings: Settings) -> Changes:
    # A refused stop leads back here: the transaction that began goes on.
    return {} if state.started is not None else {"started": at, "meter": 0, "metered": at}


def _on_settling(state: SessionState, at: int, settings: Settings) -> Changes:
    meter = meter_at(state, at) or 0
    final = billing.cost(meter, state.pricing, state.amount_authorized or 0)
    return {"completed": at, "meter": meter, "metered": None, "cost": final}


def _on_captured(state: SessionState, at: int, settings: Settings) -> Changes:
    if state.captured is not None:
        return {}
    amount = state.cost or 0
    tax = billing.included_tax(amount, round(settings.vat * 100))
    return {"captured": at, "amount_captured": amount, "tax": tax}


_ENTRY: dict[Status, Callable[[SessionState, int, Settings], Changes]] = {
    Status.AUTHORIZED: _on_authorized,
    Status.CHARGING: _on_charging,
    Status.SETTLING: _on_settling,
    Status.CAPTURED: _on_captured,
    Status.REFUNDED: _on_captured,  # what is given back was captured, though a review may skip the status
}


def enter(
    state: SessionState, target: Status, at: int, settings: Settings, reason: str | None = None
) -> SessionState:
    """Return the session as it is once it has entered `target`."""
    changes = _ENTRY[target](state, at, settings) if target in _ENTRY else {}
    return replace(state, status=target, entered=at, reason=reason, **changes)


# Events.


def reconcile(state: SessionState, cause: Cause, at: int, settings: Settings) -> SessionState:
    """Let the API learn what Stripe knows, by confirm or by webhook; nothing changes while nobody has paid."""
    if not targets(state.status, cause) or state.stripe in _UNDECIDED:
        return state
    if state.stripe is Stripe.DECLINED:
        return enter(state, Status.FAILED, at, settings, assumptions.DECLINED)
    return enter(state, Status.AUTHORIZED, at, settings)


def apply_event(state: SessionState, event: Event, at: int, settings: Settings) -> SessionState:
    """Let an event happen; raise `NotPossibleError` if it can't in this status."""
    if event not in possible_events(state.status):
        raise NotPossibleError(event, state.status)
    if event in _SPECIAL:
        return _SPECIAL[event](state, at, settings)
    effect = transition_of(event, state.status)
    return enter(state, effect.target, at, settings, effect.reason) if effect else state


def _paid(state: SessionState, at: int, settings: Settings) -> SessionState:
    # A scenario's webhook comes so long after the payment, not after the start.
    return replace(state, stripe=Stripe.PAID, entered=at)


def _challenged(state: SessionState, at: int, settings: Settings) -> SessionState:
    return replace(state, stripe=Stripe.CHALLENGED)


def _declined(state: SessionState, at: int, settings: Settings) -> SessionState:
    return replace(state, stripe=Stripe.DECLINED, entered=at)


def _webhook(state: SessionState, at: int, settings: Settings) -> SessionState:
    # Stripe sends a webhook because something happened; with nothing said before, it was paid.
    known = _paid(state, at, settings) if state.stripe in _UNDECIDED else state
    return reconcile(known, Cause.WEBHOOK, at, settings)


def _settled(state: SessionState, at: int, settings: Settings) -> SessionState:
    return enter(state, Status.CAPTURED if state.meter else Status.NO_CHARGE, at, settings)


def _expire_token(state: SessionState, at: int, settings: Settings) -> SessionState:
    return replace(state, expires=at)


_SPECIAL: dict[Event, Callable[[SessionState, int, Settings], SessionState]] = {
    Event.PAID: _paid,
    Event.CHALLENGED: _challenged,
    Event.DECLINED: _declined,
    Event.WEBHOOK: _webhook,
    Event.SETTLED: _settled,
    Event.EXPIRE_TOKEN: _expire_token,
}


# What happens by itself.


def next_due(state: SessionState) -> tuple[int, Event] | None:
    """Return the next event that happens by itself, and its moment; None when none will."""
    due: list[tuple[int, Event]] = []
    step = SCENARIOS[state.scenario].script.get(state.status)
    # Stripe's webhook tells what came of a payment, so it waits for that.
    if step and not (step.event is Event.WEBHOOK and state.stripe in _UNDECIDED):
        due.append((state.entered + seconds(step.seconds), step.event))
    if state.status is Status.CREATED:
        due.append((state.pay_by, Event.WINDOW_OVER))
    elif state.status is Status.CHARGING and (full := _uses_hold_up(state)) is not None:
        # It may have been used up while a stop was pending that the charger then refused.
        due.append((max(full, state.entered), Event.HOLD_USED_UP))
    return min(due, default=None)


def next_moment(state: SessionState) -> int | None:
    """Return the moment of the next event that happens by itself before the token expires; None when none will."""
    due = next_due(state)
    return due[0] if due and due[0] <= state.expires else None


def play(state: SessionState, now: int, settings: Settings) -> tuple[SessionState, list[StatusChange]]:
    """Let everything happen that was due up to `now`, or until the token expired if that was earlier."""
    moves: list[StatusChange] = []
    until = min(now, state.expires)
    while (due := next_due(state)) is not None and due[0] <= until:
        at, event = due
        before, state = state, apply_event(state, event, at, settings)
        moves.append(StatusChange(state.token, at, before.status, event, state.status))
    return state, moves
