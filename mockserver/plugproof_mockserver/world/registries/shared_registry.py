"""Worlds by name in a store: every process that serves it finds the same ones, and 410 where one has ended.

The list of the worlds says which there are; what a world is stands in the world itself. A process remembers the
worlds that it has used. It looks into the list again when a world turns out to be another generation, when its
lease is over, and now and then to note that it is used.

1. A world ends in the list first, and then in itself. From then on whoever still uses it finds the end, asks the
   list, and is told why.
2. An empty world that makes room ends in itself first, if it is still empty, and then goes from the list. Whoever
   uses it meanwhile gets another generation of it.
"""

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from plugproof_contracts.errors import InvalidValueError
from plugproof_mockserver.model.timestamps import SECOND, iso
from plugproof_mockserver.stores.store import Store, StoreHealth, WorldSize
from plugproof_mockserver.world.nouns.world_errors import (
    EndedWorld,
    Ending,
    NoSuchWorldError,
    QuotaError,
    WorldGoneError,
    WorldTakenError,
)
from plugproof_mockserver.world.registries.registry import (
    DEFAULT,
    MOST,
    WorldRegistry,
    WorldStatus,
    check_lease,
    check_name,
    longest_prefix,
    say_full,
)
from plugproof_mockserver.world.registries.world_directory import Full, ListedWorld, NewWorld, WorldDirectory
from plugproof_mockserver.world.shared.shared_world import SharedWorld

IDLE_SECONDS = 7 * 24 * 3600
"""A world without a lease is kept while it is used, and so long after."""
TOUCH_SECONDS = 60
"""How often the use of a world is noted, at most."""
SWEEP_SECONDS, MOST_SWEPT = 10, 20
"""How often the whole list is read to end what is over, at most, and how many worlds of it."""
MOST_REMEMBERED = 10_000
"""Worlds that have ended of which the reason is still known: the list is read as a whole."""
MOST_TRIED = 100
"""Worlds with sessions in them that are looked at when room is needed: all of their sessions may have expired."""
_MOST_HELD = 20_000


