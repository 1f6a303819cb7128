"""One transaction on a world in Redis: what was read, and what is to change."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, filterfalse
from secrets import token_hex
from typing import Any

from plugproof_mockserver.stores.store import CountedHit, LimitedHit, Ring, Row, Table, read_window, write_window

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
_TABLES = {index: place for place, index in _INDEX.items() if isinstance(place, Table)}
_COUNTERS = 9
_PREFIX = 20
"""Digits of the end before the data of a row."""
_LONGEST_KEY, _LONGEST_ROW = 256, 4096
UNSEEN = object()
"""Stands for a row of which nothing is known, not even that there is none."""


class OvertakenError(Exception):
    """Another process was quicker; this is the record as it is now, and its version."""

    def __init__(self, version: bytes, record: bytes | None) -> None:
        super().__init__("another process was quicker")
        self.version, self.record = version, record


class SeenRows:
    """Sessions and windows as one process saw them last, as they are kept; the store has to say if they still are.

    What is longer than most is not remembered, so that nobody fills the memory with long tokens.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._rows: dict[tuple[bytes, Table, str], bytes | None] = {}

    def find(self, world: bytes, table: Table, key: str) -> Any:
        """Return a row, None where there was none, or `UNSEEN`."""
        return self._rows.get((world, table, key), UNSEEN)

    def note(self, world: bytes, table: Table, key: str, row: bytes | None) -> None:
        """Remember a row, or that there is none."""
        if len(self._rows) >= self._most:
            self._rows.clear()
        if len(key) > _LONGEST_KEY or len(row or b"") > _LONGEST_ROW:
            self._rows.pop((world, table, key), None)
        else:
            self._rows[world, table, key] = row


def moment(microseconds: int) -> bytes:
    """Write a moment so that texts compare as moments do; one before 1970 is as good as 1970."""
    return b"%020d" % max(0, microseconds)


