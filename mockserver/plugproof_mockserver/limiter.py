"""An exact fixed-window limiter on whatever clock it is handed.

A window opens with the first hit of a key and lasts for a fixed time, as the framework behind
the API does it (observed, so `assumed` of the API). A refused hit is not counted and does not
prolong the window. The caller holds the world's lock, so a decision is never half made.
"""

from typing import NamedTuple

from plugproof_mockserver.moment import SECOND


class Decision(NamedTuple):
    """What the limiter says of one hit; `ends` is the moment at which the window is over."""

    allowed: bool
    limit: int
    remaining: int
    ends: int

    def retry_after(self, now: int) -> int:
        """Return the whole seconds until the window is over, at least 1."""
        return max(1, -(-(self.ends - now) // SECOND))


_Window = tuple[int, int]
"""Hits, and the moment at which the window is over."""

_NONE: _Window = (0, -1)


class Limiter:
    """Counts hits by key."""

    def __init__(self) -> None:
        self._windows: dict[str, _Window] = {}

    def __len__(self) -> int:
        return len(self._windows)

    def hit(self, key: str, limit: int, length: int, now: int) -> Decision:
        """Count a hit if `limit` per `length` microseconds still admits it."""
        found = self.look(key, limit, length, now)
        if not found.allowed:
            return found
        left = found.remaining - 1
        if left == limit - 1:
            self._open(key, now)
        self._windows[key] = (limit - left, found.ends)
        return Decision(True, limit, left, found.ends)

    def look(self, key: str, limit: int, length: int, now: int) -> Decision:
        """Say what a hit would find, without counting it: `remaining` is what is left before it."""
        hits, ends = self._windows.get(key, _NONE)
        if now >= ends:
            return Decision(limit > 0, limit, limit, now + length)
        return Decision(hits < limit, limit, max(0, limit - hits), ends)

    def _open(self, key: str, now: int) -> None:
        # Windows stand in the order in which they opened. Two old ones go for each new one, so
        # memory follows the number of addresses of the last window, and no hit pays for a sweep.
        self._windows.pop(key, None)
        for _ in range(2):
            oldest = next(iter(self._windows), None)
            if oldest is None or self._windows[oldest][1] > now:
                return
            del self._windows[oldest]
