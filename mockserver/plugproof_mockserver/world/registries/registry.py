"""Worlds by name: made on first use or with a lease, and let go when their time is over.

A world without a lease is kept while it is used, and an hour longer. One with a lease is kept until the lease
ends, used or not. Whatever goes is told of: to the listeners, in the counts, and as 410 to whoever asks for it.
Only a world without a lease in which there is nothing goes without 410, since its next use finds what it left.
"""

import re
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import ClassVar, NamedTuple

import msgspec

from plugproof_contracts.errors import InvalidValueError
from plugproof_mockserver.http.response import shorten
from plugproof_mockserver.model.timestamps import SECOND, iso
from plugproof_mockserver.stores.store import StoreHealth
from plugproof_mockserver.world.nouns.world_errors import (
    EndedWorld,
    Ending,
    NoSuchWorldError,
    QuotaError,
    WorldError,
    WorldGoneError,
    WorldNameError,
    WorldTakenError,
)
from plugproof_mockserver.world.world import World

DEFAULT = "default"
IDLE_SECONDS = 3600
MOST = 10_000
"""Worlds that are kept unless another number is given, besides the default one."""
MOST_REMEMBERED = 100_000
"""Worlds that have ended of which the reason is still known."""
SHORTEST, LONGEST = 1, 366 * 24 * 3600
"""Seconds that a lease may last."""
_SWEEP_SECONDS = 1
"""How often all worlds are looked at, at most: with 10,000 of them that takes a few milliseconds."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

Listener = Callable[[EndedWorld], None]
"""Is told of every world that ended."""


class _Kept(msgspec.Struct):
    """A world that is kept, when it was last used, and when its lease ends, or None without one.

    `owner` is the prefix whose quota it counts to, or empty.
    """

    world: World
    used: float
    owner: str
    ends: float | None = None


class WorldStatus(NamedTuple):
    """One world as lists show it; times are seconds, `lease_left` is None without a lease."""

    name: str
    sessions: int
    is_empty: bool
    idle: float
    lease_left: float | None


class WorldRegistry:
    """Finds worlds by name; `make` makes one. The default world is always there.

    `most` is how many others there may be at a time, and `quotas` how many of them with names that begin with
    a prefix.
    """

    idle_seconds: ClassVar[float] = IDLE_SECONDS
    """How long a world without a lease is kept after its last use."""

    def __init__(
        self,
        make: Callable[[str], World],
        *,
        most: int = MOST,
        quotas: Mapping[str, int] | None = None,
        idle_clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._make, self._idle_clock, self.wall = make, idle_clock, wall
        self.most, self._quotas = most, quotas or {}
        self._began = idle_clock()
        self.default = make(DEFAULT)
        self.counts = self.default.counts
        """What all worlds together were asked so far."""
        self._named: OrderedDict[str, _Kept] = OrderedDict()
        self._ended: OrderedDict[str, EndedWorld] = OrderedDict()
        self._owned: Counter[str] = Counter()
        self._next_sweep = float("-inf")
        self._full_until: dict[str, float] = {}
        self.listeners: list[Listener] = []
        self._refused = 0
        self._endings: Counter[Ending] = Counter()

    @property
    def age(self) -> float:
        """Seconds since the worlds began."""
        return self._idle_clock() - self._began

    @property
    def refused(self) -> int:
        """How many worlds were refused so far because there was no room for them."""
        return self._refused

    @property
    def endings(self) -> Counter[Ending]:
        """How many worlds have ended so far, by reason."""
        return self._endings

    def __len__(self) -> int:
        return len(self._named) + 1

    def __iter__(self) -> Iterator[World]:
        yield self.default
        for kept in list(self._named.values()):
            yield kept.world

    def health(self) -> StoreHealth:
        """Return whether what the worlds are told is kept, and where."""
        return StoreHealth("memory")

    def count_sessions(self) -> int:
        """Return how many sessions all worlds keep."""
        return sum(len(world.sessions) for world in self)

    # Finding and making.

    def get(self, name: str) -> World:
        """Return a world, which is made on its first use.

        Raises `WorldNameError` for a name that none can have, `WorldGoneError` for one that has ended, and
        `QuotaError` where there is no room for another.
        """
        if name == DEFAULT:
            return self.default
        now = self._idle_clock()
        kept = self._named.get(name)
        if kept is None or _is_over(kept, now):
            kept = self._add_first(name, kept)
        kept.used = now
        # Last in line: worlds stand in the order of their last use.
        self._named.move_to_end(name)
        return kept.world

    def _add_first(self, name: str, over: _Kept | None) -> _Kept:
        if over is not None:
            self._end(name, Ending.LEASE)
        if name in self._ended:
            ended = self._ended[name]
            raise WorldGoneError(ended, iso(int(ended.at) * SECOND))
        return self._add(name)

    def find(self, name: str) -> World:
        """Return a world that is there, without using or making it; raise as `get`, or `NoSuchWorldError`."""
        if name != DEFAULT and name not in self._named and name not in self._ended and _NAME.fullmatch(name):
            raise NoSuchWorldError(name)
        kept = self._named.get(name)
        return kept.world if kept and not _is_over(kept, self._idle_clock()) else self.get(name)

    def lease(self, name: str, seconds: float | None) -> bool:
        """Make a world or keep it, for `seconds` from now, or without a lease for None; return whether it is new.

        One that has ended begins anew. Raises `InvalidValueError` for the default world, which needs none, or for
        a time that no lease lasts, and otherwise as `get`.
        """
        check_lease(name, seconds)
        now = self._idle_clock()
        kept = self._named.get(name)
        if kept is not None and _is_over(kept, now):
            self._end(name, Ending.LEASE)
            kept = None
        is_new = kept is None
        kept = kept or self._add(name)
        kept.used, kept.ends = now, None if seconds is None else now + seconds
        return is_new

    def _add(self, name: str) -> _Kept:
        check_name(name)
        self._make_room(name)
        self._ended.pop(name, None)
        kept = _Kept(self._make(name), self._idle_clock(), longest_prefix(name, self._quotas))
        kept.world.counts = self.counts
        self._named[name] = kept
        self._owned[kept.owner] += 1
        return kept

    def fork(self, name: str, new: str, seconds: float | None = None) -> None:
        """Make a new world that is what the one of `name` is now, with a lease of `seconds`, or without for None.

        Raises `WorldTakenError` when there is one of that name, and otherwise as `find` and `lease`.
        """
        source = self.find(name)
        if new == DEFAULT or new in self._named:
            raise WorldTakenError(new)
        self.lease(new, seconds)
        self._named[new].world.copy_from(source)

    # Ending.

    def delete(self, name: str) -> None:
        """End a world now; raise `InvalidValueError` for the default one, and otherwise as `find`."""
        if name == DEFAULT:
            raise InvalidValueError(f"the world {DEFAULT!r} is always there; reset it instead")
        self.find(name)
        self._end(name, Ending.DELETED)

    def sweep(self) -> None:
        """Let go of every world whose lease is over or that nobody used for an hour."""
        now = self._idle_clock()
        for name, kept in list(self._named.items()):
            if _is_over(kept, now):
                self._end(name, Ending.LEASE)
            elif kept.ends is None and kept.used < now - self.idle_seconds:
                self._end(name, Ending.IDLE)

    def _make_room(self, name: str) -> None:
        now, owner = self._idle_clock(), longest_prefix(name, self._quotas)
        if now >= self._next_sweep:
            self.sweep()
            self._next_sweep = now + _SWEEP_SECONDS
        for prefix in ("", owner) if owner else ("",):
            if self._is_full(prefix) and not self._has_made_room(prefix, now):
                self._refused += 1
                raise QuotaError(say_full(prefix, self._most_of(prefix)))

    def _is_full(self, prefix: str) -> bool:
        return (self._owned[prefix] if prefix else len(self._named)) >= self._most_of(prefix)

    def _most_of(self, prefix: str) -> int:
        return self._quotas[prefix] if prefix else self.most

    def _has_made_room(self, prefix: str, now: float) -> bool:
        """Let go of what is over, or else of the longest unused world that is empty and has no lease."""
        if now < self._full_until.get(prefix, now):
            return False  # nothing was found a moment ago, and looking again takes time
        self.sweep()
        if not self._is_full(prefix):
            return True
        for name, kept in self._named.items():
            if kept.ends is None and (not prefix or kept.owner == prefix) and kept.world.is_empty:
                self._end(name, Ending.ROOM)
                return True
        self._full_until[prefix] = now + _SWEEP_SECONDS
        return False

    def _end(self, name: str, ending: Ending) -> None:
        kept = self._named.pop(name)
        self._owned[kept.owner] -= 1
        ended = EndedWorld(name, ending, self.wall(), len(kept.world.sessions), kept.ends is not None)
        if ended.was_leased or ending is Ending.DELETED or not kept.world.is_empty:
            self._ended[name] = ended
            if len(self._ended) > MOST_REMEMBERED:
                self._ended.popitem(last=False)
        self._endings[ending] += 1
        for listener in self.listeners:
            listener(ended)

    # Lists.

    def names(self) -> list[str]:
        """Return the name of every world that is there, in order."""
        self.sweep()
        return sorted([DEFAULT, *self._named])

    def statuses(self, names: Iterable[str]) -> list[WorldStatus]:
        """Return the worlds of these names, without those that have ended meanwhile."""
        found = []
        for name in names:
            with suppress(WorldError):
                found.append(self.status(name))
        return found

    def status(self, name: str) -> WorldStatus:
        """Return one world that is there; raise as `find`."""
        world, now = self.find(name), self._idle_clock()
        kept = self._named.get(name) or _Kept(world, now, "")
        left = None if kept.ends is None else kept.ends - now
        return WorldStatus(name, len(world.sessions), world.is_empty, now - kept.used, left)


def longest_prefix(name: str, prefixes: Iterable[str]) -> str:
    """Return the longest prefix that a name begins with; the empty one for none."""
    return max((one for one in prefixes if name.startswith(one)), key=len, default="")


def check_name(name: str) -> None:
    """Raise `WorldNameError` for a name that no world can have."""
    if not _NAME.fullmatch(name):
        raise WorldNameError


def check_lease(name: str, seconds: float | None) -> None:
    """Raise `InvalidValueError` for the default world, which needs no lease, or for a time that no lease lasts."""
    if name == DEFAULT:
        raise InvalidValueError(f"the world {DEFAULT!r} is always there and takes no lease; name another")
    if seconds is not None and not SHORTEST <= seconds <= LONGEST:
        raise InvalidValueError(
            f"ttl can't be {shorten(seconds)}; it must be from {SHORTEST} to {LONGEST} seconds"
        )


def _is_over(kept: _Kept, now: float) -> bool:
    return kept.ends is not None and kept.ends <= now


def say_full(prefix: str, most: int) -> str:
    """Return why there is no room for a world, and how room is made."""
    whose = f" whose names begin with {prefix!r}" if prefix else ""
    return (
        f"there are {most} worlds{whose}, which is as many as may be, and none of them is empty; delete one with "
        "DELETE /_plugproof/worlds/NAME, wait until a lease ends, or serve the fake with a higher quota"
    )
