"""Defects: ways to break exactly one fact in an exchange that keeps them all.

A defect says which rule it breaks, what an exchange has to be like for it (`Needs`), and the change
that breaks it. Changes are small functions from exchange to exchange; the ones below are made by
naming what they do. Nothing is random about them: variety comes from the exchange and from the
number of defects.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias

from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.operations import OPERATIONS, Operation
from plugproof_contracts.facts.session import Status

Change: TypeAlias = Callable[[Exchange], Exchange]
Edit: TypeAlias = Callable[[Any], None]

QUIET = ("get", "confirm", "stop", "cancel")
"""The operations that answer with a session and ask for none of its values."""
NONE: frozenset[str] = frozenset()


class Needs(NamedTuple):
    """What an exchange has to be like for a defect.

    Without `codes` it is a success. Of a session, `statuses` are allowed, and the nullable fields `present` are
    set and `absent` are null. `connectors` asks for a charger that has one; `asked` says whether the request
    asked for JSON.
    """

    operations: tuple[str, ...] = QUIET
    codes: tuple[int, ...] = ()
    statuses: frozenset[Status] = frozenset(Status)
    present: frozenset[str] = NONE
    absent: frozenset[str] = NONE
    connectors: bool = False
    asked: bool | None = None


ANY_SESSION = Needs()


class Mutation(NamedTuple):
    """One way to break the fact that `rule` checks; `also` are the weaker rules that break with it."""

    rule: str
    name: str
    change: Change
    needs: Needs = ANY_SESSION
    also: frozenset[str] = NONE


def fits(exchange: Exchange, needs: Needs) -> bool:
    """Return whether an exchange that keeps every fact is what a defect needs."""
    operation = exchange.operation or next((row for row in OPERATIONS.values() if _is_for(exchange, row)), None)
    if operation is None or operation.name not in needs.operations:
        return False
    if needs.asked not in (None, "json" in (exchange.request_headers.get("accept") or "")):
        return False
    codes = needs.codes or (operation.success,)
    return exchange.status in codes and (bool(needs.codes) or _is_such(_data(exchange), needs))


def _is_for(exchange: Exchange, row: Operation) -> bool:
    """A wrong method is still sent to the path of an operation."""
    return exchange.replace(method=row.method).operation is row


def _data(exchange: Exchange) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(exchange.body or b"")["data"]
    return found


def _is_such(data: dict[str, Any], needs: Needs) -> bool:
    if "connectors" in data:
        return bool(data["connectors"]) or not needs.connectors
    set_there = {name for name, value in data.items() if value is not None}
    return data["status"] in needs.statuses and needs.present <= set_there and not needs.absent & set_there


# Changes.


def document(edit: Edit) -> Change:
    """Change the JSON document of the response."""

    def change(exchange: Exchange) -> Exchange:
        value = json.loads(exchange.body or b"null")
        edit(value)
        return exchange.replace(body=json_bytes(value))

    return change


def json_bytes(value: Any) -> bytes:
    """Write a JSON value compactly, as successes are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _parent(value: Any, path: str) -> tuple[Any, str | int]:
    *steps, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    for step in steps:
        value = value[step]
    return value, last


def put(path: str, value: Any) -> Change:
    """Set one member, such as `data/pricing/currency`, to a value, or to what a function makes of the document."""

    def edit(whole: Any) -> None:
        parent, name = _parent(whole, path)
        parent[name] = value(whole) if callable(value) else value

    return document(edit)


def drop(path: str) -> Change:
    """Leave one member out."""

    def edit(whole: Any) -> None:
        parent, name = _parent(whole, path)
        del parent[name]

    return document(edit)


def whole(body: bytes) -> Change:
    """Replace the whole body."""
    return lambda exchange: exchange.replace(body=body)


def raw(change: Callable[[bytes], bytes]) -> Change:
    """Change the bytes of the body."""
    return lambda exchange: exchange.replace(body=change(exchange.body or b""))


def headers(**changes: str | None) -> Change:
    """Set headers of the response, or leave out those that are None; `_` stands for a hyphen."""
    named = {name.replace("_", "-"): value for name, value in changes.items()}

    def change(exchange: Exchange) -> Exchange:
        sent = dict(exchange.headers) | named
        return exchange.replace(headers={name: value for name, value in sent.items() if value is not None})

    return change


def code(number: int) -> Change:
    """Answer with another status code."""
    return lambda exchange: exchange.replace(status=number)


def asking(**changes: Any) -> Change:
    """Change members of the JSON object that the request sent."""

    def change(exchange: Exchange) -> Exchange:
        return exchange.replace(request_body=json_bytes(json.loads(exchange.request_body) | changes))

    return change


def to(operation: str) -> Change:
    """Let the answer to a get be the answer to another operation on the same session."""
    row = OPERATIONS[operation]

    def change(exchange: Exchange) -> Exchange:
        asked = exchange.replace(method=row.method, url=f"{exchange.url}/{operation}")
        limited = {"x_ratelimit_limit": str(row.limit), "x_ratelimit_remaining": str(row.limit - 1)}
        return both(headers(**limited), drop("payment"))(asked)

    return change


def both(*changes: Change) -> Change:
    """Make several changes, one after the other, that break one fact together."""

    def change(exchange: Exchange) -> Exchange:
        for each in changes:
            exchange = each(exchange)
        return exchange

    return change


def each(
    rule: str, ways: Iterable[tuple[str, Change]], needs: Needs = ANY_SESSION, also: frozenset[str] = NONE
) -> tuple[Mutation, ...]:
    """Return a defect of one rule for every way."""
    return tuple(Mutation(rule, name, change, needs, also) for name, change in ways)


def values(rule: str, path: str, wrong: Iterable[Any], needs: Needs = ANY_SESSION) -> tuple[Mutation, ...]:
    """Return a defect of one rule for every wrong value of a member."""
    return each(rule, ((f"{path} is {json.dumps(value)}", put(path, value)) for value in wrong), needs)
