"""Facts of the API and ways to break them: the vocabulary of the tables in `benchmarks.power.facts`.

A way is a small change of a valid exchange that breaks one fact and no other, or null where the
exchange has nothing to break. The tables are written from the statement of facts alone, without a
look at the checker's catalogue, so that they can show what the catalogue lacks.
"""

import json
from collections.abc import Callable, Iterable
from functools import cached_property, partial
from typing import Any, Final, NamedTuple, TypeAlias

from plugproof_contracts import Exchange, Level

ABSENT: Final = object()
"""A member that is not there, or is to be left out."""


class Base:
    """A valid exchange; `kind` is its operation, code and session's status, such as `get 200 charging`."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.operation = exchange.operation.name if exchange.operation else ""
        self.code = exchange.status
        self.status = str(self.value("data/status")) if self.value("data/status") is not ABSENT else ""
        self.kind = f"{self.operation} {self.code} {self.status}".strip()

    @property
    def is_success(self) -> bool:
        """Whether it is the operation's success."""
        return self.code < 300

    @cached_property
    def document(self) -> Any:
        """The body's JSON."""
        return json.loads(self.exchange.body or b"null")

    @cached_property
    def asked(self) -> dict[str, Any]:
        """The JSON that was sent, empty if none was."""
        found = json.loads(self.exchange.request_body or b"{}")
        return found if isinstance(found, dict) else {}

    def value(self, path: str) -> Any:
        """Return the member at a path such as `data/pricing/currency`, or `ABSENT`."""
        found = self.document
        for part in path.split("/"):
            if isinstance(found, dict) and part in found:
                found = found[part]
            elif isinstance(found, list) and part.isdigit() and int(part) < len(found):
                found = found[int(part)]
            else:
                return ABSENT
        return found

    def put(self, path: str, value: Any) -> Exchange:
        """Return the exchange with one member changed, added or left out."""
        whole = json.loads(json.dumps(self.document))
        *steps, last = [int(part) if part.isdigit() else part for part in path.split("/")]
        parent = whole
        for step in steps:
            parent = parent[step]
        if value is ABSENT:
            del parent[last]
        else:
            parent[last] = value
        return self.exchange.replace(body=written(whole))

    def headers(self, **changes: str | None) -> Exchange:
        """Return the exchange with headers set, or left out where null; `_` stands for a hyphen."""
        named = {name.replace("_", "-"): value for name, value in changes.items()}
        sent = {name.lower(): value for name, value in self.exchange.headers} | named
        return self.exchange.replace(headers={name: value for name, value in sent.items() if value is not None})

    def header(self, name: str) -> str:
        """Return a header, empty if it is not there."""
        return self.exchange.headers.get(name) or ""


Change: TypeAlias = Callable[[Base], Exchange | None]
Ways: TypeAlias = Iterable[tuple[str, Change]]
Holds: TypeAlias = Callable[[Base], bool]


class Fact(NamedTuple):
    """A fact, as `page#field`, with its level, the family that the report counts it in, and ways to break it."""

    source: str
    family: str
    level: Level
    ways: tuple[tuple[str, Change], ...]


def documented(source: str, family: str, *ways: Ways) -> Fact:
    """Return a documented fact."""
    return Fact(source, family, Level.DOCUMENTED, tuple(way for some in ways for way in some))


def inferred(source: str, family: str, *ways: Ways) -> Fact:
    """Return an inferred fact."""
    return Fact(source, family, Level.INFERRED, tuple(way for some in ways for way in some))


def written(value: Any) -> bytes:
    """Write a JSON document compactly, as successes are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def to(path: str, *values: Any) -> Ways:
    """Return a way for every wrong value of a member that is set."""
    return [(f"{path} is {_brief(value)}", _put(path, partial(_instead, value))) for value in values]


def by(path: str, name: str, change: Callable[[Any], Any]) -> Ways:
    """Return one way: a member that is set becomes what a function makes of it, `ABSENT` leaves it out."""
    return [(f"{path} {name}", _put(path, change))]


def made(path: str, name: str, make: Callable[[Base], Any]) -> Ways:
    """Return one way: a member, set or null, becomes what a function makes of the exchange; null is no way."""

    def change(base: Base) -> Exchange | None:
        new = None if base.value(path) is ABSENT else make(base)
        return None if new is None else base.put(path, new)

    return [(f"{path} {name}", change)]


def drop(path: str) -> Ways:
    """Return one way: a member is left out, null or not."""

    def change(base: Base) -> Exchange | None:
        return None if base.value(path) is ABSENT else base.put(path, ABSENT)

    return [(f"{path} is missing", change)]


def only(ways: Ways, holds: Holds) -> Ways:
    """Return the ways for those exchanges of which something holds."""

    def limited(change: Change) -> Change:
        return lambda base: change(base) if holds(base) else None

    return [(name, limited(change)) for name, change in ways]


# What a way may ask of an exchange.


def is_session(base: Base) -> bool:
    """Say whether the exchange shows a session."""
    return base.is_success and base.operation != "charger"


def is_charger(base: Base) -> bool:
    """Say whether the exchange shows a public charger."""
    return base.is_success and base.operation == "charger"


def is_failure(base: Base) -> bool:
    """Say whether the exchange is an error."""
    return base.code >= 400


def answers(*operations: str) -> Holds:
    """Return a predicate: one of these operations succeeded."""
    return lambda base: base.is_success and base.operation in operations


def shows(*statuses: str) -> Holds:
    """Return a predicate: the exchange shows a session in one of these statuses."""
    return lambda base: base.status in statuses


def fails(*codes: int) -> Holds:
    """Return a predicate: the exchange has one of these codes."""
    return lambda base: base.code in codes


def _instead(new: Any, old: Any) -> Any:
    return new


def _put(path: str, change: Callable[[Any], Any]) -> Change:
    def changed(base: Base) -> Exchange | None:
        old = base.value(path)
        return None if old is ABSENT or old is None else base.put(path, change(old))

    return changed


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 30 else f"{text[:24]}…"
