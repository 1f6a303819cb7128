"""How often something may happen that was seen in some cases: the exact binomial bound.

C. J. Clopper and E. S. Pearson, Biometrika 26 (1934).
"""

from functools import cache
from math import exp, lgamma, log, log1p

CONFIDENCE = 0.95
"""How sure a bound is, one-sided."""
_STEPS = 60
"""Halvings of the interval, which is then narrower than any number that is shown."""


@cache
def upper_bound(cases: int, seen: int, confidence: float = CONFIDENCE) -> float:
    """Return the part of cases that it happens in at most, having been seen in `seen` of `cases`."""
    if seen >= cases:
        return 1.0
    if seen == 0:
        return 1.0 - float((1 - confidence) ** (1 / cases))
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _at_most(seen, cases, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(most: int, draws: int, part: float) -> float:
    """Return how probable at most `most` hits in `draws` are, each of the probability `part`."""
    return sum(exp(_log_ways(draws, k) + k * log(part) + (draws - k) * log1p(-part)) for k in range(most + 1))


def _log_ways(draws: int, hits: int) -> float:
    return lgamma(draws + 1) - lgamma(hits + 1) - lgamma(draws - hits + 1)
