"""A fixed-window limiter on whatever clock it is handed, as the framework behind the API has it (assumed).

1. A window opens with the first hit of a key and lasts for a fixed time; a refused hit is not counted
   and does not prolong it.
2. What is told of a window is in whole seconds: it resets a minute after the second of its first hit. Where the
   counters are in Redis the window ends a minute after the hit itself. So in its last part of a second a refusal
   says to wait for 0 seconds. Where they are in files it ends when it is told to.
3. The framework looks first and counts then. Two requests at once may both find room for one; `has_race`
   admits that one more. Without it, exactly so many are admitted as the limit says.

The caller holds the world's lock, so a decision is never half made.
"""

from collections.abc import Iterator

import msgspec

from plugproof_mockserver.http.rate_limit import RateLimitDecision
from plugproof_mockserver.model.settings import LimiterStore
from plugproof_mockserver.model.timestamps import SECOND
from plugproof_mockserver.world.nouns.rate_windows import RateWindows

AT_ONCE = 10_000
"""Microseconds between two hits that a limiter with a race takes for simultaneous."""


class LimiterWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An open window: how long it lasts in microseconds, its key, the moment of its first hit, and its hits.

    `latest` is the moment of the latest hit, where a limiter with a race has to know it.
    """

    length: int
    key: str
    first: int
    hits: int
    latest: int | None = None


class RateLimiter:
    """Counts hits by key."""

    def __init__(self, store: LimiterStore = LimiterStore.REDIS, *, has_race: bool = False) -> None:
        self._store, self._has_race = store, has_race
        self._windows: dict[int, RateWindows] = {}
        self._latest: dict[tuple[str, int], int] = {}
        """The moments of the latest hits, for a limiter with a race alone."""

    def clear(self) -> None:
        """Forget every hit."""
        self._windows.clear()
        self._latest.clear()

    def __len__(self) -> int:
        return sum(map(len, self._windows.values()))

    def copy_from(self, other: "RateLimiter") -> None:
        """Have the windows of another limiter."""
        self._windows = {length: windows.copy() for length, windows in other._windows.items()}
        self._latest = dict(other._latest)

    def hit(self, key: str, limit: int, length: int, now: int) -> RateLimitDecision:
        """Count a hit if `limit` per `length` microseconds still admits it."""
        windows = self._windows.get(length)
        if windows is None:
            windows = self._windows[length] = RateWindows(length)
        found = windows.find(key)
        # What `_look` does, in place: this runs for every request.
        first, hits = (now, 0) if found is None or now >= self._end(found[0], length) else found
        resets = first // SECOND - -length // SECOND
        if hits >= limit and not self._has_room((key, length), hits, limit, now):
            return RateLimitDecision(False, limit, 0, resets)
        if hits:
            windows.count(key)
        else:
            windows.open(key, now)
        if self._has_race:
            self._latest[key, length] = now
        return RateLimitDecision(True, limit, max(0, limit - hits - 1), resets)

    def look(self, key: str, limit: int, length: int, now: int) -> RateLimitDecision:
        """Return what a hit would find, without counting it: `remaining` is what is left before it."""
        windows = self._windows.get(length)
        first, hits = (now, 0) if windows is None else self._look(windows, key, length, now)
        is_allowed = hits < limit or self._has_room((key, length), hits, limit, now)
        return RateLimitDecision(is_allowed, limit, max(0, limit - hits), first // SECOND - -length // SECOND)

    def open_windows(self, now: int) -> Iterator[tuple[str, int, int]]:
        """Yield key, hits and end of every window that is open at `now`, longest windows last."""
        for length, windows in sorted(self._windows.items()):
            for key, first, hits in windows:
                if (ends := self._end(first, length)) > now:
                    yield key, hits, ends

    def read_windows(self, now: int) -> Iterator[LimiterWindow]:
        """Yield every window that is open at `now`."""
        for length, windows in sorted(self._windows.items()):
            for key, first, hits in windows:
                if self._end(first, length) > now:
                    yield LimiterWindow(length, key, first, hits, self._latest.get((key, length)))

    def put_window(self, window: LimiterWindow, now: int) -> None:
        """Have a window as `read_windows` yields it."""
        windows = self._windows.setdefault(window.length, RateWindows(window.length))
        windows.put(window.key, window.first, window.hits)
        if self._has_race and window.latest is not None:
            self._latest[window.key, window.length] = window.latest

    def _look(self, windows: RateWindows, key: str, length: int, now: int) -> tuple[int, int]:
        """Return the moment of a window's first hit, which may be now, and its hits so far."""
        found = windows.find(key)
        return (now, 0) if found is None or now >= self._end(found[0], length) else found

    def _end(self, first: int, length: int) -> int:
        if self._store is LimiterStore.FILE:
            return (first // SECOND - -length // SECOND) * SECOND
        return first + length

    def _has_room(self, window: tuple[str, int], hits: int, limit: int, now: int) -> bool:
        return self._has_race and 0 < hits == limit and now - self._latest.get(window, 0) <= AT_ONCE
