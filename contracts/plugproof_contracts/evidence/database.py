"""Opening a database by URL, for the history of checks and for the ledger."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, IntegrityError, ProgrammingError, SQLAlchemyError

from plugproof_contracts.errors import PlugproofError
from plugproof_contracts.extras import extra_line

if TYPE_CHECKING:
    from sqlalchemy import URL


class HistoryError(PlugproofError, ValueError):
    """A history cannot be used; the text says why, and holds no password."""


def default_url() -> str:
    """Return the URL of the user's own history; its folder is made where it is missing."""
    if sys.platform == "win32":  # pragma: no cover - not where this is measured
        root = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        root = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    folder = root / "plugproof"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HistoryError(f"no folder for it can be made: {error.strerror}; name one with --history") from None
    return f"sqlite:///{folder / 'history.sqlite3'}"


class Database:
    """A database by its URL, with the tables that it lacks made; None is the user's own history.

    Every failure is an `error`. A transaction locks the table `guard`, so that nobody else writes meanwhile.
    """

    def __init__(
        self, url: str | None, tables: MetaData, *, guard: Table, error: type["HistoryError"] = HistoryError
    ) -> None:
        self._guard, self._error = guard, error
        try:
            self._engine: Engine = _opened(url or default_url(), tables)
        except HistoryError as failure:
            raise error(str(failure)) from None

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def locked(self) -> Iterator[Connection]:
        """Open a transaction in which nobody else writes; on SQLite every one is."""
        try:
            with self._engine.begin() as connection:
                if connection.dialect.name != "sqlite":
                    connection.execute(text(f"LOCK TABLE {self._guard.name} IN EXCLUSIVE MODE"))
                yield connection
        except SQLAlchemyError as failure:
            raise self._error(_why(failure)) from None


def _opened(address: str, tables: MetaData) -> Engine:
    url = _url(address)
    try:
        engine = create_engine(url, connect_args=_ARGUMENTS[url.get_backend_name()])
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _leave_transactions_to_us)
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        _make_tables(engine, tables)
    except ModuleNotFoundError:
        raise HistoryError(extra_line("psycopg")) from None
    except SQLAlchemyError as error:
        raise HistoryError(_why(error)) from None
    except (TypeError, ValueError):  # its text may hold what was taken for a port, and is half a password
        raise HistoryError(f"its URL holds what the driver can't take; {_ALLOWED}") from None
    return engine


def _make_tables(engine: Engine, tables: MetaData) -> None:
    """Make what is missing; another process that makes the same at the same time leaves nothing to make."""
    try:
        tables.create_all(engine)
    except (IntegrityError, ProgrammingError):
        tables.create_all(engine)


_ARGUMENTS: dict[str, dict[str, object]] = {
    "sqlite": {"timeout": 5},
    "postgresql": {"connect_timeout": 5, "options": "-c statement_timeout=5000 -c lock_timeout=5000"},
}

_SQLITE, _POSTGRESQL = "sqlite+pysqlite", "postgresql+psycopg"
_DRIVERS = {"sqlite": _SQLITE, _SQLITE: _SQLITE, "postgresql": _POSTGRESQL, _POSTGRESQL: _POSTGRESQL}
_ALLOWED = "allowed are sqlite:///FILE and postgresql://HOST/DATABASE"


def _url(address: str) -> "URL":
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise HistoryError(f"it is not a URL; {_ALLOWED}") from None
    if url.drivername not in _DRIVERS or (url.host and _DRIVERS[url.drivername] == _SQLITE):
        raise HistoryError(f"it is of another kind; {_ALLOWED}")
    if url.query and _DRIVERS[url.drivername] == _SQLITE:
        raise HistoryError(f"the file of SQLite takes no ?{next(iter(url.query))}; {_ALLOWED}")
    return url.set(drivername=_DRIVERS[url.drivername])


def _leave_transactions_to_us(connection: object, record: object) -> None:
    """The driver would begin a transaction at the first write only, after what it was decided by was read."""
    connection.isolation_level = None  # type: ignore[attr-defined]  # a sqlite3.Connection


def _why(error: SQLAlchemyError) -> str:
    """Return the driver's first line about a failure; SQLAlchemy's own text quotes the statement's values."""
    cause = getattr(error, "orig", None)
    return (str(cause) or type(error).__name__).splitlines()[0] if cause else type(error).__name__
