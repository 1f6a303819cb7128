"""The journal: what the fake was asked, the last so many requests of it."""

import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple, overload

from plugproof_contracts.argument_checks import check_arguments, explain_arguments
from plugproof_contracts.argument_kinds import Count
from plugproof_contracts.errors import InvalidTypeError
from plugproof_contracts.secrets.token import fingerprint
from plugproof_mockserver.model.timestamps import iso
from plugproof_mockserver.world.nouns.world_quotas import JOURNAL_BYTES

SIZE = 1000
KEPT_BODY = 2048
"""Bytes of a body that are kept."""

_SECRET = re.compile(rb"(?:[\w-]|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}){32,}", re.ASCII)
"""What may be a token, as it is or escaped as forms and JSON do: no other word in a body is as long."""
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})|\\u00([0-9A-Fa-f]{2})")
_BEYOND = 512
"""Bytes after the kept ones in which a token that begins among them is looked for."""


@check_arguments
class JournalEntry(NamedTuple):
    """One request and the status that answered it; `operation` is None where no operation is."""

    at: int
    method: str
    path: str
    operation: str | None
    token: str | None
    status: int
    client: str
    faults: tuple[str, ...]
    body: bytes

    def __repr__(self) -> str:
        return f"<JournalEntry {self.describe()}>"

    def describe(self) -> dict[str, object]:
        """Return the entry for people and for JSON, with the token as its fingerprint."""
        token = None if self.token is None else fingerprint(self.token)
        return {
            "at": iso(self.at),
            "method": self.method,
            "path": self.path.replace("{token}", token) if token else self.path,
            "operation": self.operation,
            "token": token,
            "status": self.status,
            "client": self.client,
            "faults": list(self.faults),
            "body": self.body.decode("utf-8", "replace"),
        }


RawEntry = tuple[int, str, str, str | None, str | None, int, str, tuple[str, ...], bytes]
"""The fields of a `JournalEntry`, as a plain tuple."""


_ENTRY = "the nine fields of a JournalEntry, in their order"


class Journal:
    """A ring of the last requests, oldest first; beyond `size`, or `most_bytes` of them, the first goes.

    `dropped` is how many have gone so since the journal began or was cleared. `findings` are the messages of what
    a self-check found in the answer to the latest one.
    """

    findings: tuple[str, ...] = ()

    @check_arguments
    def __init__(self, size: Count = SIZE, most_bytes: Count = JOURNAL_BYTES) -> None:
        self._dropped = 0
        self._ring: deque[RawEntry] = deque()
        self._size, self._most_bytes, self._held = size, most_bytes, 0

    @property
    def dropped(self) -> int:
        """How many have gone since the journal began or was cleared."""
        return self._dropped

    def add(self, entry: RawEntry, findings: tuple[str, ...] = ()) -> None:
        """Note one request; its fields are those of `JournalEntry`."""
        self.findings = findings
        # A plain tuple: this runs for every request, and most entries are never read.
        try:
            size = len(entry[2]) + len(entry[8])
        except (LookupError, TypeError):
            raise InvalidTypeError(f"entry of Journal.add can't be so; it must be {_ENTRY}") from None
        if len(entry[8]) > KEPT_BODY:
            entry = (*entry[:-1], _redact_body(entry[8]))
            size = len(entry[2]) + len(entry[8])
        ring = self._ring
        ring.append(entry)
        self._held += size
        # The latest stays, however long it is: whoever has asked just now looks for it.
        while (len(ring) > self._size or self._held > self._most_bytes) and len(ring) > 1:
            gone = ring.popleft()
            self._held -= len(gone[2]) + len(gone[-1])
            self._dropped += 1

    def latest(self) -> JournalEntry:
        """Return what was added last, and by this process; raise `IndexError` when nothing was."""
        return self[-1]

    @check_arguments
    def copy_from(self, other: "Journal") -> None:
        """Have the entries of another journal."""
        self._ring, self._held, self._dropped = other._ring.copy(), other._held, other._dropped

    def clear(self) -> None:
        """Forget everything."""
        self._ring.clear()
        self._held = self._dropped = 0

    def __len__(self) -> int:
        return len(self._ring)

    def __iter__(self) -> Iterator[JournalEntry]:
        return map(_entry, list(self._ring))

    @overload
    def __getitem__(self, index: int) -> JournalEntry: ...
    @overload
    def __getitem__(self, index: slice) -> list[JournalEntry]: ...
    @explain_arguments
    def __getitem__(self, index: int | slice) -> JournalEntry | list[JournalEntry]:
        return list(self)[index] if isinstance(index, slice) else _entry(self._raw(index))

    def _raw(self, index: int) -> RawEntry:
        return self._ring[index]

    @staticmethod
    @check_arguments
    def redact(raw: RawEntry) -> JournalEntry:
        """Return an entry as it may be shown, without a token in its body."""
        return _entry(raw)

    def __repr__(self) -> str:
        return f"<Journal of {len(self)} requests>"


def _entry(raw: RawEntry) -> JournalEntry:
    return JournalEntry(*raw)._replace(body=_redact_body(raw[-1]))


def _redact_body(body: bytes) -> bytes:
    """Return as much of a body as is kept, with the fingerprint of whatever may be a token in it."""
    return _SECRET.sub(_fingerprint, body[: KEPT_BODY + _BEYOND])[:KEPT_BODY]


def _fingerprint(found: re.Match[bytes]) -> bytes:
    plain = _ESCAPE.sub(lambda escape: bytes.fromhex((escape[1] or escape[2]).decode()), found[0])
    return fingerprint(plain.decode("latin-1")).encode()
