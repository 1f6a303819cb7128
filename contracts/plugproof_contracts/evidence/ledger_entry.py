"""What was seen of one fact: one sighting, and the entry that many of them come to."""

from enum import StrEnum
from typing import NamedTuple

from plugproof_contracts.evidence.fact_index import FACTS

DAY = 86400.0


class SourceKind(StrEnum):
    """Where a sighting comes from."""

    CHECK = "check"
    PROXY = "proxy"
    INSPECT = "inspect"


class Interval(NamedTuple):
    """What a setting is known to be: a number from `low` to `high` (None is open), or a word.

    `is_mixed` says that no single value fits all that was seen; then the numbers span all of it.
    """

    low: float | None = None
    high: float | None = None
    word: str | None = None
    is_mixed: bool = False

    def __str__(self) -> str:
        if self.word is not None:
            return self.word
        if self.low is None or self.high is None:
            return "" if self.low == self.high else f"≥ {self.low:g}" if self.high is None else f"≤ {self.high:g}"
        return f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"


class Sighting(NamedTuple):
    """What one day showed of a fact: how often it held and how often not; times are Unix seconds."""

    fact: str
    observed: int
    contradicted: int
    first: float
    last: float
    interval: Interval = Interval()


class Addition(NamedTuple):
    """Sightings at a base URL by one kind of source; `recording` is the digest of what shows them, or None."""

    base: str
    source: SourceKind
    seen: tuple[Sighting, ...]
    recording: str | None = None


class LedgerEntry(NamedTuple):
    """What was seen of a fact at a base URL by one kind of source.

    `nights` are the days on which it was seen, `broken_nights` those on which it was contradicted. A recording of
    days before the last one adds to the counts only, so these are never more than there were.
    """

    base: str
    fact: str
    source: str
    observed: int = 0
    contradicted: int = 0
    first: float = 0.0
    last: float = 0.0
    nights: int = 0
    broken_nights: int = 0
    last_broken: float | None = None
    interval: Interval = Interval()

    def with_sighting(self, seen: Sighting) -> "LedgerEntry":
        """Return the entry with one more sighting."""
        if not seen.observed + seen.contradicted:
            return self
        is_new = not self.observed + self.contradicted
        broken = seen.contradicted and _is_later_day(self.last_broken, seen.last)
        return self._replace(
            observed=self.observed + seen.observed,
            contradicted=self.contradicted + seen.contradicted,
            first=seen.first if is_new else min(self.first, seen.first),
            last=seen.last if is_new else max(self.last, seen.last),
            nights=self.nights + _is_later_day(None if is_new else self.last, seen.last),
            broken_nights=self.broken_nights + bool(broken),
            last_broken=seen.last if broken else self.last_broken,
            interval=merge(self.interval, seen.interval, varies=_varies(self.fact)),
        )


def _is_later_day(known: float | None, at: float) -> bool:
    return known is None or at // DAY > known // DAY


def _varies(fact: str) -> bool:
    return fact in FACTS and FACTS[fact].varies


def merge(known: Interval, seen: Interval, *, varies: bool = False) -> Interval:
    """Return the interval that both leave, or that spans both where the value `varies` from case to case.

    What no single value fits spans both as well, and is mixed.
    """
    if seen == Interval():
        return known
    if known == Interval():
        return seen
    if known.word is not None or seen.word is not None:
        words = {*(known.word or "").split("/"), *(seen.word or "").split("/")} - {""}
        return Interval(word="/".join(sorted(words)), is_mixed=len(words) > 1)
    if varies:
        return Interval(*_span(known, seen))
    low, high = _common(known, seen)
    is_mixed = known.is_mixed or seen.is_mixed or (low is not None and high is not None and low > high)
    return Interval(*_span(known, seen), is_mixed=True) if is_mixed else Interval(low, high)


def _common(one: Interval, other: Interval) -> tuple[float | None, float | None]:
    lows = [low for low in (one.low, other.low) if low is not None]
    highs = [high for high in (one.high, other.high) if high is not None]
    return max(lows, default=None), min(highs, default=None)


def _span(one: Interval, other: Interval) -> tuple[float | None, float | None]:
    low = None if one.low is None or other.low is None else min(one.low, other.low)
    high = None if one.high is None or other.high is None else max(one.high, other.high)
    return low, high
