"""The hits of one client as the limit headers show them, and which of them are counted together."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from plugproof_contracts.learning.bracket import Bracket
from plugproof_contracts.learning.observations import Observation, Observations


class Hit(NamedTuple):
    """One answer of an operation: `used` is how many hits of its limit had been counted, itself included.

    Both numbers are None where no headers tell. A refused hit is not counted, and what it shows is the limit.
    """

    operation: str
    code: int
    limit: int | None
    used: int | None
    retry_after: int | None
    moment: Bracket | None

    @property
    def is_counted(self) -> bool:
        """Whether it shows the count: a refusal only shows that the count is at the limit or above."""
        return self.used is not None and self.code != 429

    @property
    def is_first(self) -> bool:
        """Whether it opened a window."""
        return self.used == 1 and self.code != 429


def hits_of(seen: Observations) -> tuple[Hit, ...]:
    """Return the hits of a recording, in order."""
    return seen.once(_hits)


def _hits(seen: Observations) -> tuple[Hit, ...]:
    return tuple(map(_hit, seen.limited))


def _hit(one: Observation) -> Hit:
    answer = one.answer
    limit, left = answer.count("x-ratelimit-limit"), answer.count("x-ratelimit-remaining")
    used = limit - left if limit is not None and left is not None and left <= limit else None
    return Hit(answer.name, answer.code, limit, used, answer.count("retry-after"), one.moment)


def span(earlier: Hit, later: Hit) -> Bracket | None:
    """Return the seconds between two hits; None if no clock tells."""
    if earlier.moment is None or later.moment is None:
        return None
    low = (later.moment.low or 0.0) - (earlier.moment.high or 0.0)
    return Bracket(low, (later.moment.high or 0.0) - (earlier.moment.low or 0.0))


def chains(hits: Sequence[Hit], limiter: object) -> Iterator[list[Hit]]:
    """Yield the hits that one counter counts, in order.

    A shared counter is not followed across starts: they may count twice, and may show another limit. Where the
    kind of limiter is not known, only neighbours of one operation are certain.
    """
    if limiter == "endpoint":
        for name in dict.fromkeys(hit.operation for hit in hits):
            yield [hit for hit in hits if hit.operation == name]
        return
    chain: list[Hit] = []
    for before, hit in pairwise((None, *hits)):
        is_other = before is not None and hit is not None and before.operation != hit.operation
        if hit is not None and (hit.operation == "start" or (limiter is None and is_other)):
            yield chain
            chain = []
        if hit is not None and hit.operation != "start":
            chain.append(hit)
    yield chain
