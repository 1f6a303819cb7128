"""A world that lives in a store: every process that serves it sees the same, and it outlives them all.

It is a `World` in everything. What a world in memory keeps in its nouns, this one reads from a transaction and
writes to it. Between two transactions it keeps nothing but what can be made again.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, ClassVar, TypeVar

import msgspec

from plugproof_mockserver.http.rate_limit import replace_remaining
from plugproof_mockserver.http.response import Response
from plugproof_mockserver.model.settings import RateLimit, Settings
from plugproof_mockserver.model.state import ChargerState, SessionState
from plugproof_mockserver.model.timestamps import SECOND
from plugproof_mockserver.stores.store import Ring, Store, StoreUnavailableError, Table, Transaction
from plugproof_mockserver.world.faults.fault import Fault
from plugproof_mockserver.world.nouns.charger_store import ChargerStore
from plugproof_mockserver.world.nouns.clock import Clock, Pace
from plugproof_mockserver.world.nouns.journal import KEPT_BODY, SIZE
from plugproof_mockserver.world.nouns.prepared_responses import PreparedResponse
from plugproof_mockserver.world.nouns.response_cache import ResponseCache
from plugproof_mockserver.world.nouns.world_errors import WorldError
from plugproof_mockserver.world.nouns.world_quotas import UNLIMITED, WorldQuotas
from plugproof_mockserver.world.shared.shared_journal import KEPT_PATH, SharedJournal, SharedRing, StoredEntry
from plugproof_mockserver.world.shared.shared_nouns import (
    SharedChance,
    SharedClock,
    SharedLimiter,
    SharedSessions,
)
from plugproof_mockserver.world.snapshots.snapshots import put_snapshot, take_snapshot
from plugproof_mockserver.world.world import HOUR, KEPT_VIOLATIONS, World, quota_key

_Found = TypeVar("_Found")
KEPT_LONGER = 3600.0
"""Seconds that a store keeps what there is of a world beyond its lease, so that its end is noticed and told."""


class WorldRecord(msgspec.Struct, kw_only=True):
    """What a world keeps besides sessions, windows and rings; it is read and written as a whole."""

    pace: Pace
    faults: list[Fault] = []
    chargers: dict[str, ChargerState | None] = {}
    prepared: list[PreparedResponse] = []
    maintenance: int | None = None
    tokens_made: int = 0
    chances_taken: int = 0
    is_clock_set: bool = False
    generation: str = ""
    ends: float | None = None
    is_ended: bool = False


class _OtherGenerationError(Exception):
    """The world in the store is not the one that this process knows, or its time is over."""


class SharedWorld(World):
    """A world in a store; `clock` and `faults` are what it begins with if the store does not know it yet."""

    is_shared: ClassVar[bool] = True

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        store: Store,
        clock: Clock | None = None,
        seed: int | None = None,
        name: str = "default",
        faults: Iterable[Fault] = (),
        self_check: bool = False,
        quotas: WorldQuotas = UNLIMITED,
    ) -> None:
        self._store, self._first_clock = store, clock or Clock()
        self._transaction: Transaction | None = None
        self._record: WorldRecord | None = None
        self.generation: str | None = None
        """Which of the worlds that had this name one after the other it is; None where nobody keeps a list."""
        self.renew: Callable[[SharedWorld], None] = lambda world: None
        """Is asked which generation it is now, when it is another one; raises when the world has ended."""
        self.expected: str | None = None
        super().__init__(
            settings,
            clock=SharedClock(self, self._first_clock),
            seed=seed,
            name=name,
            faults=faults,
            self_check=self_check,
            quotas=quotas,
        )

    def _begin(self) -> None:
        seed = None if self._seed is None else f"{self._seed}/{self.name}"
        self.sessions = SharedSessions(self.settings, seed, self)
        self.limiter: SharedLimiter = SharedLimiter(
            self, self.settings.limiter_store, has_race=self.settings.limiter_race
        )
        entries = min(SIZE, max(1, self.quotas.journal_bytes // (KEPT_BODY + KEPT_PATH)))
        self.journal: SharedJournal = SharedJournal(SharedRing(self, Ring.JOURNAL, entries, StoredEntry))
        self.violations = SharedRing(self, Ring.VIOLATIONS, KEPT_VIOLATIONS, dict[str, object])  # type: ignore[assignment]
        self.bodies = ResponseCache()
        self._random = SharedChance(self._seed, self)

    # The transaction.

    def transact(self, decide: Callable[..., _Found], *args: Any) -> _Found:
        """Decide within one transaction of the store; raise `StoreUnavailableError` when that can't be."""
        with self.lock:
            if self._transaction is not None:
                return decide(*args)
            while True:
                try:
                    return self._store.transact(self.name, lambda found: self._within(found, decide, args))
                except _OtherGenerationError:
                    self.renew(self)

    def _within(self, transaction: Transaction, decide: Callable[..., _Found], args: tuple[Any, ...]) -> _Found:
        self._transaction, self.expected = transaction, None
        try:
            data = transaction.record
            self._record = self._first_record() if data is None else msgspec.msgpack.decode(data, type=WorldRecord)
            if self.generation is not None:
                self._require_generation(self._record)
            if self._record.ends is not None:
                transaction.outlive(self._record.ends - self._seconds() + KEPT_LONGER)
            found = decide(*args)
            if (written := msgspec.msgpack.encode(self._record)) != data:
                transaction.record = written
            return found
        finally:
            self._transaction = self._record = None

    def _first_record(self) -> WorldRecord:
        now = self.clock.now() if self._record else self._first_clock.now()
        return WorldRecord(pace=self._first_clock.pace, faults=[fault.begin(now) for fault in self._first_faults])

    # Its generations.

    def _seconds(self) -> float:
        """Return the seconds since 1970, by which leases end."""
        return self._first_clock.wall() / SECOND

    def _require_generation(self, record: WorldRecord) -> None:
        is_over = record.ends is not None and record.ends <= self._seconds()
        if record.generation != self.generation or record.is_ended or is_over:
            raise _OtherGenerationError

    def begin(self, generation: str, ends: float | None) -> bool:
        """Be a generation of this world, which ends at a moment or never; return whether it has not ended.

        What there is of an earlier one is forgotten.
        """
        self.generation = None
        if self.transact(self._begin_generation, generation, ends):
            self.generation = generation
        return self.generation is not None

    def _begin_generation(self, generation: str, ends: float | None) -> bool:
        if self.record.generation == generation and self.record.is_ended:
            return False
        if self.record.generation != generation:
            self._replace(generation)
        self.record.ends = ends
        return True

    def _replace(self, generation: str) -> None:
        self._clear()
        pace = self._first_clock.anew()
        faults = [fault.begin(pace.at) for fault in self._first_faults]
        self._record = WorldRecord(pace=pace, faults=faults, generation=generation)

    def keep_until(self, ends: float | None) -> None:
        """End at another moment, or never."""
        self.transact(lambda: setattr(self.record, "ends", ends))

    def finish(self, generation: str, *, only_empty: bool = False) -> tuple[int, bool] | None:
        """End a generation; return how many sessions it had, and whether it was empty.

        None where it is another one, or has ended already; or, with `only_empty`, where there is something in it.
        """
        self.generation = None
        try:
            return self.transact(self._finish_generation, generation, only_empty)
        finally:
            self.generation = generation

    def _finish_generation(self, generation: str, only_empty: bool) -> tuple[int, bool] | None:
        found = len(self.sessions), self.is_empty
        if self.record.is_ended or self.record.generation != generation or (only_empty and not found[1]):
            return None
        self._replace(generation)
        self.record.is_ended = True
        return found

    @property
    def transaction(self) -> Transaction:
        """The transaction that runs."""
        assert self._transaction is not None, "the nouns of a world are asked within a transaction"  # noqa: S101
        return self._transaction

    @property
    def record(self) -> WorldRecord:
        """The record of the transaction that runs."""
        assert self._record is not None, "the record of a world is asked for within a transaction"  # noqa: S101
        return self._record

    def now(self) -> int:
        """Return the moment that it is in this world."""
        return self.clock.now()

    def expect(self, token: str) -> None:
        """Have this session read together with the hit that comes first."""
        self.expected = token

    def settle(self, response: Response) -> Response:
        """Return an answer that says how many hits were left when the store had counted this one."""
        told, left = self.limiter.take_told()
        if told == left:
            return response
        return msgspec.structs.replace(response, headers=replace_remaining(response.headers, told, left))

    @property
    def is_empty(self) -> bool:
        """Whether a new world would be no different to a client: no live session, and nothing that was set."""
        return self.transact(lambda: not self._is_set(self.record) and not any(self.sessions.all(self.now())))

    def is_changed(self, data: bytes | None) -> bool:
        """Return whether anything was set in a world of this kind whose record this is."""
        return data is not None and self._is_set(msgspec.msgpack.decode(data, type=WorldRecord))

    def _is_set(self, record: WorldRecord) -> bool:
        has_other_faults = _plain(record.faults) != _plain(self._first_faults)
        is_maintained = record.maintenance not in (None, self.settings.maintenance)
        return bool(record.prepared or record.chargers or record.is_clock_set or has_other_faults or is_maintained)

    def elapse(self, delay: float) -> None:
        """Let the seconds that an answer took pass; the answer goes out also when they can't be kept."""
        with suppress(StoreUnavailableError, WorldError):
            super().elapse(delay)

    def reset(self) -> None:
        """Forget everything but the clock."""
        self.transact(self._forget)

    def copy_from(self, other: World) -> None:
        """Become what another world is at this moment."""
        put_snapshot(self, take_snapshot(other))

    def read_chance(self) -> tuple[int, ...] | None:
        """Return how many numbers were drawn."""
        return (self.record.chances_taken,)

    def resume_chance(self, state: tuple[int, ...] | None) -> None:
        """Go on after so many numbers, within a transaction."""
        if state is not None and len(state) == 1:
            self.record.chances_taken = state[0]

    def _forget(self) -> None:
        self._clear()
        kept = {name: getattr(self.record, name) for name in ("pace", "is_clock_set", "generation", "ends")}
        self._record = msgspec.structs.replace(self._first_record(), **kept)

    def _clear(self) -> None:
        for place in (Table.SESSIONS, Table.WINDOWS, *Ring):
            self.transaction.clear(place)

    def store(self, state: SessionState, *, is_new: bool, now: int) -> None:
        """Store what an operation made; a new session is there and counted on its charger, or neither."""
        self.sessions.store(state)
        if is_new and self.settings.rate_limit is not RateLimit.OFF:
            self.limiter.hit_within(quota_key(state.charger), self.settings.sessions_per_charger, HOUR, now)

    # What is in the record. Outside a transaction these are copies, which say so when they are to be changed.

    def _read(self) -> WorldRecord:
        found: WorldRecord = self._record or self.transact(lambda: self.record)
        return found

    @property
    def faults(self) -> Any:
        """The injected faults."""
        return self.record.faults if self._record else tuple(self._read().faults)

    @faults.setter
    def faults(self, faults: Iterable[Fault]) -> None:
        """Replace the faults, within a transaction."""
        self.record.faults = list(faults)

    @property
    def prepared(self) -> Any:  # type: ignore[override]  # in memory it is an attribute
        """The answers that were prepared by hand."""
        return self.record.prepared if self._record else tuple(self._read().prepared)

    @property
    def maintenance(self) -> int:  # in memory it is an attribute
        """The seconds of the maintenance; 0 is none."""
        found = self._read().maintenance
        return self.settings.maintenance if found is None else found

    @maintenance.setter
    def maintenance(self, seconds: int) -> None:
        """Begin or end a maintenance, within a transaction."""
        self.record.maintenance = seconds

    @property
    def chargers(self) -> ChargerStore:  # type: ignore[override]  # in memory it is an attribute
        """The chargers; they are changed within a transaction."""
        return ChargerStore(self.settings, self._read().chargers)


def _plain(faults: Iterable[Fault]) -> list[Fault]:
    """Return faults without what differs between worlds in which nobody has set any."""
    counts = ((fault, fault.applied_count if fault.first else 0) for fault in faults)
    return [msgspec.structs.replace(fault, added_at=None, applied_count=count) for fault, count in counts]
