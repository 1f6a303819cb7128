"""How often a fact may break that was seen on some nights: the exact binomial bound (Clopper and Pearson, 1934).

Nights count, not answers: what one night shows of a fact depends on what it asked. The bound takes each night for
a draw of its own.
"""

from math import ceil, exp, lgamma, log, log1p

CONFIDENCE = 0.95
"""How sure a bound is, one-sided."""
_STEPS = 60
"""Halvings of the interval, which is then narrower than any number that is shown."""


def upper_bound(nights: int, broken: int, confidence: float = CONFIDENCE) -> float:
    """Return the part of nights that a fact breaks on at most, having broken on `broken` of `nights`."""
    if broken >= nights:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _at_most(broken, nights, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(most: int, draws: int, part: float) -> float:
    """Return how probable at most `most` hits in `draws` are, each of the probability `part`."""
    return sum(exp(_log_ways(draws, k) + k * log(part) + (draws - k) * log1p(-part)) for k in range(most + 1))


def _log_ways(draws: int, hits: int) -> float:
    return lgamma(draws + 1) - lgamma(hits + 1) - lgamma(draws - hits + 1)


def claim(nights: int, broken: int = 0) -> str:
    """Return on how many nights a fact was seen, and how often it breaks at most; empty for no night."""
    if not nights:
        return ""
    seen = f"on {nights} night{'s' if nights > 1 else ''}"
    if broken >= nights:
        return f"{seen}, broken on each"
    # Rounded up, so that no bound is told that does not hold.
    percent = ceil(round(100 * upper_bound(nights, broken), 6))
    was = f", broken on {broken}" if broken else ""
    return f"{seen}{was}; breaks on fewer than {percent} % of nights, {100 * CONFIDENCE:g} %"
