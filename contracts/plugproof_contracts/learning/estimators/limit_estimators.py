"""The limiter: what shares a count, which answers cost a hit, how many hits a limit has, and how windows end."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

from plugproof_contracts.facts.operations import OPERATIONS, WINDOW_SECONDS
from plugproof_contracts.learning.bracket import Bracket, intersection
from plugproof_contracts.learning.hits import Hit, chains, hits_of, span
from plugproof_contracts.learning.learned_fact import FactForm, LearnedFact, assumed_setting, bracketed, worded
from plugproof_contracts.learning.observations import Observations

_LIMITER = assumed_setting("limiter", FactForm.WORD)
_WINDOW_KIND = assumed_setting("limiter_window", FactForm.WORD)
_NOT_FOUND = assumed_setting("not_found_costs_hit", FactForm.WORD)
_INVALID = assumed_setting("invalid_costs_hit", FactForm.WORD)

_LEAST_VOTES = 2
"""A single count may be somebody else's, who shares the address."""
_MARGIN = 5.0
"""Seconds by which a window is surely open."""


# Shared, or one for each endpoint.


def estimate_limiter(seen: Observations) -> LearnedFact:
    """Tell whether each `endpoint` counts its own hits, or all have a `shared` count."""
    return seen.once(_limiter)


def _limiter(seen: Observations) -> LearnedFact:
    votes = [vote for vote in _limiter_votes(hits_of(seen)) if vote]
    if len(votes) < _LEAST_VOTES:
        return worded(_LIMITER, [], "too few counts tell" if votes else "")
    return worded(_LIMITER, votes)


def _limiter_votes(hits: Sequence[Hit]) -> Iterator[str | None]:
    last: dict[str, Hit] = {}
    before: Hit | None = None
    opened: Hit | None = None
    for hit in hits:
        if hit.operation == "start" or not hit.is_counted:
            # A start may count twice and show another limit; what shows no count may have been counted.
            before = opened = None
            last[hit.operation] = hit
            continue
        if before is not None and before.operation != hit.operation and hit.code < 300:
            yield _limiter_vote(hit, last.get(hit.operation), before, opened)
        opened = hit if hit.is_first else opened
        last[hit.operation] = before = hit


def _limiter_vote(hit: Hit, same: Hit | None, before: Hit, opened: Hit | None) -> str | None:
    """Compare a count with the two that may precede it: that of its operation, and that of whatever came last."""
    used, shared = hit.used or 0, (before.used or 0) + 1
    if used == 1:
        return "endpoint" if opened is not None and _is_open(opened, hit) else None
    if same is not None and not same.is_counted:
        return None
    own = 1 if same is None else (same.used or 0) + 1
    if own == shared:
        return None
    return {own: "endpoint", shared: "shared"}.get(used)


def _is_open(opened: Hit, hit: Hit) -> bool:
    """Return whether a window that a hit opened was surely still open at another one."""
    between = span(opened, hit)
    return between is not None and (between.high or 0.0) < WINDOW_SECONDS - _MARGIN


# What costs a hit.


def estimate_cost(fact: LearnedFact, codes: frozenset[int], seen: Observations) -> LearnedFact:
    """Tell whether answers with some codes are counted."""
    counted = [vote for chain in seen.once(_chains) for vote in _cost_votes(chain, codes)]
    return worded(fact, [*counted, *_fresh_votes(hits_of(seen), estimate_limiter(seen).value, codes)])


def _chains(seen: Observations) -> tuple[list[Hit], ...]:
    """Return the hits that one counter counts, by the kind of limiter that is seen."""
    return tuple(chains(hits_of(seen), estimate_limiter(seen).value))


estimate_not_found_cost = partial(estimate_cost, _NOT_FOUND, frozenset({404}))
estimate_invalid_cost = partial(estimate_cost, _INVALID, frozenset({422, 302}))


def _cost_votes(chain: Sequence[Hit], codes: frozenset[int]) -> Iterator[bool]:
    before: Hit | None = None
    between = 0
    for hit in chain:
        if hit.code in codes and hit.used is None:
            between += 1
            continue
        if before is not None and hit.is_counted and hit.limit == before.limit:
            vote = _own_cost(before, hit, codes) if between == 0 else _cost_between(before, hit, codes, between)
            yield from [] if vote is None else [vote]
        before, between = (hit if hit.is_counted else None), 0


def _fresh_votes(hits: Sequence[Hit], limiter: object, codes: frozenset[int]) -> Iterator[bool]:
    """Yield what the first answer of a window shows: that it was counted, or that it was not."""
    last: dict[str, Hit] = {}
    for hit in hits:
        key = hit.operation if limiter == "endpoint" else ""
        before, last[key] = last.get(key), hit
        between = span(before, hit) if before is not None else None
        is_fresh = between is not None and (between.low or 0.0) > WINDOW_SECONDS + _MARGIN
        if is_fresh and hit.code in codes and hit.operation != "start" and hit.used in (0, 1):
            yield hit.used == 1


