"""The ledger: what was seen of each fact, kept in a database that several processes may write to at once."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from plugproof_contracts.evidence.database import Database, HistoryError
from plugproof_contracts.evidence.ledger_entry import Addition, Interval, LedgerEntry, SourceKind
from plugproof_contracts.evidence.ledger_schema import ENTRIES, LEDGER_VERSION, METADATA, RECORDINGS, VERSIONS

_PART = "ledger"
_KEY = ("base", "fact", "source")


class LedgerError(HistoryError):
    """Why a ledger cannot be used; nothing was added to it. The text holds no password."""


class Ledger(Database):
    """A ledger by the URL of its database (None is the user's own history); every failure is a `LedgerError`."""

    def __init__(self, url: str | None = None) -> None:
        super().__init__(url, METADATA, guard=VERSIONS, error=LedgerError)
        try:
            with self.locked() as connection:
                _require_version(connection)
        except LedgerError:
            self.close()
            raise

    def add_all(self, additions: Iterable[Addition]) -> list[bool]:
        """Add all sightings or none, and return which were added: not those of a recording added before."""
        with self.locked() as connection:
            _require_version(connection)
            batch = _Batch(connection)
            added = [batch.add(one) for one in additions]
            batch.store()
        return added

    def has(self, recording: str) -> bool:
        """Return whether the recording with a digest was added."""
        with self.locked() as connection:
            return _has_recording(connection, recording)

    def entries(self, base: str | None = None) -> list[LedgerEntry]:
        """Return what is known, of one base URL or of all, by fact and kind of source."""
        with self.locked() as connection:
            return _entries(connection, base[:255] if base is not None else None)


class _Batch:
    """The entries that one transaction changes: each is read once and written once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], dict[str, LedgerEntry]] = {}
        self._changed: dict[tuple[str, str, str], LedgerEntry] = {}

    def add(self, addition: Addition) -> bool:
        """Add sightings, unless their recording was added before."""
        if addition.recording is not None and not _enter_recording(self._connection, addition.recording):
            return False
        base, source = addition.base[:255], addition.source
        entries = self._of(base, source)
        for one in addition.seen:
            entry = entries.get(one.fact) or LedgerEntry(base, one.fact, str(source))
            entries[one.fact] = self._changed[base, one.fact, str(source)] = entry.with_sighting(one)
        return True

    def store(self) -> None:
        """Write what has changed."""
        _store(self._connection, self._changed.values())

    def _of(self, base: str, source: SourceKind) -> dict[str, LedgerEntry]:
        key = base, str(source)
        if key not in self._known:
            self._known[key] = {entry.fact: entry for entry in _entries(self._connection, base, source)}
        return self._known[key]


def _require_version(connection: Connection) -> None:
    found = connection.scalar(select(VERSIONS.c.version).where(VERSIONS.c.part == _PART))
    if found is None:
        connection.execute(insert(VERSIONS).values(part=_PART, version=LEDGER_VERSION))
    elif found != LEDGER_VERSION:
        raise LedgerError(
            f"the ledger was written by another version of plugproof (its tables are number {found}, this one's"
            f" {LEDGER_VERSION}); nothing was added: use that version, or name another database with --ledger"
        )


def _has_recording(connection: Connection, digest: str) -> bool:
    return connection.scalar(select(RECORDINGS.c.digest).where(RECORDINGS.c.digest == digest)) is not None


def _enter_recording(connection: Connection, digest: str) -> bool:
    if _has_recording(connection, digest):
        return False
    connection.execute(insert(RECORDINGS).values(digest=digest))
    return True


def _entries(connection: Connection, base: str | None, source: SourceKind | None = None) -> list[LedgerEntry]:
    wanted = select(ENTRIES).order_by(ENTRIES.c.base, ENTRIES.c.fact, ENTRIES.c.source)
    wanted = wanted if base is None else wanted.where(ENTRIES.c.base == base)
    wanted = wanted if source is None else wanted.where(ENTRIES.c.source == str(source))
    return [_entry(row) for row in connection.execute(wanted)]


def _entry(row: Row[Any]) -> LedgerEntry:
    counts, interval = row[: -len(Interval._fields)], row[-len(Interval._fields) :]
    return LedgerEntry._make((*counts, Interval(*interval)))


def _store(connection: Connection, entries: Iterable[LedgerEntry]) -> None:
    rows = [entry._asdict() | entry.interval._asdict() for entry in entries]
    for row in rows:
        del row["interval"]
    if not rows:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(ENTRIES)
    others = {column.name: statement.excluded[column.name] for column in ENTRIES.c if column.name not in _KEY}
    connection.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=others), rows)
