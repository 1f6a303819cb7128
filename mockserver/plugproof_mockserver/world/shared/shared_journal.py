"""The rings of a world that lives in a store, and its journal, which is one of them."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from plugproof_mockserver.stores.store import Ring
from plugproof_mockserver.world.nouns.journal import KEPT_BODY, Journal, JournalEntry, RawEntry
from plugproof_mockserver.world.shared.shared_nouns import Keeper

KEPT_PATH = 2048
"""Characters of a path that the journal of a world in a store keeps."""


class SharedRing:
    """What is added goes last; beyond `most` the first goes. What it holds is what `kind` can be made of."""

    def __init__(self, keeper: Keeper, ring: Ring, most: int, kind: Any) -> None:
        self._keeper, self._ring, self._most, self._kind = keeper, ring, most, kind

    def append(self, one: Any) -> None:
        """Add one."""
        data = msgspec.msgpack.encode(one)
        self._keeper.transact(lambda: self._keeper.transaction.append(self._ring, data, self._most))

    def extend(self, many: Iterable[Any]) -> None:
        """Add some."""
        for one in many:
            self.append(one)

    def clear(self) -> None:
        """Forget everything."""
        self._keeper.transact(lambda: self._keeper.transaction.clear(self._ring))

    def _all(self) -> list[Any]:
        return self.after(0)[0]

    def after(self, count: int) -> tuple[list[Any], int]:
        """Return what came after the first so many, and how many there were in all, those included that have gone.

        Where there were less than `count`, the ring has been cleared since: it is read from its beginning.
        """

        def read() -> tuple[list[bytes], int]:
            added = self._keeper.transaction.added(self._ring)
            return self._keeper.transaction.entries(self._ring, count if count <= added else 0), added

        entries, added = self._keeper.transact(read)
        return [msgspec.msgpack.decode(data, type=self._kind) for data in entries], added

    def added(self) -> int:
        """Return how many were added since it was empty, those included that have gone."""
        return self._keeper.transact(lambda: self._keeper.transaction.added(self._ring))

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._all())

    def __getitem__(self, index: int) -> Any:
        return self._all()[index]


class StoredEntry(NamedTuple):
    """A request as it is kept, with the findings of a self-check."""

    entry: RawEntry
    findings: tuple[str, ...] = ()


class SharedJournal(Journal):
    """The journal of a world in a store."""

    def __init__(self, ring: SharedRing) -> None:
        super().__init__()
        self._ring: SharedRing = ring  # type: ignore[assignment]  # a ring like the one in memory
        self._latest: RawEntry | None = None

    @property
    def dropped(self) -> int:
        """How many have gone since the journal began or was cleared."""
        entries, added = self._ring.after(0)
        return added - len(entries)

    def add(self, entry: RawEntry, findings: tuple[str, ...] = ()) -> None:
        """Note one request, of which a very long path is cut: entries are counted here, and not their bytes."""
        entry = (*entry[:2], entry[2][:KEPT_PATH], *entry[3:-1], entry[-1])
        self._ring.append(StoredEntry(self.redact(entry) if len(entry[-1]) > KEPT_BODY else entry, findings))
        self._latest, self.findings = entry, findings

    def added(self) -> int:
        """Return how many requests any process has noted since the journal began or was cleared."""
        return self._ring.added()

    def after(self, count: int) -> tuple[list[tuple[JournalEntry, tuple[str, ...]]], int]:
        """Return what came after the first so many requests, each with its findings, and how many there were."""
        entries, added = self._ring.after(count)
        return [(self.redact(stored.entry), stored.findings) for stored in entries], added

    def _raw(self, index: int) -> RawEntry:
        entry: RawEntry = self._ring[index].entry
        return entry

    def __iter__(self) -> Iterator[JournalEntry]:
        return (self.redact(stored.entry) for stored in self._ring)

    def clear(self) -> None:
        """Forget everything."""
        self._ring.clear()

    def latest(self) -> JournalEntry:
        """Return what this process added last."""
        if self._latest is None:
            raise IndexError("this process has noted nothing yet")
        return self.redact(self._latest)