class SharedRegistry(WorldRegistry):
    """Finds worlds by name in a store; `make` makes one of this process. Other keywords are `WorldRegistry`'s."""

    idle_seconds: ClassVar[float] = IDLE_SECONDS

    def __init__(
        self,
        make: Callable[[str], SharedWorld],
        store: Store,
        *,
        most: int = MOST,
        quotas: Mapping[str, int] | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._default = make(DEFAULT)
        super().__init__(lambda name: self._default, most=most, quotas=quotas, wall=wall)
        self._make_shared, self._store, self._directory = make, store, WorldDirectory(store)
        self._held: OrderedDict[str, tuple[SharedWorld, float]] = OrderedDict()
        """The worlds that this process has used, and until when the list need not be asked about them."""

    def __len__(self) -> int:
        return self._directory.totals().present + 1

    def __iter__(self) -> Iterator[Any]:
        yield self.default
        for name in self._present():
            yield self.get(name)

    def _present(self) -> dict[str, ListedWorld]:
        now = self.wall()
        listed = self._directory.all().items()
        return {name: one for name, one in listed if one.ended is None and not self._is_over(one, now)}

    def health(self) -> StoreHealth:
        """Return whether the store keeps what it is told."""
        return self._store.health()

    def count_sessions(self) -> int:
        """Return how many sessions all worlds keep."""
        return sum(size.sessions for size in self._store.sizes([DEFAULT, *self._present()]))

    @property
    def endings(self) -> Counter[Ending]:
        """How many worlds of the store have ended so far, by reason."""
        return Counter({Ending(name): count for name, count in self._directory.totals().endings.items()})

    @property
    def refused(self) -> int:
        """How many worlds were refused so far because there was no room for them."""
        return self._directory.totals().refused

    # Finding and making.

    def get(self, name: str) -> Any:
        """Return a world, which is made on its first use; raise as in memory, or `StoreUnavailableError`."""
        if name == DEFAULT:
            return self.default
        held = self._held.get(name)
        return held[0] if held is not None and self.wall() < held[1] else self._visit(name)

    def find(self, name: str) -> Any:
        """Return a world that is there, without making it; raise as `get`, or `NoSuchWorldError`."""
        check_name(name)
        return self.default if name == DEFAULT else self._visit(name, is_made=False)

    def _visit(self, name: str, *, is_made: bool = True, over: str | None = None) -> SharedWorld:
        check_name(name)
        now = self.wall()
        new = self._new(name) if is_made else None
        listed = self._with_room(lambda: self._directory.visit(name, now, new, over))
        if listed is None:
            raise NoSuchWorldError(name)
        self._require_present(name, listed, now)
        return self._hold(name, listed, now)

    def _new(self, name: str) -> NewWorld:
        owner = longest_prefix(name, self._quotas)
        return NewWorld(owner, {"": self.most} | ({owner: self._quotas[owner]} if owner else {}))

    def _require_present(self, name: str, listed: ListedWorld, now: float) -> None:
        """Raise `WorldGoneError` for a world that has ended, or ends now."""
        if listed.ended is None and listed.ends is not None and listed.ends <= now:
            listed = self._finish(name, listed, Ending.LEASE) or listed
        if listed.ended is not None:
            raise self._gone(name, listed)

    def _gone(self, name: str, listed: ListedWorld) -> WorldGoneError:
        return WorldGoneError(listed.to_ended(name), iso(int(listed.at) * SECOND))

    def _hold(self, name: str, listed: ListedWorld, now: float) -> SharedWorld:
        held = self._held.get(name)
        world = self._make_shared(name) if held is None else held[0]
        if held is None:
            world.counts, world.renew = self.counts, self._renew
        if world.generation != listed.generation and not world.begin(listed.generation, listed.ends):
            return self._visit(name, over=listed.generation)
        self._held[name] = (world, min(now + TOUCH_SECONDS, listed.ends or math.inf))
        self._held.move_to_end(name)
        if len(self._held) > _MOST_HELD:
            self._held.popitem(last=False)
        return world

    def _renew(self, world: SharedWorld) -> None:
        """Ask the list about a world that was found to be over, or another one; raise when it has ended."""
        over, world.generation = world.generation, None
        world.generation = self._visit(world.name, over=over).generation

    def lease(self, name: str, seconds: float | None) -> bool:
        """Make a world or keep it, for `seconds` from now or, for None, without a lease; tell if it is new."""
        check_lease(name, seconds)
        check_name(name)
        now = self.wall()
        before = self._directory.find(name)
        if before is not None and before.ended is None and before.ends is not None and before.ends <= now:
            self._finish(name, before, Ending.LEASE)
        ends = None if seconds is None else now + seconds
        wanted = self._new(name)
        listed, is_new = self._with_room(lambda: self._directory.lease(name, now, wanted, ends))
        world = self._hold(name, listed, now)
        if not is_new:
            world.keep_until(ends)
        return bool(is_new)

    def fork(self, name: str, new: str, seconds: float | None = None) -> None:
        """Make a new world that is what the one of `name` is now; raise as in memory."""
        source = self.find(name)
        there = self._directory.find(new)
        if new == DEFAULT or (there is not None and there.ended is None):
            raise WorldTakenError(new)
        self.lease(new, seconds)
        self.get(new).copy_from(source)

    # Ending.

    def delete(self, name: str) -> None:
        """End a world now; raise as in memory."""
        if name == DEFAULT:
            raise InvalidValueError(f"the world {DEFAULT!r} is always there; reset it instead")
        check_name(name)
        listed = self._directory.find(name)
        if listed is None:
            raise NoSuchWorldError(name)
        self._require_present(name, listed, self.wall())
        if self._finish(name, listed, Ending.DELETED) is None:
            self.delete(name)  # another process was quicker, to end it or to begin it anew

    def _finish(self, name: str, listed: ListedWorld, ending: Ending) -> ListedWorld | None:
        ended = self._directory.end(name, listed.generation, ending, self.wall())
        if ended is None:
            return None
        left = self._of(name).finish(listed.generation)
        sessions, is_empty = left or (0, True)
        if is_empty and ending is Ending.IDLE:
            self._directory.forget(name, listed.generation)
        elif sessions:
            self._directory.note_sessions(name, listed.generation, sessions)
            ended.sessions = sessions
        self._tell(ended.to_ended(name))
        return ended

    def _of(self, name: str) -> SharedWorld:
        """Return a world to be ended, which this process need not hold."""
        held = self._held.pop(name, None)
        return self._make_shared(name) if held is None else held[0]

    def _tell(self, ended: EndedWorld) -> None:
        for listener in self.listeners:
            listener(ended)

    def sweep(self) -> None:
        """End worlds whose lease is over or that nobody used for a week, and forget the oldest ends.

        Of either some at a time, for somebody waits; what is over is not there for anybody, swept or not.
        """
        now, listed = self.wall(), self._directory.all()
        over = [(name, one) for name, one in listed.items() if one.ended is None and self._is_over(one, now)]
        for name, one in over[:MOST_SWEPT]:
            self._finish(name, one, Ending.IDLE if one.ends is None else Ending.LEASE)
        ended = sorted((one.at, name, one.generation) for name, one in listed.items() if one.ended is not None)
        for _, name, generation in ended[:-MOST_REMEMBERED][:MOST_SWEPT]:
            self._directory.forget(name, generation)

    def _is_over(self, one: ListedWorld, now: float) -> bool:
        return one.used < now - self.idle_seconds if one.ends is None else one.ends <= now

    # Room.

    def _with_room(self, ask: Callable[[], Any]) -> Any:
        """Ask for a place in the list, and once more when room could be made."""
        self._sweep_now_and_then()
        for _ in range(2):
            found = ask()
            if not isinstance(found, Full):
                return found
            if not self._has_emptied_one(found.owner):
                break
        self._directory.refuse()
        raise QuotaError(say_full(found.owner, self._most_of(found.owner)))

    def _sweep_now_and_then(self) -> None:
        now = self.wall()
        if now >= self._next_sweep:
            self._next_sweep = now + SWEEP_SECONDS
            self.sweep()

    def _has_emptied_one(self, owner: str) -> bool:
        """Let go of what is over, or else of the longest unused world that is empty and has no lease."""
        now = self.wall()
        if now < self._full_until.get(owner, now):
            return False  # nothing was found a moment ago, and looking again takes time
        before = self._directory.totals()
        self.sweep()
        after = self._directory.totals()
        if after.present < before.present and self._has_place(after, owner):
            return True
        for name, generation in self._candidates(owner):
            if self._is_let_go(name, generation):
                return True
        self._full_until[owner] = now + 1
        return False

    def _has_place(self, totals: Any, owner: str) -> bool:
        return bool((totals.owned.get(owner, 0) if owner else totals.present) < self._most_of(owner))

    def _candidates(self, owner: str) -> Iterator[tuple[str, str]]:
        """Yield what may be empty: worlds without a session, and then some with, the longest unused first."""
        listed = {
            name: one for name, one in self._present().items() if one.ends is None and owner in ("", one.owner)
        }
        names = sorted(listed, key=lambda name: listed[name].used)
        kept = {size.name: size.sessions for size in self._store.sizes(names)}
        empty = [name for name in names if not kept[name]]
        for name in empty + [name for name in names if kept[name]][:MOST_TRIED]:
            yield name, listed[name].generation

    def _is_let_go(self, name: str, generation: str) -> bool:
        left = self._of(name).finish(generation, only_empty=True)
        if left is None or not self._directory.forget(name, generation):
            return False
        self._tell(EndedWorld(name, Ending.ROOM, self.wall(), 0, was_leased=False))
        return True

    # Lists.

    def names(self) -> list[str]:
        """Return the names of the worlds that are there, sorted."""
        self._sweep_now_and_then()
        return sorted([DEFAULT, *self._present()])

    def statuses(self, names: Iterable[str]) -> list[WorldStatus]:
        """Return the worlds of these names, without those that have ended meanwhile."""
        present, now = self._present(), self.wall()
        sizes = self._store.sizes([name for name in names if name == DEFAULT or name in present])
        return [
            _status(size.name, size.sessions, self._is_empty(size), present.get(size.name), now) for size in sizes
        ]

    def _is_empty(self, size: WorldSize) -> bool:
        return not size.sessions and not self._default.is_changed(size.record)

    def status(self, name: str) -> WorldStatus:
        """Return one world that is there; raise as `find`."""
        world = self.find(name)
        listed = None if name == DEFAULT else self._directory.find(name)
        sessions, is_empty = world.transact(lambda: (len(world.sessions), world.is_empty))
        return _status(name, sessions, is_empty, listed, self.wall())


def _status(name: str, sessions: int, is_empty: bool, listed: ListedWorld | None, now: float) -> WorldStatus:
    used = now if listed is None else listed.used
    left = None if listed is None or listed.ends is None else listed.ends - now
    return WorldStatus(name, sessions, is_empty, max(0.0, now - used), left)
