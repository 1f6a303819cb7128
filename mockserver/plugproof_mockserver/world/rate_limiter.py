"""A fixed-window limiter on whatever clock it is handed, as the framework behind the API has it (assumed).

1. A window opens with the first hit of a key and lasts for a fixed time; a refused hit is not counted
   and does not prolong it.
2. What is told of a window is in whole seconds: it resets a minute after the second of its first hit.
   Where the counters are in Redis the window ends a minute after the hit itself, so that in its last part of
   a second a refusal says to wait for 0 seconds; where they are in files it ends when it is told to.
3. The framework looks first and counts then. Two requests at once may both find room for one; `has_race`
   admits that one more. Without it, exactly so many are admitted as the limit says.

The caller holds the world's lock, so a decision is never half made.
"""

from collections.abc import Iterator

from plugproof_mockserver.http.rate_limit import RateLimitDecision
from plugproof_mockserver.model.settings import LimiterStore
from plugproof_mockserver.model.timestamps import SECOND

AT_ONCE = 10_000
"""Microseconds between two hits that a limiter with a race takes for simultaneous."""

_Window = tuple[int, int, int, int]
"""Hits, the moment at which the window is over, the second at which it is told to be, and the latest hit."""

_NONE: _Window = (0, -1, 0, 0)
_EMPTY: dict[str, _Window] = {}


class RateLimiter:
    """Counts hits by key."""

    def __init__(self, store: LimiterStore = LimiterStore.REDIS, *, has_race: bool = False) -> None:
        self._store, self._has_race = store, has_race
        # By length: windows of one length end in the order in which they opened.
        self._windows: dict[int, dict[str, _Window]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._windows.values()))

    def copy_from(self, other: "RateLimiter") -> None:
        """Have the windows of another limiter."""
        self._windows = {length: dict(windows) for length, windows in other._windows.items()}

    def hit(self, key: str, limit: int, length: int, now: int) -> RateLimitDecision:
        """Count a hit if `limit` per `length` microseconds still admits it."""
        windows = self._windows.get(length)
        if windows is None:
            windows = self._windows[length] = {}
        hits, ends, resets, latest = windows.get(key, _NONE)
        if now >= ends:
            hits, latest, (ends, resets) = 0, now, self._end(length, now)
            _forget(windows, key, now)
        if not self._admits(hits, limit, latest, now):
            return RateLimitDecision(False, limit, 0, resets)
        windows[key] = (hits + 1, ends, resets, now)
        return RateLimitDecision(True, limit, max(0, limit - hits - 1), resets)

    def look(self, key: str, limit: int, length: int, now: int) -> RateLimitDecision:
        """Return what a hit would find, without counting it: `remaining` is what is left before it."""
        hits, ends, resets, latest = self._windows.get(length, _EMPTY).get(key, _NONE)
        if now >= ends:
            hits, latest, (_, resets) = 0, now, self._end(length, now)
        return RateLimitDecision(self._admits(hits, limit, latest, now), limit, max(0, limit - hits), resets)

    def _end(self, length: int, now: int) -> tuple[int, int]:
        """Return the moment at which a window that opens now is over, and the second at which it is told to be."""
        resets = now // SECOND - -length // SECOND
        return (resets * SECOND if self._store is LimiterStore.FILE else now + length), resets

    def _admits(self, hits: int, limit: int, latest: int, now: int) -> bool:
        return hits < limit or (self._has_race and 0 < hits == limit and now - latest <= AT_ONCE)

    def open_windows(self, now: int) -> Iterator[tuple[str, int, int]]:
        """Yield key, hits and end of every window that is open at `now`, longest windows last."""
        for _, windows in sorted(self._windows.items()):
            yield from ((key, window[0], window[1]) for key, window in windows.items() if window[1] > now)


def _forget(windows: dict[str, _Window], key: str, now: int) -> None:
    # Windows stand in the order in which they opened. Two old ones go for each new one, so
    # memory follows the number of addresses of the last window, and no hit pays for a sweep.
    windows.pop(key, None)
    for _ in range(2):
        oldest = next(iter(windows), None)
        if oldest is None or windows[oldest][1] > now:
            return
        del windows[oldest]
