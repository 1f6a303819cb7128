"""What a store is: the rows, rings and record of every world as bytes, changed by whole transactions.

1. A transaction reads what it needs, decides in Python, and keeps its changes to itself until its end.
2. At the end either all changes are made, durably, or none; nobody sees a part of them.
3. A store may find at the end that another process was quicker. It then runs the work again, so work
   does nothing but read and change its world.
4. The hit of a limiter is decided by the store, as it finds the window: it comes with every request, and often
   for one address alone, so no two processes may have to wait for each other there.

No moment is read here: whoever hits or keeps says which moment of the world it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar

from plugproof_contracts.errors import PlugproofError

Result = TypeVar("Result")

DIRECTORY = "~worlds"
"""The name under which the list of the worlds is kept; no world can have it."""


class StoreUnavailableError(PlugproofError, OSError):
    """A store that does not answer, or can't keep anything; the message says which and why, without a secret."""


class Table(StrEnum):
    """The tables of a world; a row has a key and ends at a moment of its world.

    One world has only `WORLDS`, the others by name; a name that no world can have keeps it apart.
    """

    SESSIONS = "sessions"
    WINDOWS = "windows"
    WORLDS = "worlds"


class Ring(StrEnum):
    """The rings of a world: what is added goes last, and beyond a number the first goes."""

    JOURNAL = "journal"
    VIOLATIONS = "violations"


class Row(NamedTuple):
    """What is kept under a key; from `ends` on, in microseconds, it may be let go."""

    data: bytes
    ends: int


class Window(NamedTuple):
    """Hits, the moment at which the window is over, the second at which it is told to be, and the latest hit."""

    hits: int
    ends: int
    resets: int
    latest: int


class LimitedHit(NamedTuple):
    """A hit at `now`, by a limit; `fresh` is the window that opens if none is open, with no hit in it yet.

    `race` is how many microseconds after the latest hit one more than the limit is let in, or None.
    """

    key: str
    limit: int
    now: int
    fresh: Window
    race: int | None = None

    def admit(self, found: Window | None) -> tuple[bool, Window]:
        """Return whether the hit is admitted, and the window as it then is."""
        window = self.fresh if found is None or self.now >= found.ends else found
        is_admitted = window.hits < self.limit or self._wins_race(window)
        return is_admitted, window._replace(hits=window.hits + 1, latest=self.now) if is_admitted else window

    def _wins_race(self, window: Window) -> bool:
        return self.race is not None and 0 < window.hits == self.limit and self.now - window.latest <= self.race


@dataclass(slots=True)
class CountedHit:
    """What came of a hit; until its transaction ends, `window` may lack hits that others count meanwhile."""

    is_admitted: bool
    window: Window


def write_window(window: Window) -> bytes:
    """Write a window as every store keeps it."""
    return b"%d %d %d %d" % window


def read_window(data: bytes) -> Window:
    """Read a window as `write_window` writes it."""
    return Window(*map(int, data.split()))


class Transaction(Protocol):
    """One look at one world, and what is to change there. `record` is the world's own bytes, None in a new one."""

    record: bytes | None

    def get(self, table: Table, key: str) -> bytes | None:
        """Return what is kept under a key, with this transaction's own changes; None when nothing is."""

    def all(self, table: Table) -> dict[str, bytes]:
        """Return everything in a table, in the order in which the keys first came."""

    def count(self, table: Table) -> int:
        """Return how many rows a table has."""

    def put(self, table: Table, key: str, row: Row | None, now: int) -> None:
        """Keep a row, or let the key go.

        For each new one up to two go that are over at `now`: the first made of the sessions, the first to end
        of the windows. Worlds stay.
        """

    def hit(self, hit: LimitedHit, expected: str | None) -> CountedHit:
        """Count a hit; `expected` is the key of the session that will be asked for next."""

    def entries(self, ring: Ring, after: int = 0) -> list[bytes]:
        """Return what is in a ring, oldest first; of what was added to it, only what came after so many."""

    def added(self, ring: Ring) -> int:
        """Return how many were added to a ring since it was empty, those that have gone included."""

    def append(self, ring: Ring, data: bytes, most: int) -> None:
        """Add to a ring of at most `most`."""

    def clear(self, place: Table | Ring) -> None:
        """Empty a table or a ring."""

    def outlive(self, seconds: float) -> None:
        """Have the world kept for so many seconds without use, where the store lets go of worlds by itself."""


class StoreHealth(NamedTuple):
    """What kind of store it is, and its trouble; None when it keeps what it is given.

    `since` is when this process first met the trouble, in seconds since 1970.
    """

    kind: str
    trouble: str | None = None
    since: float | None = None


class WorldSize(NamedTuple):
    """A world as a list of many shows it: its record, and how many sessions are kept."""

    name: str
    record: bytes | None
    sessions: int


class Store(Protocol):
    """A place for worlds that outlives a process, or that several share. Its text shows no secret."""

    def transact(self, world: str, work: Callable[[Transaction], Result]) -> Result:
        """Run work on a world and make its changes; raise `StoreUnavailableError` when that can't be.

        What `work` raises is raised, and then nothing has changed.
        """

    def sizes(self, worlds: Sequence[str]) -> list[WorldSize]:
        """Return what lists show of worlds, each as it is at some moment; raise `StoreUnavailableError`."""

    def health(self) -> StoreHealth:
        """Try to keep something, and say what came of it."""

    def close(self) -> None:
        """Let go of files and connections; the next transaction opens them again."""
