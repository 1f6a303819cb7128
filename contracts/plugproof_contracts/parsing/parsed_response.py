"""One exchange, read once for all the rules that judge it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, TypeGuard

import msgspec

from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.headers import preferred
from plugproof_contracts.facts.session import Status
from plugproof_contracts.parsing.date_times import http_date
from plugproof_contracts.parsing.finding import Finding
from plugproof_contracts.parsing.schema import SUCCESSES, JsonType, Misfit, SchemaField, fits, misfits
from plugproof_contracts.parsing.strict_json import MISSING, Reading, read
from plugproof_contracts.secrets.token import Token

STATUSES = {str(status): status for status in Status}
"""The documented statuses by their words."""


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a JSON value is an object."""
    return isinstance(value, dict)


def _sound_fields(value: Mapping[str, Any], field: SchemaField, prefix: str = "") -> Iterator[str]:
    for name, member in field.members.items():
        found = value.get(name)
        if found is not None and fits(found, member.kind):
            yield prefix + name
            if member.kind is JsonType.OBJECT:
                yield from _sound_fields(found, member, f"{prefix}{name}.")


class ParsedResponse:
    """What an exchange answered: its document, session, charger or error, as far as they can be read.

    `operation` is what was asked for, if that is known, and `name` its name, empty without one.
    """

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.headers = exchange.headers
        self.code = exchange.status
        self.operation = exchange.operation
        self.name = self.operation.name if self.operation else ""
        self._is_sound = False

    def take_as_sound(self, fields: frozenset[str], date: datetime | None) -> None:
        """Take over that the body is JSON without a defect, which fields of `data` are sound, and the date."""
        self._is_sound = True
        known = self.__dict__  # of its cached properties
        known["sound"] = fields
        known["date"] = date

    @property
    def is_success(self) -> bool:
        """Whether the status is the operation's documented success."""
        return self.operation is not None and self.code == self.operation.success

    @cached_property
    def says_json(self) -> bool:
        """Whether the answer's content type is JSON."""
        kind = (self.headers.get("content-type") or "").partition(";")[0].strip().lower()
        return kind == "application/json" or kind.endswith("+json")

    @cached_property
    def asked_json(self) -> bool:
        """Whether the request asked for JSON before all else; the wildcard that most clients send does not."""
        return "json" in preferred(self.exchange.request_headers.get("accept") or "")

    @cached_property
    def date(self) -> datetime | None:
        """The moment in the `Date` header."""
        return http_date(self.headers.get("date"))

    @property
    def body(self) -> bytes | None:
        """The body, None if there is nothing to judge: it was not recorded, or HEAD asked for none."""
        return None if self.exchange.method == "HEAD" else self.exchange.body

    @cached_property
    def reading(self) -> Reading:
        """The body as JSON; `MISSING` if there is none."""
        if self._is_sound and self.body is not None:
            return Reading(msgspec.json.decode(self.body), ())
        return Reading(MISSING, ()) if self.body is None else read(self.body)

    @property
    def document(self) -> Any:
        """The body's JSON value, or `MISSING`."""
        return self.reading.value

    @cached_property
    def misfits(self) -> tuple[tuple[Misfit, Finding], ...]:
        """How a success differs from its documented shape."""
        return tuple(misfits(self.document, SUCCESSES[self.name]))

    @cached_property
    def data(self) -> dict[str, Any]:
        """The `data` object of a success, empty if there is none."""
        document = self.document if self.is_success else None
        found = document.get("data") if is_object(document) else None
        return found if is_object(found) else {}

    @cached_property
    def error(self) -> dict[str, Any]:
        """The error object of a failure, empty if there is none."""
        return self.document if self.code >= 400 and is_object(self.document) else {}

    @cached_property
    def sound(self) -> frozenset[str]:
        """The fields of `data` that are there, not null and of their documented type; dotted below `data`."""
        if not self.data:
            return frozenset()
        return frozenset(_sound_fields(self.data, SUCCESSES[self.name].members["data"]))

    @cached_property
    def status(self) -> Status | None:
        """The session's status, if it is a documented one."""
        found = self.data.get("status")
        return STATUSES.get(found) if isinstance(found, str) else None

    def field(self, name: str) -> Any:
        """Return a sound field of `data`, or None."""
        if name not in self.sound:
            return None
        value: Any = self.data
        for part in name.split("."):
            value = value[part]
        return value

    @cached_property
    def sent(self) -> Any:
        """The JSON value that the request sent, `MISSING` if it sent none."""
        return read(self.exchange.request_body).value if self.exchange.request_body else MISSING

    @cached_property
    def asked(self) -> dict[str, Any]:
        """The JSON object that the request sent, empty if it sent none."""
        return self.sent if is_object(self.sent) else {}

    @cached_property
    def token(self) -> Token | None:
        """The token of the session that this is about: the one asked for, or the one issued by a start."""
        issued = self.document.get("session_token") if self.name == "start" and is_object(self.document) else None
        return Token(issued) if isinstance(issued, str) and issued else self.exchange.token

    def count(self, header: str) -> int | None:
        """Return a header that is a whole number, or None."""
        text = self.headers.get(header)
        return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 20 else None


def parsed(exchange: Exchange) -> ParsedResponse:
    """Return what an exchange answered; each is read once, by whomever and however often, for it is frozen."""
    found: ParsedResponse | None = exchange.__dict__.get("_parsed")
    if found is None:
        found = exchange.__dict__.setdefault("_parsed", ParsedResponse(exchange))
    return found
