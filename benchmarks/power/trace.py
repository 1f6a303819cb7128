"""Traces that the fake gave, for defects that only several answers show to be made of."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime
from typing import Any, NamedTuple

from benchmarks.power.client import Client, moment
from benchmarks.power.fact import written
from plugproof_contracts import Exchange, Level, Status
from plugproof_mockserver import FakePlugchoice

Data = dict[str, Any]


class TraceDefect(NamedTuple):
    """One fact, broken in one way by a trace of one kind; `exchanges` are in order.

    `excuse` says why an API that keeps every fact could have answered the same, null if it could not.
    """

    family: str
    level: Level
    fact: str
    way: str
    kind: str
    exchanges: list[Exchange]
    excuse: str | None = None


Broken = Iterator[TraceDefect]


class Line:
    """A fake whose clock stands still between requests, and a client that notes when it sent them."""

    def __init__(self, seed: int = 1, **settings: Any) -> None:
        self.fake = FakePlugchoice(seed=seed, **settings)
        self.client = Client(self.fake, lambda: moment(self.fake.world.clock.now()))

    def ask(self, operation: str, token: str, body: Any = None, after: float = 1) -> Exchange:
        """Let time pass and ask."""
        self.fake.clock.advance(seconds=after)
        return self.client.ask(operation, token, body)

    def session(self, status: str, **fields: Any) -> str:
        """Return the token of a session in a status."""
        return self.fake.seed_session(Status(status), **fields).token


def data_of(exchange: Exchange) -> Data:
    """Return the session that an answer shows."""
    found: Data = json.loads(exchange.body or b"")["data"]
    return found


def showing(exchange: Exchange, **changes: Any) -> Exchange:
    """Return the answer with fields of its session changed."""
    whole = json.loads(exchange.body or b"")
    whole["data"] |= changes
    return exchange.replace(body=written(whole))


def with_headers(exchange: Exchange, **changes: str | None) -> Exchange:
    """Return the answer with headers set, or left out where null; `_` stands for a hyphen."""
    sent = {name.lower(): value for name, value in exchange.headers}
    sent |= {name.replace("_", "-"): value for name, value in changes.items()}  # type: ignore[misc]  # nulls go next
    return exchange.replace(headers={name: value for name, value in sent.items() if value is not None})


def moved(exchange: Exchange, at: datetime) -> Exchange:
    """Return the answer as if it had been asked for at another moment."""
    return with_headers(exchange, date=format_datetime(at.replace(microsecond=0), usegmt=True)).replace(at=at)


Change = Callable[[Data], Data | None]


def again(
    fact: str, family: str, level: Level, statuses: Iterable[str], ways: Iterable[tuple[str, Change]]
) -> Broken:
    """Show a session twice or more, and then with some fields changed, for every way that a status allows."""
    listed = tuple(ways)
    for number, status in enumerate(statuses):
        for way, change in listed:
            line = Line(number)
            token = line.session(status)
            asked = [line.ask(name, token) for name in (("get", "get"), ("confirm", "get"))[number % 2]]
            changes = change(data_of(asked[-1]))
            if changes is not None:
                trace = [*asked, showing(line.ask("confirm", token, after=0.1), **changes)]
                yield TraceDefect(family, level, fact, way, status, trace)
