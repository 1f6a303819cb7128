"""The list of the named worlds in a store: which there are, until when, and which have ended.

Every process that serves the store reads and writes the same list, and it outlives them all. A world that begins
anew under a name that another one had is another generation: whoever still knows the earlier one finds that out in
the world itself. Moments are seconds since 1970.
"""

from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import NamedTuple, TypeVar, Union

import msgspec

from plugproof_mockserver.stores.store import DIRECTORY, Row, Store, Table, Transaction
from plugproof_mockserver.world.nouns.world_errors import EndedWorld, Ending

_Found = TypeVar("_Found")


class ListedWorld(msgspec.Struct, kw_only=True):
    """A world of the list. `owner` is the prefix whose quota it counts to; `ended` is why it has ended."""

    generation: str
    owner: str
    used: float
    ends: float | None = None
    ended: Ending | None = None
    at: float = 0.0
    sessions: int = 0

    @property
    def was_leased(self) -> bool:
        """Whether it has or had a lease."""
        return self.ends is not None

    def to_ended(self, name: str) -> EndedWorld:
        """Return its end as messages and logs show it."""
        return EndedWorld(
            name, Ending(self.ended or Ending.DELETED), self.at, self.sessions, self.was_leased, "a week"
        )


class DirectoryTotals(msgspec.Struct, kw_only=True):
    """How many worlds there are, by owner too, how many have ended by reason, and how many were refused."""

    present: int = 0
    owned: dict[str, int] = {}
    endings: dict[str, int] = {}
    refused: int = 0
    remembered: int = 0


class NewWorld(NamedTuple):
    """What a world is to be if there is none: whose it is, and how many there may be by owner; "" is for all."""

    owner: str
    most: Mapping[str, int]


Visit = Union[ListedWorld, "Full", None]
"""What came of looking for a world."""


class WorldDirectory:
    """The list of the worlds of a store; each method is one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def visit(
        self, name: str, now: float, new: NewWorld | None, over: str | None = None
    ) -> "ListedWorld | Full | None":
        """Return a world and note its use; where there is none, the new one, or None if none shall be made.

        `over` is a generation that has ended by itself, because it was empty: another one follows it.
        """
        return self._change(lambda page: page.visit(name, now, new, over))

    def lease(self, name: str, now: float, new: NewWorld, ends: float | None) -> "tuple[ListedWorld, bool] | Full":
        """Make a world or keep it until `ends`, and return whether it is new."""
        return self._change(lambda page: page.lease(name, now, new, ends))

    def end(self, name: str, generation: str, ending: Ending, now: float) -> ListedWorld | None:
        """End a generation, and return what is left of it; None where another process was quicker."""
        return self._change(lambda page: page.end(name, generation, ending, now))

    def forget(self, name: str, generation: str) -> bool:
        """Let go of a generation, which nobody shall be told of; return whether it was there."""
        return self._change(lambda page: page.forget(name, generation))

    def note_sessions(self, name: str, generation: str, sessions: int) -> None:
        """Note how many sessions an ended generation had."""
        self._change(lambda page: page.note_sessions(name, generation, sessions))

    def refuse(self) -> None:
        """Count a world that there was no room for."""
        self._change(lambda page: page.refuse())

    def find(self, name: str) -> ListedWorld | None:
        """Return a world of the list, which may have ended."""
        return self._change(lambda page: page.find(name))

    def all(self) -> dict[str, ListedWorld]:
        """Return the whole list."""
        return self._change(lambda page: page.all())

    def totals(self) -> DirectoryTotals:
        """Return the numbers."""
        return self._change(lambda page: page.totals)

    def _change(self, work: "Callable[[_Page], _Found]") -> _Found:
        def within(transaction: Transaction) -> _Found:
            page = _Page(transaction)
            found = work(page)
            page.close()
            return found

        return self._store.transact(DIRECTORY, within)


class Full(NamedTuple):
    """There is no room for a new world among those of an owner."""

    owner: str


class _Page:
    """The list within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction, data = transaction, transaction.record
        self._data = data
        self.totals = DirectoryTotals() if data is None else msgspec.msgpack.decode(data, type=DirectoryTotals)

    def close(self) -> None:
        if (data := msgspec.msgpack.encode(self.totals)) != self._data:
            self._transaction.record = data

    def find(self, name: str) -> ListedWorld | None:
        data = self._transaction.get(Table.WORLDS, name)
        return None if data is None else msgspec.msgpack.decode(data, type=ListedWorld)

    def all(self) -> dict[str, ListedWorld]:
        rows = self._transaction.all(Table.WORLDS).items()
        return {name: msgspec.msgpack.decode(data, type=ListedWorld) for name, data in rows}

    def _put(self, name: str, world: ListedWorld | None) -> None:
        row = None if world is None else Row(msgspec.msgpack.encode(world), 0)
        self._transaction.put(Table.WORLDS, name, row, 0)

    def visit(self, name: str, now: float, new: NewWorld | None, over: str | None) -> ListedWorld | Full | None:
        world = self.find(name)
        if world is None:
            return None if new is None else self._add(name, now, new, None)
        if world.ended is None:
            world.used = now
            if world.generation == over:
                world.generation = token_hex(8)
            self._put(name, world)
        return world

    def lease(self, name: str, now: float, new: NewWorld, ends: float | None) -> tuple[ListedWorld, bool] | Full:
        world = self.find(name)
        if world is not None and world.ended is None:
            world.used, world.ends = now, ends
            self._put(name, world)
            return world, False
        added = self._add(name, now, new, ends)
        if isinstance(added, Full):
            return added
        self.totals.remembered -= world is not None
        return added, True

    def _add(self, name: str, now: float, new: NewWorld, ends: float | None) -> ListedWorld | Full:
        totals = self.totals
        for owner, most in new.most.items():
            if (totals.owned.get(owner, 0) if owner else totals.present) >= most:
                return Full(owner)
        world = ListedWorld(generation=token_hex(8), owner=new.owner, used=now, ends=ends)
        self._count(world, 1)
        self._put(name, world)
        return world

    def _count(self, world: ListedWorld, change: int) -> None:
        totals = self.totals
        totals.present += change
        totals.owned = {**totals.owned, world.owner: totals.owned.get(world.owner, 0) + change}

    def end(self, name: str, generation: str, ending: Ending, now: float) -> ListedWorld | None:
        world = self.find(name)
        if world is None or world.generation != generation or world.ended is not None:
            return None
        self._count(world, -1)
        self._count_end(ending)
        world.ended, world.at = ending, now
        self.totals.remembered += 1
        self._put(name, world)
        return world

    def _count_end(self, ending: Ending) -> None:
        self.totals.endings = {**self.totals.endings, ending: self.totals.endings.get(ending, 0) + 1}

    def forget(self, name: str, generation: str) -> bool:
        world = self.find(name)
        if world is None or world.generation != generation:
            return False
        if world.ended is None:
            self._count(world, -1)
            self._count_end(Ending.ROOM)
        else:
            self.totals.remembered -= 1
        self._put(name, None)
        return True

    def note_sessions(self, name: str, generation: str, sessions: int) -> None:
        world = self.find(name)
        if world is not None and world.generation == generation:
            world.sessions = sessions
            self._put(name, world)

    def refuse(self) -> None:
        self.totals.refused += 1
