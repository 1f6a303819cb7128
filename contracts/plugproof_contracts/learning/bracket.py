"""An interval that holds a value which nobody can see."""

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Bracket(NamedTuple):
    """From `low` to `high`, both included; None is unbounded. Crossed ends mean that no value fits."""

    low: float | None = None
    high: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no value lies in it: what was seen contradicts itself."""
        return self.low is not None and self.high is not None and self.low > self.high

    @property
    def is_open(self) -> bool:
        """Whether it says nothing."""
        return self.low is None and self.high is None

    def contains(self, value: float) -> bool:
        """Return whether a value lies in it."""
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)

    def intersect(self, other: "Bracket") -> "Bracket":
        """Return what lies in both; see `is_empty`."""
        return Bracket(_pick(max, self.low, other.low), _pick(min, self.high, other.high))

    def union(self, other: "Bracket") -> "Bracket":
        """Return the narrowest bracket that holds both, each of which has its ends."""
        return Bracket(_pick(min, self.low, other.low), _pick(max, self.high, other.high))


def intersection(brackets: Iterable[Bracket]) -> Bracket:
    """Return what lies in all of them."""
    known = list(brackets)
    lows = [one.low for one in known if one.low is not None]
    highs = [one.high for one in known if one.high is not None]
    return Bracket(max(lows, default=None), min(highs, default=None))


def _pick(choose: Callable[[list[float]], float], first: float | None, second: float | None) -> float | None:
    known = [value for value in (first, second) if value is not None]
    return choose(known) if known else None
