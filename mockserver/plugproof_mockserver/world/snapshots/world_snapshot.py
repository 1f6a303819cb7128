"""What a world is at a moment, as one JSON document of a known version, and a world made of it again.

1. The document holds everything that decides an answer, but for the settings: those are the server's.
2. It holds the tokens of the sessions, which clients go on using: it is as secret as they are.
3. A restored clock shows the moment of the snapshot, and runs on from there if it ran.
4. Whatever can't be in a world is refused before anything changes.
"""

from typing import Any, Literal

import msgspec

from plugproof_contracts.argument_checks import CheckedStruct, check_arguments
from plugproof_contracts.errors import InvalidValueError
from plugproof_mockserver.http.response import Headers
from plugproof_mockserver.model.state import ChargerState, SessionState
from plugproof_mockserver.world.faults.fault import Fault
from plugproof_mockserver.world.nouns.journal import RawEntry
from plugproof_mockserver.world.nouns.rate_limiter import LimiterWindow

VERSION = 1
_MOST_SHOWN = 40


class UnreadableSnapshotError(InvalidValueError):
    """A snapshot that is not a JSON object; the message says why."""


class ClockSnapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a clock showed, in microseconds, and its speed; 0 is a frozen one."""

    now: int
    speed: float


class PreparedSnapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer that was prepared by hand."""

    operation: str
    status: int
    headers: Headers
    body: bytes
    first: int | None
    used_count: int


class WorldSnapshot(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, metaclass=CheckedStruct
):
    """A world at a moment. Its text shows no token; `to_json` does, for a file that is kept like a secret."""

    format: Literal["plugproof-world"] = "plugproof-world"
    version: int = VERSION
    clock: ClockSnapshot
    sessions: tuple[SessionState, ...] = ()
    tokens_made: int = 0
    chargers: dict[str, ChargerState | None] = msgspec.field(default_factory=dict)
    windows: tuple[LimiterWindow, ...] = ()
    faults: tuple[Fault, ...] = ()
    prepared: tuple[PreparedSnapshot, ...] = ()
    journal: tuple[RawEntry, ...] = ()
    violations: tuple[dict[str, Any], ...] = ()
    chance: tuple[int, ...] | None = None
    maintenance: int | None = None

    def __repr__(self) -> str:
        return f"<WorldSnapshot of {len(self.sessions)} sessions>"

    def to_json(self) -> bytes:
        """Return the document, tokens and all."""
        return msgspec.json.encode(self)

    @classmethod
    @check_arguments
    def from_json(cls, document: bytes | str) -> "WorldSnapshot":
        """Read a document; raise `InvalidValueError` of one line that names the field that can't be so."""
        try:
            found = msgspec.json.decode(document, type=cls)
        except msgspec.ValidationError as error:
            raise InvalidValueError(_explain(error, document)) from None
        except (ValueError, RecursionError) as error:
            raise UnreadableSnapshotError(f"the snapshot is not valid JSON: {error}") from None
        if found.version != VERSION:
            raise InvalidValueError(_say_version(found.version))
        return found


def _explain(error: msgspec.ValidationError, document: bytes | str) -> str:
    """Say which field it is; a document of another version is told as such, for its fields may be others."""
    version = _version_of(document)
    if version not in (None, VERSION):
        return _say_version(version)
    what, _, path = str(error).partition(" - at `$")
    field = path.removesuffix("`").lstrip(".")
    return f"{f'{field} of ' if field else ''}the snapshot can't be so: {what[:1].lower()}{what[1:]}"


def _version_of(document: bytes | str) -> Any:
    try:
        whole = msgspec.json.decode(document)
    except (ValueError, RecursionError):
        return None  # what can't be read any further has no version
    return whole.get("version") if isinstance(whole, dict) else None


def _say_version(version: Any) -> str:
    shown = repr(version)[:_MOST_SHOWN]
    return f"version of the snapshot can't be {shown}; this plugproof reads version {VERSION}"
