"""Worlds in a file, with SQLite: they survive the process, and `kill -9`.

Every transaction holds the file's one lock for writing from its beginning, so it never has to run again;
it is in the file before `transact` returns. With `FULL` the disk has it by then, so that a cut of the power loses
nothing either, and the wait for that takes all but a twentieth of the time. With `NORMAL` the system has it, which
outlives the process alone.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import uniform

from plugproof_mockserver.stores.breaker import Breaker
from plugproof_mockserver.stores.store import (
    CountedHit,
    LimitedHit,
    Result,
    Ring,
    Row,
    StoreHealth,
    StoreUnavailableError,
    Table,
    Transaction,
    WorldSize,
    read_window,
    write_window,
)

WAIT_SECONDS = 0.2
"""How long a transaction waits for the file while another process writes."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (world TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rows (
    id INTEGER PRIMARY KEY, world TEXT NOT NULL, place TEXT NOT NULL, key TEXT NOT NULL,
    data BLOB NOT NULL, ends INTEGER NOT NULL, UNIQUE (world, place, key)
);
CREATE INDEX IF NOT EXISTS rows_by_id ON rows (world, place, id);
CREATE INDEX IF NOT EXISTS rows_by_end ON rows (world, place, ends);
CREATE TABLE IF NOT EXISTS entries (
    world TEXT NOT NULL, ring TEXT NOT NULL, number INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (world, ring, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, at REAL NOT NULL);
"""
_UPDATE = "UPDATE rows SET data = ?, ends = ? WHERE world = ? AND place = ? AND key = ?"
_INSERT = "INSERT INTO rows (data, ends, world, place, key) VALUES (?, ?, ?, ?, ?)"
_FIRST = {
    Table.SESSIONS: "SELECT id, ends FROM rows WHERE world = ? AND place = ? ORDER BY id LIMIT 2",
    Table.WINDOWS: "SELECT id, ends FROM rows WHERE world = ? AND place = ? ORDER BY ends LIMIT 2",
}
_APPEND = """
INSERT INTO entries SELECT ?1, ?2, 1 + coalesce(max(number), 0), ?3 FROM entries WHERE world = ?1 AND ring = ?2
RETURNING number
"""


class SqliteStore:
    """The worlds in one file; its folder has to be there, the file is made when first used.

    `synchronous` is SQLite's own word for how it writes, FULL or NORMAL.
    """

    def __init__(self, path: Path, synchronous: str = "FULL") -> None:
        self._path, self._synchronous = path, synchronous
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._breaker = Breaker()  # here it only notes: to try a file costs no wait

    def __repr__(self) -> str:
        return f"<SqliteStore {self._path}>"

    def transact(self, world: str, work: Callable[[Transaction], Result]) -> Result:
        """Run work on a world while nobody else writes, and keep its changes."""
        with self._lock, self._writing() as connection:
            return work(_SqliteTransaction(connection, world))

    def sizes(self, worlds: Sequence[str]) -> list[WorldSize]:
        """Return what lists show of worlds."""
        with self._lock, self._writing() as connection:
            records = dict(connection.execute("SELECT world, data FROM records").fetchall())
            query = "SELECT world, count(*) FROM rows WHERE place = ? GROUP BY world"
            sessions = dict(connection.execute(query, (Table.SESSIONS,)).fetchall())
        return [WorldSize(name, records.get(name), sessions.get(name, 0)) for name in worlds]

    def health(self) -> StoreHealth:
        """Write a row, and say what came of it."""
        try:
            with self._lock, self._writing() as connection:
                connection.execute("INSERT OR REPLACE INTO probe VALUES (1, ?)", (time.time(),))
        except StoreUnavailableError as error:
            return StoreHealth("sqlite", str(error), self._breaker.since)
        return StoreHealth("sqlite")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._connection or self._open()
            _begin(connection)
        except sqlite3.Error as error:
            self._close()
            raise self._unavailable(error) from None
        try:
            yield connection
            connection.execute("COMMIT")
            self._breaker.succeed()
        except sqlite3.Error as error:
            self._close()  # what was not committed is gone with its connection
            raise self._unavailable(error) from None
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._connection = connection
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {self._synchronous}")
        connection.executescript(_SCHEMA)
        connection.execute("PRAGMA busy_timeout = 0")
        return connection

    def _unavailable(self, error: sqlite3.Error) -> StoreUnavailableError:
        return self._breaker.fail(f"the store {self._path.name} can't be written: {error}")


def _begin(connection: sqlite3.Connection) -> None:
    # SQLite's own waiting sleeps longer and longer, so that who came first may come last.
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(uniform(0.0002, 0.001))  # noqa: S311 - who waits how long is no secret
        else:
            return


class _SqliteTransaction:
    """Reads and writes at once: the database keeps the changes back until the end."""

    def __init__(self, connection: sqlite3.Connection, world: str) -> None:
        self._execute, self._world = connection.execute, world
        self._record = self._one("SELECT data FROM records WHERE world = ?", world)

    def _one(self, query: str, *values: object) -> bytes | None:
        found = self._execute(query, values).fetchone()
        return None if found is None else found[0]

    @property
    def record(self) -> bytes | None:
        """The world's own bytes."""
        return self._record

    @record.setter
    def record(self, data: bytes | None) -> None:
        self._record = data
        self._execute("INSERT OR REPLACE INTO records VALUES (?, ?)", (self._world, data))

    def get(self, table: Table, key: str) -> bytes | None:
        """Return what is kept under a key."""
        return self._one(
            "SELECT data FROM rows WHERE world = ? AND place = ? AND key = ?", self._world, table, key
        )

    def all(self, table: Table) -> dict[str, bytes]:
        """Return a whole table."""
        query = "SELECT key, data FROM rows WHERE world = ? AND place = ? ORDER BY id"
        return dict(self._execute(query, (self._world, table)).fetchall())

    def count(self, table: Table) -> int:
        """Return how many rows a table has."""
        query = "SELECT count(*) FROM rows WHERE world = ? AND place = ?"
        return int(self._execute(query, (self._world, table)).fetchone()[0])

    def put(self, table: Table, key: str, row: Row | None, now: int) -> None:
        """Keep a row, or let the key go."""
        place = (self._world, table)
        if row is None:
            self._execute("DELETE FROM rows WHERE world = ? AND place = ? AND key = ?", (*place, key))
            return
        values = (row.data, row.ends, *place, key)
        if not self._execute(_UPDATE, values).rowcount:
            if table in _FIRST:
                self._forget(table, now)
            self._execute(_INSERT, values)

    def _forget(self, table: Table, now: int) -> None:
        for number, ends in self._execute(_FIRST[table], (self._world, table)).fetchall():
            if ends > now:
                return
            self._execute("DELETE FROM rows WHERE id = ?", (number,))

    def hit(self, hit: LimitedHit, expected: str | None) -> CountedHit:
        """Count a hit."""
        found = self.get(Table.WINDOWS, hit.key)
        is_admitted, window = hit.admit(None if found is None else read_window(found))
        if is_admitted:
            self.put(Table.WINDOWS, hit.key, Row(write_window(window), window.ends), hit.now)
        return CountedHit(is_admitted, window)

    def entries(self, ring: Ring, after: int = 0) -> list[bytes]:
        """Return what is in a ring."""
        query = "SELECT data FROM entries WHERE world = ? AND ring = ? AND number > ? ORDER BY number"
        return [data for (data,) in self._execute(query, (self._world, ring, after))]

    def added(self, ring: Ring) -> int:
        """Return how many were added to a ring."""
        query = "SELECT coalesce(max(number), 0) FROM entries WHERE world = ? AND ring = ?"
        return int(self._execute(query, (self._world, ring)).fetchone()[0])

    def append(self, ring: Ring, data: bytes, most: int) -> None:
        """Add to a ring."""
        (number,) = self._execute(_APPEND, (self._world, ring, data)).fetchone()
        first = (self._world, ring, number - most)
        self._execute("DELETE FROM entries WHERE world = ? AND ring = ? AND number <= ?", first)

    def clear(self, place: Table | Ring) -> None:
        """Empty a table or a ring."""
        query = "DELETE FROM rows WHERE world = ? AND place = ?"
        if isinstance(place, Ring):
            query = "DELETE FROM entries WHERE world = ? AND ring = ?"
        self._execute(query, (self._world, place))

    def outlive(self, seconds: float) -> None:
        """Nothing goes by itself."""
