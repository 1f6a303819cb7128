"""One transaction on a world in Redis: what was read, and what is to change."""

from collections.abc import Callable, Sequence
from secrets import token_hex
from typing import Any

from plugproof_mockserver.stores.store import LimitedHit, Ring, Row, Table, Window, read_window

Ask = Callable[[Sequence[Any]], Any]
"""Runs one of the two scripts with its arguments."""

PARTS = ("record", "sessions", "windows", "sessions:order", "windows:ends", "journal", "violations", "worlds")
"""The keys of a world, of which `counters` and the order of the worlds come last."""
_INDEX: dict[Table | Ring, int] = {
    Table.SESSIONS: 2,
    Table.WINDOWS: 3,
    Ring.JOURNAL: 6,
    Ring.VIOLATIONS: 7,
    Table.WORLDS: 8,
}
_COUNTERS = 9
_PREFIX = 20
"""Digits of the end before the data of a row."""
_UNREAD = object()


class OvertakenError(Exception):
    """Another process was quicker; this is the record as it is now, and its version."""

    def __init__(self, version: bytes, record: bytes | None) -> None:
        super().__init__("another process was quicker")
        self.version, self.record = version, record


def moment(microseconds: int) -> bytes:
    """Write a moment so that texts compare as moments do; one before 1970 is as good as 1970."""
    return b"%020d" % max(0, microseconds)


