"""Event paths: the events that lead a session from one status to another without its client."""

from functools import cache

from plugproof_contracts import Status
from plugproof_mockserver.model.events import Event, effect_of

_PAYMENT = {Event.WEBHOOK: Status.AUTHORIZED}
"""What happens at Stripe and reaches the session without a request. No row of effects stands for it."""


@cache
def event_path(source: Status, target: Status) -> tuple[Event, ...]:
    """Return the shortest path of events, empty when there is none."""
    paths: dict[Status, tuple[Event, ...]] = {source: ()}
    for status in (statuses := [source]):
        for event in Event:
            reached = _reached(status, event)
            if reached is not None and reached not in paths:
                paths[reached] = (*paths[status], event)
                statuses.append(reached)
    return paths.get(target, ())


def _reached(status: Status, event: Event) -> Status | None:
    if status is Status.CREATED and event in _PAYMENT:
        return _PAYMENT[event]
    effect = effect_of(event, status)
    return effect.target if effect else None
