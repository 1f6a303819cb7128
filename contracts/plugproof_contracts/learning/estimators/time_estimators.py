"""How long a created session waits for its payment, and how long its token is known."""

from collections.abc import Callable, Iterator

from plugproof_contracts.facts.session import Status
from plugproof_contracts.learning.bracket import Bracket, intersection
from plugproof_contracts.learning.learned_fact import FactForm, LearnedFact, assumed_setting, bracketed
from plugproof_contracts.learning.observations import PROCESSING, Observation, Observations, ObservedSession

_WINDOW = assumed_setting("payment_window", FactForm.BRACKET)
_LIFE = assumed_setting("token_ttl", FactForm.BRACKET)

SEEDED_PAST = 3600.0
"""Seconds by which a session that was not seen to start may look too old: a fake can be given sessions."""
_CLOCKS = "the clocks of the recording disagree: nothing is claimed"

SessionBound = Callable[[ObservedSession, Observation], Bracket | None]
"""What one answer says of a length of time that began with the session's creation."""


def estimate_payment_window(seen: Observations) -> LearnedFact:
    """Bracket the payment window: longer than a session was seen `created`, no longer than until `expired`."""
    return _estimate(_WINDOW, seen, _window_bound)


def estimate_token_ttl(seen: Observations) -> LearnedFact:
    """Bracket the life of a token: longer than it was seen to be known, no longer than until it was unknown."""
    return _estimate(_LIFE, seen, _life_bound)


def _estimate(fact: LearnedFact, seen: Observations, bound: SessionBound) -> LearnedFact:
    found = [bracket for session in seen.sessions if (bracket := _bracket(session, bound))]
    note = "" if found or seen.clock.is_reliable else _CLOCKS
    return bracketed(fact, intersection(found), len(found), note)


def _bracket(session: ObservedSession, bound: SessionBound) -> Bracket | None:
    found = intersection(bracket for one in session if (bracket := bound(session, one)))
    return None if found.is_open else found


def _still(session: ObservedSession, age: Bracket, past: float = 0.0) -> Bracket | None:
    """Return the bound of something that still held: what is not longer than an age may be anything."""
    low = (age.low or 0.0) - PROCESSING - (0.0 if session.start else past)
    return Bracket(low, None) if low > 0 else None


def _window_bound(session: ObservedSession, one: Observation) -> Bracket | None:
    age = session.age(one)
    if age is None:
        return None
    if one.status is Status.CREATED:
        return _still(session, age)
    return Bracket(None, age.high) if one.status is Status.EXPIRED else None


def _life_bound(session: ObservedSession, one: Observation) -> Bracket | None:
    age = session.age(one)
    if age is None:
        return None
    if one.answer.is_success:
        return _still(session, age, SEEDED_PAST)
    is_unknown = one.answer.code == 404 and session.is_named and any(_known_before(session, one))
    return Bracket(None, age.high) if is_unknown else None


def _known_before(session: ObservedSession, one: Observation) -> Iterator[bool]:
    return (other.answer.is_success for other in session if other.position < one.position)
