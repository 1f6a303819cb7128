"""Where worlds are kept, as `--state` names it: `memory`, `sqlite:///FILE`, `redis://HOST` or `valkey://HOST`."""

from pathlib import Path
from urllib.parse import urlsplit

from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.extras import name_missing_extra
from plugproof_mockserver.stores.store import Store

_REDIS = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"}
_DURABILITY = {"": "FULL", "synchronous=full": "FULL", "synchronous=normal": "NORMAL"}
"""What may follow the file of SQLite, and how it then writes."""
_ALLOWED = "memory, sqlite:///FILE, redis://HOST:PORT/DATABASE or valkey://HOST:PORT/DATABASE"


class StateAddress:
    """The place of a store. Its text shows neither a user nor a password."""

    def __init__(self, text: str) -> None:
        try:
            parts = urlsplit(text)
        except ValueError:
            raise InvalidValueError(f"the state is no URL; it must be {_ALLOWED}") from None
        self._text, self.kind = text, "memory" if text == "memory" else parts.scheme
        if not self._is_possible():
            raise InvalidValueError(f"there is no state of this kind; it must be {_ALLOWED}")
        if self.kind == "sqlite" and parts.query.lower() not in _DURABILITY:
            raise InvalidValueError("after ? the state of SQLite takes synchronous=full or synchronous=normal")
        try:
            port = "" if parts.port is None else f":{parts.port}"
        except ValueError:
            raise InvalidValueError("the port of the state is not a number from 0 to 65535") from None
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        self.name = "memory" if text == "memory" else f"{parts.scheme}://{host}{port}{parts.path}"

    def _is_possible(self) -> bool:
        if self._text == "memory":
            return True
        parts = urlsplit(self._text)
        if parts.scheme == "sqlite":
            return not parts.netloc and len(parts.path) > 1
        return parts.scheme in _REDIS and bool(parts.hostname)

    def __repr__(self) -> str:
        return f"<StateAddress {self.name}>"

    def open(self) -> Store | None:
        """Return the store, which connects when first used; None for memory. Raises `MissingPackageError`."""
        if self.kind == "memory":
            return None
        if self.kind == "sqlite":
            from plugproof_mockserver.stores.sqlite_store import SqliteStore

            parts = urlsplit(self._text)
            return SqliteStore(Path(parts.path[1:]), _DURABILITY[parts.query.lower()])
        with name_missing_extra():
            from plugproof_mockserver.stores.redis_store import RedisStore
        url = _REDIS[self.kind] + self._text[len(self.kind) :]
        return RedisStore(url, kind="valkey" if self.kind.startswith("valkey") else "redis", name=self.name)
