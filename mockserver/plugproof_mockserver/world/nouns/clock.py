"""The clock of a world: real, offset, frozen or scaled, and always the only one that is read."""

import time
from collections.abc import Callable
from typing import NamedTuple

from plugproof_contracts.errors import InvalidValueError
from plugproof_mockserver.model.timestamps import EARLIEST, LATEST, iso

FASTEST = 1_000_000
"""How many times as fast as the machine's a clock may run."""


class Pace(NamedTuple):
    """At wall moment `since` the clock showed `at`, and since then it runs `speed` times as fast."""

    at: int
    since: int
    speed: float


def _wall() -> int:
    return time.time_ns() // 1000


class Clock:
    """Tells a moment; by itself it follows the machine's clock.

    `start` is the moment to begin with, or None for the machine's own. `speed` is how many
    seconds pass in one real second; 0 is a frozen clock, which moves only when it is told to.
    `wall` tells the machine's own. Raises `InvalidValueError` beyond the calendar or the fastest speed.
    """

    def __init__(self, start: int | None = None, *, speed: float = 1.0, wall: Callable[[], int] = _wall) -> None:
        self._wall, machine = wall, wall()
        # One attribute, replaced as a whole: readers in other threads see one pace or the next.
        self._pace = Pace(_on_calendar(machine if start is None else start), machine, _possible(speed))
        self._first = self._pace

    def now(self) -> int:
        """Return the moment that it is in this world."""
        at, since, speed = self._pace
        if speed == 0:
            return at
        passed = self._wall() - since
        moment = at + (passed if speed == 1 else round(passed * speed))
        return moment if moment < LATEST else LATEST

    @property
    def pace(self) -> Pace:
        """How it runs, since when."""
        return self._pace

    @property
    def wall(self) -> Callable[[], int]:
        """What tells the machine's own moment."""
        return self._wall

    @property
    def speed(self) -> float:
        """Seconds that pass in one real second; 0 when frozen."""
        return self._pace.speed

    def anew(self) -> Pace:
        """Return the pace of a clock that is made as this one was, but now."""
        first, now = self._first, self._wall()
        return Pace(now if first.at == first.since else first.at, now, first.speed)

    def copy_from(self, other: "Clock") -> None:
        """Show what another clock shows, and go on at its speed."""
        self._wall, self._pace = other._wall, other._pace

    @property
    def is_set(self) -> bool:
        """Whether anybody has set, moved, frozen or run the clock since it was made."""
        return self._pace is not self._first

    def set(self, moment: int) -> None:
        """Set the clock to any moment, earlier or later; raise `InvalidValueError` beyond the calendar."""
        self._pace = Pace(_on_calendar(moment), self._wall(), self._pace.speed)

    def run(self, speed: float) -> None:
        """Go on at another speed, of which 0 freezes; raise `InvalidValueError` for an impossible one."""
        self._pace = Pace(self.now(), self._wall(), _possible(speed))

    def advance(self, microseconds: int) -> None:
        """Jump ahead; raise `InvalidValueError` for a jump back or beyond the calendar."""
        if microseconds < 0:
            raise InvalidValueError("the clock advances ahead only; to go back, set it to a moment")
        self.set(self.now() + microseconds)

    def __repr__(self) -> str:
        pace = "frozen" if self.speed == 0 else f"x{self.speed:g}"
        return f"<Clock {iso(self.now())} {pace}>"


def _on_calendar(moment: int) -> int:
    if not EARLIEST <= moment <= LATEST:
        raise InvalidValueError("the clock can show the years 1971 to 9999 and nothing beyond")
    return moment


def _possible(speed: float) -> float:
    if not isinstance(speed, int | float) or not 0 <= speed <= FASTEST:
        raise InvalidValueError(f"speed can't be {speed!r}; it must be a number from 0 to {FASTEST}")
    return speed
