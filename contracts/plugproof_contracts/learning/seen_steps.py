"""The steps of the lifecycle that answers show, and how long the status before each of them lasted."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from plugproof_contracts.facts.session import Status
from plugproof_contracts.learning.arrows import LifecycleStep, certain_step
from plugproof_contracts.learning.bracket import Bracket
from plugproof_contracts.learning.observations import (
    PROCESSING,
    Observation,
    Observations,
    ObservedSession,
    elapsed,
)

_STAMPS = {
    Status.CREATED: "created_at",
    Status.AUTHORIZED: "authorized_at",
    Status.CHARGING: "charging_started_at",
    Status.CAPTURED: "captured_at",
}
"""The timestamp that tells when a session came to a status; of the others only polls tell."""


class SeenStep(NamedTuple):
    """A step between two neighbouring answers of a session."""

    step: LifecycleStep
    session: ObservedSession
    earlier: Observation
    later: Observation


def steps_of(seen: Observations) -> tuple[SeenStep, ...]:
    """Return the steps that are certain, session by session."""
    return seen.once(_all_steps)


def _all_steps(seen: Observations) -> tuple[SeenStep, ...]:
    return tuple(one for session in seen.sessions for one in _steps(session))


def _steps(session: ObservedSession) -> Iterator[SeenStep]:
    for earlier, later in pairwise(session.shown):
        step = certain_step(earlier.answer, later.answer)
        if step is not None:
            yield SeenStep(step, session, earlier, later)


def seconds_before(one: SeenStep) -> Bracket | None:
    """Return how long the status before a step lasted; None if no clock tells."""
    began, ended = _began(one), _ended(one)
    if began is None or ended is None:
        return None
    lasted = elapsed(began, ended)
    return Bracket(max(0.0, lasted.low or 0.0), lasted.high)


def _ended(one: SeenStep) -> Bracket | None:
    # Who goes on charging after all keeps the time of the first beginning.
    is_stamped = one.step.source is not Status.STOPPING
    stamp = one.session.stamped(one.later, _STAMPS.get(one.step.target)) if is_stamped else None
    return stamp or _between(one.session, one.earlier, one.later)


def _began(one: SeenStep) -> Bracket | None:
    shown = one.session.shown
    before = shown[: shown.index(one.earlier)]
    has_stopped = any(other.status is Status.STOPPING for other in before)
    stamp = None if has_stopped else one.session.stamped(one.later, _STAMPS.get(one.step.source))
    if stamp is not None:
        return stamp
    first, last = one.earlier, None
    for other in reversed(before):
        if other.status is not one.step.source:
            last = other
            break
        first = other
    return _between(one.session, last, first)


def _between(session: ObservedSession, earlier: Observation | None, later: Observation) -> Bracket | None:
    """Return a bracket of the moment of a change, by the server's clock as its timestamps have it."""
    low = session.moment(earlier) if earlier is not None else session.created
    high = session.moment(later)
    if low is None or high is None:
        return None
    return Bracket((low.low or 0.0) - (PROCESSING if earlier is not None else 0.0), high.high)