class RedisTransaction:
    """Collects what is read and what is to change; `begin` lets it start again."""

    def __init__(self, client: Any, keys: Sequence[bytes], scripts: tuple[Ask, Ask], seen: SeenRows) -> None:
        self._client, self._keys, self._seen = client, keys, seen
        self._load, self._commit = scripts
        self._hits: dict[str, CountedHit] = {}

    def begin(self, version: bytes, record: bytes | None) -> None:
        """Forget everything but the hits that are counted, and go on from a record and its version."""
        self._version, self._old_record, self.record = version, record, record
        self._is_current = False
        self._read: dict[tuple[Table, str], Any] = {}
        self._assumed: set[tuple[Table, str]] = set()
        self._due: tuple[LimitedHit, CountedHit] | None = None
        self._rows: dict[tuple[Table, str], Row | None] = {}
        self._whole: set[Table] = set()
        self._cleared: list[Table | Ring] = []
        self._added: list[tuple[Ring, bytes, int]] = []
        self._now = self._kept_for = 0

    # Reading.

    def _ask(self, script: Ask, arguments: Sequence[Any]) -> Any:
        found = script([self._version, *arguments])
        if not found[0]:
            if len(found) > 3:
                self._seen.note(
                    self._keys[0], _TABLES[found[3]], found[4].decode(errors="surrogatepass"), found[5]
                )
            raise OvertakenError(found[1], found[2])
        self._is_current = True
        return found[1:]

    def hit(self, hit: LimitedHit, expected: str | None) -> CountedHit:
        """Count a hit: at the end, together with what is decided on the session that is expected; else at once."""
        if hit.key not in self._hits and expected is None:
            self._hits[hit.key] = self._count_now(hit)
        if hit.key in self._hits:
            return self._hits[hit.key]
        self._see(expected or "", hit.key)
        found = self._read[Table.WINDOWS, hit.key]
        counted = CountedHit(*hit.admit(None if found is None else read_window(found)))
        self._due = (hit, counted)
        return counted

    def _count_now(self, hit: LimitedHit) -> CountedHit:
        is_admitted, window = self._ask(self._commit, (b"", b"", b"", 0, *_counting(hit, "any")))
        return CountedHit(bool(is_admitted), read_window(window))

    def get(self, table: Table, key: str) -> bytes | None:
        """Return what is kept under a key."""
        place = (table, key)
        if place in self._rows:
            row = self._rows[place]
            return None if row is None else row.data
        if table in self._cleared:
            return None
        if table is Table.WINDOWS and self._due is not None and self._due[0].key == key:
            return write_window(self._due[1].window)
        if place not in self._read:
            if table in self._whole:
                return None
            if table is Table.SESSIONS:
                self._see(key)
            else:
                self._note(table, key, self._client.hget(self._keys[_INDEX[table] - 1], _text(key)))
        found: bytes | None = self._read[place]
        return found

    def _see(self, session: str, window: str | None = None) -> None:
        """Read a session, and a window; or assume what this process saw last, to be checked at the end."""
        places = [(Table.SESSIONS, session), *([] if window is None else [(Table.WINDOWS, window)])]
        rows = [self._seen.find(self._keys[0], *place) for place in places]
        if UNSEEN in rows:
            rows = self._ask(self._load, [_text(key) for _, key in places])[: len(places)]
            for place, row in zip(places, rows, strict=True):
                self._seen.note(self._keys[0], *place, row)
        else:
            self._assumed.add(places[0])
        for place, row in zip(places, rows, strict=True):
            self._note(*place, row)

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
        if record or changes or self._due:
            words = (record, version, moment(self._now), idle and max(idle, self._kept_for))
            same = self._same(filterfalse(self._says_what_it_was, self._assumed))
            self._settle(self._ask(self._commit, (*words, *self._counted(), *same, *chain(*changes))))
        else:
            self.verify()
        return version, self.record

    def verify(self) -> None:
        """Raise `OvertakenError` when what was read or assumed is not so."""
        if self._assumed:
            self._ask(self._commit, (b"", b"", b"", 0, *self._same(self._assumed)))
        elif not self._is_current:
            self._ask(self._load, ("",))

    def _counted(self) -> tuple[Any, ...]:
        if self._due is None:
            return ()
        hit, counted = self._due
        return _counting(hit, "yes") if counted.is_admitted else _counting(hit, "no", counted.window.resets)

    def _says_what_it_was(self, place: tuple[Table, str]) -> bool:
        return place in self._rows and place[0] not in self._cleared

    def _same(self, places: Iterable[tuple[Table, str]]) -> Iterator[Any]:
        for table, key in places:
            yield from ("same", _INDEX[table], _text(key), *_mode(self._read[table, key]), "", "")

    def _settle(self, found: Sequence[Any]) -> None:
        """Take in what has come of the hit, and remember what is now kept."""
        if self._due is not None:
            hit, counted = self._due
            counted.window = read_window(found[1])
            self._seen.note(self._keys[0], Table.WINDOWS, hit.key, moment(counted.window.ends) + found[1])
        for (table, key), kept in self._rows.items():
            if table is Table.SESSIONS:
                row = None if kept is None else moment(kept.ends) + kept.data
                self._seen.note(self._keys[0], table, key, row)

    def _changed_rows(self) -> list[tuple[Any, ...]]:
        changed = []
        for (table, key), row in self._rows.items():
            found = self._read.get((table, key), UNSEEN)
            mode = ("any", b"") if found is UNSEEN or table in self._cleared else _mode(found)
            ends, data = (b"", b"") if row is None else (moment(row.ends), row.data)
            changed.append(("row", _INDEX[table], _text(key), *mode, ends, data))
        return changed


def _text(key: str) -> bytes:
    return key.encode(errors="surrogatepass")


def _clearing(place: Table | Ring) -> tuple[Any, ...]:
    return ("clear", _INDEX[place], "", "", "", "", "")


def _adding(one: tuple[Ring, bytes, int]) -> tuple[Any, ...]:
    ring, data, most = one
    return ("add", _INDEX[ring], most, data, "", "", "")


def _mode(found: bytes | None) -> tuple[str, bytes]:
    return ("none", b"") if found is None else ("is", found)


def _counting(hit: LimitedHit, assumed: str, resets: int | None = None) -> tuple[Any, ...]:
    limit = f"{hit.limit} {'-' if hit.race is None else hit.race}"
    ends = moment(hit.fresh.ends)
    return ("hit", assumed, _text(hit.key), limit, moment(hit.now), ends, resets or hit.fresh.resets)
