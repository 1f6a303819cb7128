"""How often a fact may break that was seen on some nights.

Nights count, not answers: what one night shows of a fact depends on what it asked. The bound takes each night for
a draw of its own.
"""

from math import ceil

from plugproof_contracts.learning.binomial_bound import CONFIDENCE, upper_bound


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