class RedisTransaction:
    """Collects what is read and what is to change; `begin` lets it start again, with the hits that are counted."""

    def __init__(self, client: Any, keys: Sequence[bytes], scripts: tuple[Ask, Ask]) -> None:
        self._client, self._keys = client, keys
        self._load, self._commit = scripts
        self._hits: dict[str, tuple[bool, Window]] = {}

    def begin(self, version: bytes, record: bytes | None) -> None:
        """Forget everything but the hits, and go on from a record and its version."""
        self._version, self._old_record, self.record = version, record, record
        self._is_current = False
        self._read: dict[tuple[Table, str], Any] = {}
        self._rows: dict[tuple[Table, str], Row | None] = {}
        self._whole: set[Table] = set()
        self._cleared: list[Table | Ring] = []
        self._added: list[tuple[Ring, bytes, int]] = []
        self._now = self._kept_for = 0

    # Reading.

    def _ask(self, script: Ask, arguments: Sequence[Any]) -> Any:
        found = script([self._version, *arguments])
        if not found[0]:
            raise OvertakenError(found[1], found[2])
        self._is_current = True
        return found[1:]

    def hit(self, hit: LimitedHit, expected: str | None) -> tuple[bool, Window]:
        """Count a hit, and read the session that will be asked for on the way."""
        if hit.key not in self._hits:
            fresh = (moment(hit.fresh.ends), hit.fresh.resets, "" if hit.race is None else hit.race)
            words = (_text(expected or ""), _text(hit.key), hit.limit, moment(hit.now), *fresh)
            session, is_admitted, window = self._ask(self._load, words)
            self._hits[hit.key] = (bool(is_admitted), read_window(window))
            if expected:
                self._note(Table.SESSIONS, expected, session)
        return self._hits[hit.key]

    def get(self, table: Table, key: str) -> bytes | None:
        """Return what is kept under a key."""
        place = (table, key)
        if place in self._rows:
            row = self._rows[place]
            return None if row is None else row.data
        if table in self._cleared:
            return None
        if place not in self._read:
            if table in self._whole:
                return None
            if table is Table.SESSIONS:
                self._note(table, key, self._ask(self._load, (_text(key),))[0])
            else:
                self._note(table, key, self._client.hget(self._keys[_INDEX[table] - 1], _text(key)))
        found: bytes | None = self._read[place]
        return found

    def _note(self, table: Table, key: str, row: bytes | None) -> None:
        self._read[table, key] = None if row is None else row[_PREFIX:]

    def all(self, table: Table) -> dict[str, bytes]:
        """Return a whole table."""
        kept = {} if table in self._cleared else self._kept(table)
        for (place, key), row in self._rows.items():
            if place is table and row is None:
                kept.pop(key, None)
            elif place is table and row is not None:
                kept[key] = row.data
        return kept

    def _kept(self, table: Table) -> dict[str, bytes]:
        index = _INDEX[table] - 1
        with self._client.pipeline() as pipeline:
            pipeline.zrange(self._keys[index + 2], 0, -1)
            pipeline.hgetall(self._keys[index])
            order, rows = pipeline.execute()
        for key, row in rows.items():
            self._read.setdefault((table, key.decode(errors="surrogatepass")), row[_PREFIX:])
        self._whole.add(table)
        names = [key.decode(errors="surrogatepass") for key in order if key in rows]
        return {name: self._read[table, name] for name in names if self._read[table, name] is not None}

    def count(self, table: Table) -> int:
        """Return how many rows a table has."""
        return (
            len(self.all(table))
            if self._rows or self._cleared
            else self._client.hlen(self._keys[_INDEX[table] - 1])
        )

    def entries(self, ring: Ring, after: int = 0) -> list[bytes]:
        """Return what is in a ring."""
        kept, before = ([], 0) if ring in self._cleared else self._ring(ring, after)
        added = [(data, most) for place, data, most in self._added if place is ring]
        whole = kept + [data for data, _ in added]
        whole = whole[-added[-1][1] :] if added else whole
        return (
            whole[-min(len(whole), max(0, before + len(added) - after)) :] if before + len(added) > after else []
        )

    def _ring(self, ring: Ring, after: int) -> tuple[list[bytes], int]:
        """Return what was kept of a ring before this transaction, and how many had been added to it."""
        index = _INDEX[ring]
        with self._client.pipeline() as pipeline:
            pipeline.hget(self._keys[_COUNTERS - 1], index)
            pipeline.lrange(self._keys[index - 1], 0, -1)
            count, kept = pipeline.execute()
        return kept, int(count or 0)

    def added(self, ring: Ring) -> int:
        """Return how many were added to a ring."""
        counters = self._keys[_COUNTERS - 1]
        before = 0 if ring in self._cleared else int(self._client.hget(counters, _INDEX[ring]) or 0)
        return before + sum(place is ring for place, _, _ in self._added)

    # Changing.

    def put(self, table: Table, key: str, row: Row | None, now: int) -> None:
        """Keep a row, or let the key go."""
        self._rows[table, key] = row
        self._now = now

    def append(self, ring: Ring, data: bytes, most: int) -> None:
        """Add to a ring."""
        self._added.append((ring, data, most))

    def clear(self, place: Table | Ring) -> None:
        """Empty a table or a ring."""
        self._cleared.append(place)
        self._rows = {where: row for where, row in self._rows.items() if where[0] is not place}
        self._added = [one for one in self._added if one[0] is not place]

    def outlive(self, seconds: float) -> None:
        """Have the world kept for so long without use."""
        self._kept_for = int(seconds * 1000)

    def commit(self, idle: int) -> tuple[bytes, bytes | None]:
        """Make the changes, return version and record; raise `OvertakenError` when another was quicker."""
        changes = [*map(_clearing, self._cleared), *self._changed_rows(), *map(_adding, self._added)]
        record, version = b"", self._version
        if self.record is not None and self.record != self._old_record:
            # Never one that was there before: the record may have gone, and come anew.
            record, version = self.record, token_hex(8).encode()
        if record or changes:
            words = (word for change in changes for word in change)
            self._ask(
                self._commit, (record, version, moment(self._now), idle and max(idle, self._kept_for), *words)
            )
        elif not self._is_current:
            self._ask(self._load, ("",))
        return version, self.record

    def _changed_rows(self) -> list[tuple[Any, ...]]:
        changed = []
        for (table, key), row in self._rows.items():
            found = self._read.get((table, key), _UNREAD)
            mode = "any" if found is _UNREAD or table in self._cleared else "none" if found is None else "is"
            ends, data = (b"", b"") if row is None else (moment(row.ends), row.data)
            changed.append(("row", _INDEX[table], _text(key), mode, found if mode == "is" else b"", ends, data))
        return changed


def _text(key: str) -> bytes:
    return key.encode(errors="surrogatepass")


def _clearing(place: Table | Ring) -> tuple[Any, ...]:
    return ("clear", _INDEX[place], "", "", "", "", "")


def _adding(one: tuple[Ring, bytes, int]) -> tuple[Any, ...]:
    ring, data, most = one
    return ("add", _INDEX[ring], most, data, "", "", "")
