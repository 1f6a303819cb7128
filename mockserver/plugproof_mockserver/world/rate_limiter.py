"""An exact fixed-window limiter on whatever clock it is handed.


A window opens with the first hit of a key and lasts for a fixed time, as the framework behind
the API does it (observed, so `assumed` of the API). A refused hit is not counted and does not
prolong the window. The caller holds the world's lock, so a decision is never half made.
"""

from collections.abc import Iterator

from plugproof_mockserver.http.rate_limit import RateLimitDecision

_Window = tuple[int, int]
"""Hits, and the moment at which the window is over."""

_NONE: _Window = (0, -1)
_EMPTY: dict[str, _Window] = {}


class RateLimiter:
    """Counts hits by key."""

    def __init__(self) -> None:
        # By length: windows of one length end in the order in which they opened.
        self._windows: dict[int, dict[str, _Window]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._windows.values()))

    def hit(self, key: str, limit: int, length: int, now: int) -> RateLimitDecision:
        """Count a hit if `limit` per `length` microseconds still admits it."""
        found = self.look(key, limit, length, now)
        if not found.allowed:
            return found
        left = found.remaining - 1
        windows = self._windows.setdefault(length, {})
        if left == limit - 1:
            _open(windows, key, now)
        windows[key] = (limit - left, found.ends)
        return RateLimitDecision(True, limit, left, found.ends)

    def look(self, key: str, limit: int, length: int, now: int) -> RateLimitDecision:
        """Say what a hit would find, without counting it: `remaining` is what is left before it."""
        hits, ends = self._windows.get(length, _EMPTY).get(key, _NONE)
        if now >= ends:
            return RateLimitDecision(limit > 0, limit, limit, now + length)
        return RateLimitDecision(hits < limit, limit, max(0, limit - hits), ends)

    def open_windows(self, now: int) -> Iterator[tuple[str, int, int]]:
        """Yield key, hits and end of every window that is open at `now`, longest windows last."""
        for _, windows in sorted(self._windows.items()):
            yield from ((key, hits, ends) for key, (hits, ends) in windows.items() if ends > now)


def _open(windows: dict[str, _Window], key: str, now: int) -> None:
    # Windows stand in the order in which they opened. Two old ones go for each new one, so
    # memory follows the number of addresses of the last window, and no hit pays for a sweep.
    windows.pop(key, None)
    for _ in range(2):
        oldest = next(iter(windows), None)
        if oldest is None or windows[oldest][1] > now:
            return
        del windows[oldest]


# How a limit shows.
