"""The windows of one length: by key, when each opened and how many hits it has counted.

A million addresses may come within a minute and never again, so a window is one number, and nothing
looks for the ones that are over: windows are kept in generations as long as a window, and the last
generation but one is let go a few at a time.
"""

from collections.abc import Iterator

from plugproof_mockserver.model.timestamps import SECOND

_COUNT = (1 << 32) - 1
_SHIFT = 32
_LET_GO = 2
"""Windows that go for each new one, so that no hit pays for a sweep."""


class RateWindows:
    """Windows by key; all of them last `length` microseconds, give or take less than a second."""

    def __init__(self, length: int) -> None:
        self._length, self._since = length, 0
        self._young: dict[str, int] = {}
        self._old: dict[str, int] = {}
        self._over: list[dict[str, int]] = []

    def __len__(self) -> int:
        return len(self._young) + len(self._old) + sum(map(len, self._over))

    def __iter__(self) -> Iterator[tuple[str, int, int]]:
        """Yield key, moment of opening and hits, in the order in which the windows opened."""
        for windows in (self._old, self._young):
            yield from ((key, window >> _SHIFT, window & _COUNT) for key, window in windows.items())

    def find(self, key: str) -> tuple[int, int] | None:
        """Return when the window of a key opened, and its hits; None when the key has none."""
        window = self._young.get(key) or self._old.get(key)
        return None if window is None else (window >> _SHIFT, window & _COUNT)

    def open(self, key: str, now: int) -> None:
        """Open a window with its first hit, in place of one that is over."""
        if now - self._since > self._length + SECOND:
            self._age(now)
        self._old.pop(key, None)
        self._young.pop(key, None)
        self._young[key] = now << _SHIFT | 1
        self._let_go()

    def count(self, key: str) -> None:
        """Count another hit in the window that a key has."""
        (self._young if key in self._young else self._old)[key] += 1

    def put(self, key: str, first: int, hits: int) -> None:
        """Open a window in which there are hits already."""
        self.open(key, first)
        self._young[key] += hits - 1

    def copy(self) -> "RateWindows":
        """Return windows that go on by themselves."""
        other = RateWindows(self._length)
        other._young, other._old, other._since = dict(self._young), dict(self._old), self._since
        return other

    def _age(self, now: int) -> None:
        if self._old:
            self._over.append(self._old)
        self._old, self._young, self._since = self._young, {}, now

    def _let_go(self) -> None:
        for _ in range(_LET_GO):
            if not self._over:
                return
            self._over[-1].popitem()
            if not self._over[-1]:
                self._over.pop()
