"""Event paths: what leads a session from one status to another without its client."""

from collections.abc import Iterator
from functools import cache

from plugproof_contracts import Status
from plugproof_contracts.facts.session_lifecycle import Cause, targets
from plugproof_mockserver.model.events import Event, transition_of

_PAYMENT = {Event.WEBHOOK: Status.AUTHORIZED}
"""What happens at Stripe and reaches the session without a request. No row of effects stands for it."""

_OTHER_DEVICE = {"stop": Cause.STOP, "cancel": Cause.CANCEL}
"""What no event leads to, but the same driver can on another device: the operation and its cause."""

Move = Event | str
"""An event, or the operation that the driver carries out on another device."""


@cache
def event_path(source: Status, target: Status) -> tuple[Move, ...]:
    """Return the shortest path of moves, empty when there is none; an event goes before an operation."""
    paths: dict[Status, tuple[Move, ...]] = {source: ()}
    for status in (statuses := [source]):
        for move, reached in _moves(status):
            if reached not in paths:
                paths[reached] = (*paths[status], move)
                statuses.append(reached)
    return paths.get(target, ())


def _moves(status: Status) -> Iterator[tuple[Move, Status]]:
    for event in Event:
        if (reached := _reached(status, event)) is not None:
            yield event, reached
    for operation, cause in _OTHER_DEVICE.items():
        for reached in targets(status, cause):
            yield operation, reached


def _reached(status: Status, event: Event) -> Status | None:
    if status is Status.CREATED and event in _PAYMENT:
        return _PAYMENT[event]
    effect = transition_of(event, status)
    return effect.target if effect else None