def _own_cost(before: Hit, hit: Hit, codes: frozenset[int]) -> bool | None:
    more, used = (hit.used or 0) - (before.used or 0), hit.used or 0
    if hit.code not in codes or more not in (0, 1):
        return None
    # A new window shows 1 again; and a start may show the hourly limit, which only successes use up.
    is_certain = more == 1 or (used > 1 and hit.operation != "start")
    return more == 1 if is_certain else None


def _cost_between(before: Hit, hit: Hit, codes: frozenset[int], between: int) -> bool | None:
    more, used = (hit.used or 0) - (before.used or 0), hit.used or 0
    if hit.code in codes or used <= between + 1 or hit.operation == "start":
        return None
    return {1: False, between + 1: True}.get(more)


# Limits and windows.


def limit_fact(operation: str) -> LearnedFact:
    """Return the fact of one operation's limit, with nothing learned."""
    row = OPERATIONS[operation]
    return LearnedFact(name=f"limit.{operation}", form=FactForm.BRACKET, unit="hits", assumed=row.limit)


def estimate_limit(operation: str, seen: Observations) -> LearnedFact:
    """Tell the hits of one operation's window, as its headers say; see `start_estimators` for those of a start."""
    found = [hit for hit in hits_of(seen) if hit.operation == operation and hit.limit is not None]
    return bracketed(
        limit_fact(operation), intersection(Bracket(hit.limit, hit.limit) for hit in found), len(found)
    )


LIMIT_ESTIMATORS: dict[str, Callable[[Observations], LearnedFact]] = {
    f"limit.{name}": partial(estimate_limit, name) for name in OPERATIONS if name != "start"
}
"""The estimator of each operation's limit."""


def estimate_limit_seconds(operation: str, seen: Observations) -> LearnedFact:
    """Bracket a window's length: from the hit that opened it to the end that a refusal or a new count tells."""
    fact = LearnedFact(name=f"limit_seconds.{operation}", form=FactForm.BRACKET, unit="s", assumed=WINDOW_SECONDS)
    found = [length for name, length in seen.once(_all_lengths) if name == operation]
    return bracketed(fact, intersection(found), len(found))


def _all_lengths(seen: Observations) -> list[tuple[str, Bracket]]:
    return [one for chain in seen.once(_chains) for one in _lengths(chain)]


def _lengths(chain: Sequence[Hit]) -> Iterator[tuple[str, Bracket]]:
    """Yield what hits tell of the length of their windows, with their operation."""
    opened: Hit | None = None
    for before, hit in pairwise(chain):
        opened = before if before.is_first else opened if before.is_counted or before.code == 429 else None
        between = span(opened, hit) if opened is not None else None
        if between is not None and hit.operation != "start":
            yield from ((hit.operation, length) for length in _length(before, hit, between))


def _length(before: Hit, hit: Hit, between: Bracket) -> Iterator[Bracket]:
    if hit.code == 429 and hit.retry_after is not None:
        yield Bracket((between.low or 0.0) + hit.retry_after - 1, (between.high or 0.0) + hit.retry_after + 1)
    elif hit.is_first:
        yield Bracket(None, between.high)
    elif hit.is_counted and before.is_counted and hit.used == (before.used or 0) + 1:
        yield Bracket(max(0.0, between.low or 0.0), None)


SECONDS_ESTIMATORS: dict[str, Callable[[Observations], LearnedFact]] = {
    f"limit_seconds.{name}": partial(estimate_limit_seconds, name) for name in OPERATIONS if name != "start"
}
"""The estimator of the length of each operation's window; a start has two windows that look alike."""


def estimate_window_kind(seen: Observations) -> LearnedFact:
    """Tell whether a window is `fixed` from its first hit, or `sliding`, which forgets each hit by itself."""
    votes = [vote for chain in seen.once(_chains) for vote in _kind_votes(chain)]
    return worded(_WINDOW_KIND, votes if len(votes) >= _LEAST_VOTES or "sliding" not in votes else [])


def _kind_votes(chain: Sequence[Hit]) -> Iterator[str]:
    for before, hit in pairwise(chain):
        if not (before.is_counted and hit.is_counted) or before.limit != hit.limit or hit.operation == "start":
            continue  # a start shows whichever of two limits has less left, and both may be of one size
        if hit.is_first and _is_open(before, hit):
            # A sliding window would still know of the hit before.
            yield "fixed"
        elif 1 < (hit.used or 0) < (before.used or 0):
            yield "sliding"
