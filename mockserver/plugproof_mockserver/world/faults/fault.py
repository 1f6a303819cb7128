"""Faults: failures of transport, server or contract that are injected into answers.

A fault strikes where the handler runs, behind the limiter. `before` it, the handler never runs
and nothing has happened; `after` it, everything has happened and only the answer suffers. The
second is what finds bugs in clients: the session was confirmed, and the client does not know.
"""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from plugproof_contracts.argument_checks import CheckedEnum, CheckedStruct, check_arguments, explain_arguments
from plugproof_contracts.errors import PlugproofError
from plugproof_contracts.secrets.token import fingerprint
from plugproof_mockserver.model.timestamps import parse, seconds


class FaultTiming(CheckedEnum):
    """Whether the handler has run when the fault strikes."""

    BEFORE = "before"
    AFTER = "after"


class FaultKind(CheckedEnum):
    """What goes wrong."""

    LATENCY = "latency"
    ERROR_429 = "429"
    ERROR_500 = "500"
    ERROR_502 = "502"
    ERROR_503 = "503"
    ERROR_504 = "504"
    RESET = "reset"
    EMPTY = "empty"
    TRUNCATE = "truncate"
    DRIP = "drip"
    MALFORMED = "malformed"
    HTML = "html"
    CONTENT_TYPE = "content-type"
    GZIP = "gzip"
    UNKNOWN_FIELD = "unknown-field"
    UNKNOWN_ENUM = "unknown-enum"
    MISSING_FIELD = "missing-field"
    WRONG_TYPE = "wrong-type"
    NULL = "null"
    VIOLATION = "violation"


OF_FIELDS = frozenset(
    {FaultKind.UNKNOWN_ENUM, FaultKind.MISSING_FIELD, FaultKind.WRONG_TYPE, FaultKind.NULL, FaultKind.VIOLATION}
)
"""The kinds that damage fields, so that there have to be some."""


class UnknownFaultError(PlugproofError, LookupError):
    """A place in the list of faults at which there is none."""


class FaultOccasion(NamedTuple):
    """One call that a fault may strike, at the moment `now`; `find_code` looks for the charger it is about."""

    operation: str
    token: str | None
    find_code: Callable[[], str | None]
    now: int


class Fault(msgspec.Struct, kw_only=True, metaclass=CheckedStruct):
    """One injected fault on `operation` (or `*`): at `rate` of its calls, for the `first` so many or for all.

    `token` and `code` leave it to one session or charger. `since` and `until` are the window of time in which it
    strikes, each an ISO 8601 date-time, or seconds since `added_at`. `field` and `rule` say what is damaged.
    """

    operation: str
    kind: FaultKind
    when: FaultTiming
    rate: float = 1.0
    first: int | None = None
    milliseconds: int = 0
    field: str | None = None
    rule: str | None = None
    token: str | None = None
    code: str | None = None
    since: float | str | None = None
    until: float | str | None = None
    added_at: int | None = None
    applied_count: int = 0

    def __repr__(self) -> str:
        of = f" of {fingerprint(self.token)}" if self.token else ""
        return f"<Fault {self.operation}: {self.label} {self.when}{of}, applied {self.applied_count} times>"

    @property
    def needs_fields(self) -> bool:
        """Whether there is nothing to damage in an answer without fields."""
        return self.kind in OF_FIELDS

    @check_arguments
    def begin(self, now: int) -> "Fault":
        """Return the same fault as it is before it has struck, added now."""
        return replace(self, added_at=now, applied_count=0)

    @property
    def label(self) -> str:
        """The kind, with the rule or field that it damages behind a colon if there is one."""
        detail = self.rule or self.field
        return f"{self.kind}:{detail}" if detail else str(self.kind)

    @explain_arguments
    def matches(self, occasion: FaultOccasion, random: Random) -> bool:
        """Decide for one call, and count."""
        if self.operation not in ("*", occasion.operation) or not self._is_meant(occasion):
            return False
        if self.first is not None and self.applied_count >= self.first:
            return False
        if self.rate < 1 and random.random() >= self.rate:
            return False
        self.applied_count += 1
        return True

    def _is_meant(self, occasion: FaultOccasion) -> bool:
        if self.token is not None and self.token != occasion.token:
            return False
        if self.code is not None and self.code != occasion.find_code():
            return False
        return self._moment(self.since, 0) <= occasion.now < self._moment(self.until, occasion.now + 1)

    def _moment(self, bound: float | str | None, otherwise: int) -> int:
        if bound is None:
            return otherwise
        return parse(bound) if isinstance(bound, str) else (self.added_at or 0) + seconds(bound)
