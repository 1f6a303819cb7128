"""A world that lives in a store: every process that serves it sees the same, and it outlives them all.

It is a `World` in everything. What a world in memory keeps in its nouns, this one reads from a transaction and
writes to it; between two transactions it keeps nothing but what can be made again.
"""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

import msgspec

from plugproof_mockserver.model.settings import RateLimit, Settings
from plugproof_mockserver.model.state import ChargerState, SessionState
from plugproof_mockserver.stores.store import Ring, Store, Table, Transaction
from plugproof_mockserver.world.charger_store import ChargerStore
from plugproof_mockserver.world.clock import Clock, Pace
from plugproof_mockserver.world.fault import Fault
from plugproof_mockserver.world.journal import KEPT_BODY, SIZE, RawEntry
from plugproof_mockserver.world.prepared_responses import PreparedResponse
from plugproof_mockserver.world.response_cache import ResponseCache
from plugproof_mockserver.world.shared_nouns import (
    KEPT_PATH,
    SharedChance,
    SharedClock,
    SharedJournal,
    SharedLimiter,
    SharedRing,
    SharedSessions,
)
from plugproof_mockserver.world.snapshots import put_snapshot, take_snapshot
from plugproof_mockserver.world.world import HOUR, KEPT_VIOLATIONS, World, quota_key
from plugproof_mockserver.world.world_quotas import UNLIMITED, WorldQuotas

_Found = TypeVar("_Found")


class WorldRecord(msgspec.Struct, kw_only=True):
    """What a world keeps besides sessions, windows and rings; it is read and written as a whole."""

    pace: Pace
    faults: list[Fault] = []
    chargers: dict[str, ChargerState | None] = {}
    prepared: list[PreparedResponse] = []
    tokens_made: int = 0
    chances_taken: int = 0


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
        self.journal = SharedJournal(SharedRing(self, Ring.JOURNAL, entries, RawEntry))
        self.violations = SharedRing(self, Ring.VIOLATIONS, KEPT_VIOLATIONS, dict[str, object])  # type: ignore[assignment]
        self.bodies = ResponseCache()
        self._random = SharedChance(self._seed, self)

    # The transaction.

    def transact(self, decide: Callable[..., _Found], *args: Any) -> _Found:
        """Decide within one transaction of the store; raise `StoreUnavailableError` when that can't be."""
        with self.lock:
            if self._transaction is not None:
                return decide(*args)
            return self._store.transact(self.name, lambda transaction: self._within(transaction, decide, args))

    def _within(self, transaction: Transaction, decide: Callable[..., _Found], args: tuple[Any, ...]) -> _Found:
        self._transaction, self.expected = transaction, None
        try:
            data = transaction.record
            self._record = self._first_record() if data is None else msgspec.msgpack.decode(data, type=WorldRecord)
            found = decide(*args)
            if (written := msgspec.msgpack.encode(self._record)) != data:
                transaction.record = written
            return found
        finally:
            self._transaction = self._record = None

    def _first_record(self) -> WorldRecord:
        now = self.clock.now() if self._record else self._first_clock.now()
        return WorldRecord(pace=self._first_clock.pace, faults=[fault.begin(now) for fault in self._first_faults])

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

    @property
    def is_empty(self) -> bool:
        """Whether nothing is lost when this process lets go of the world: the store keeps it."""
        return True

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
        for place in (*Table, *Ring):
            self.transaction.clear(place)
        self._record = msgspec.structs.replace(self._first_record(), pace=self.record.pace)

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
    def chargers(self) -> ChargerStore:  # type: ignore[override]  # in memory it is an attribute
        """The chargers; they are changed within a transaction."""
        return ChargerStore(self.settings, self._read().chargers)
