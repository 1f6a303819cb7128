"""Faults: failures of transport or server that are injected, one small callable each.

A fault strikes where the handler runs, behind the limiter. `before` it, the handler never runs
and nothing has happened; `after` it, everything has happened and only the answer suffers. The
second is what finds bugs in clients: the session was confirmed, and the client does not know.
"""

from collections.abc import Callable
from enum import StrEnum
from random import Random

import msgspec
from msgspec.structs import replace

from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver.http.response import HTML, Cut, Problem, Reply, brief

Handler = Callable[[], Reply]
Damage = Callable[[Reply, "Fault", bool], Reply]


class When(StrEnum):
    """Whether the handler has run when the fault strikes."""

    BEFORE = "before"
    AFTER = "after"


class Kind(StrEnum):
    """What goes wrong."""

    LATENCY = "latency"
    ERROR_500 = "500"
    ERROR_503 = "503"
    ERROR_504 = "504"
    RESET = "reset"
    EMPTY = "empty"
    TRUNCATE = "truncate"
    MALFORMED = "malformed"
    HTML = "html"
    UNKNOWN_FIELD = "unknown-field"


UNKNOWN = "plugproof_unknown"
"""The field that no client can know; the API may add one on any day (assumed)."""


class Fault(msgspec.Struct, kw_only=True):
    """One injected fault on `operation` (or `*`): at `rate` of its calls, for the `first` so many or for all."""

    operation: str
    kind: Kind
    when: When
    rate: float = 1.0
    first: int | None = None
    milliseconds: int = 0
    struck: int = 0

    def strikes(self, operation: str, random: Random) -> bool:
        """Decide for one call, and count."""
        if self.operation not in ("*", operation) or (self.first is not None and self.struck >= self.first):
            return False
        if self.rate < 1 and random.random() >= self.rate:
            return False
        self.struck += 1
        return True

    def around(self, handler: Handler, as_json: bool) -> Handler:
        """Return a handler that fails in this fault's way."""

        def run() -> Reply:
            reply = handler() if self.when is When.AFTER else Reply(200, b"{}")
            return _DAMAGES[self.kind](reply, self, as_json)

        return run


# Damages: from the answer that would have been sent to the one that is.


def _latency(reply: Reply, fault: Fault, as_json: bool) -> Reply:
    return replace(reply, delay=reply.delay + fault.milliseconds / 1000)


def _error(status: int, message: str) -> Damage:
    def damage(reply: Reply, fault: Fault, as_json: bool) -> Reply:
        return replace(Problem(status, message).reply(as_json=as_json), delay=reply.delay, cut=reply.cut)

    return damage


def _cut(cut: Cut) -> Damage:
    return lambda reply, fault, as_json: replace(reply, cut=cut)


def _malformed(reply: Reply, fault: Fault, as_json: bool) -> Reply:
    return replace(reply, body=reply.body[: len(reply.body) * 2 // 3] + b",,")


def _html(reply: Reply, fault: Fault, as_json: bool) -> Reply:
    page = b"<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body>Please log in.</body></html>\n"
    return Reply(200, page, HTML, reply.delay, reply.cut)


def _unknown_field(reply: Reply, fault: Fault, as_json: bool) -> Reply:
    try:
        content = msgspec.json.decode(reply.body)
    except msgspec.DecodeError:
        return reply  # a page has no fields
    for part in (content, content.get("data")):
        if isinstance(part, dict):
            part |= {UNKNOWN: "no contract knows this field"}
    return replace(reply, body=msgspec.json.encode(content))


_DAMAGES: dict[Kind, Damage] = {
    Kind.LATENCY: _latency,
    Kind.ERROR_500: _error(500, "Server Error"),
    Kind.ERROR_503: _error(503, "Service Unavailable"),
    Kind.ERROR_504: _error(504, "The charger did not respond in time."),
    Kind.RESET: _cut(Cut.RESET),
    Kind.EMPTY: _cut(Cut.EMPTY),
    Kind.TRUNCATE: _cut(Cut.TRUNCATE),
    Kind.MALFORMED: _malformed,
    Kind.HTML: _html,
    Kind.UNKNOWN_FIELD: _unknown_field,
}

_BEFORE_BY_DEFAULT = frozenset({Kind.ERROR_500, Kind.ERROR_503})


def make_fault(
    operation: str,
    kind: str,
    *,
    when: str | None = None,
    rate: float = 1.0,
    first: int | None = None,
    milliseconds: int | None = None,
) -> Fault:
    """Return a fault; raise `ValueError` that names what is wrong and what is allowed.

    `when` defaults to `before` for 500 and 503 and to `after` for everything else. Only `latency`
    takes `milliseconds`; the handler always runs under it.
    """
    _require("operation", operation, operation in ("*", *OPERATIONS), f"one of *, {', '.join(OPERATIONS)}")
    _require("kind", kind, kind in tuple(Kind), f"one of {', '.join(Kind)}")
    _require("when", when, when in (None, *When), f"one of {', '.join(When)}")
    _require("rate", rate, _is_number(rate) and 0 <= rate <= 1, "a number from 0 to 1")
    _require("first", first, first is None or (_is_count(first) and first >= 1), "a whole number from 1")
    known = Kind(kind)
    if known is Kind.LATENCY:
        limit = 600_000
        allowed = _is_count(milliseconds) and 0 <= (milliseconds or 0) <= limit
        _require("milliseconds", milliseconds, allowed, f"a whole number from 0 to {limit}")
        _require("when", when, when != When.BEFORE, "after: the handler always runs under latency")
    else:
        _require("milliseconds", milliseconds, milliseconds is None, "given for latency only")
    moment = When(when) if when else When.BEFORE if known in _BEFORE_BY_DEFAULT else When.AFTER
    return Fault(
        operation=operation, kind=known, when=moment, rate=rate, first=first, milliseconds=milliseconds or 0
    )


def parse_fault(text: str) -> Fault:
    """Read `OPERATION:KIND[:RATE|:first=N|:before|:after|:MSms]…`, such as `confirm:reset:first=1`."""
    operation, _, rest = text.partition(":")
    kind, *options = rest.split(":")
    given: dict[str, float | int | str] = {}
    for option in options:
        given |= _parse_option(text, option)
    return make_fault(operation, kind, **given)  # type: ignore[arg-type]  # each key has its own type


def _parse_option(text: str, option: str) -> dict[str, float | int | str]:
    if option in set(When):
        return {"when": option}
    try:
        if option.startswith("first="):
            return {"first": int(option.removeprefix("first="))}
        if option.endswith("ms"):
            return {"milliseconds": int(option.removesuffix("ms"))}
        return {"rate": float(option)}
    except ValueError:
        raise ValueError(
            f"{option!r} in the fault {text!r} is not a rate such as 0.1, first=N, before, after, or 250ms"
        ) from None


def _require(name: str, value: object, holds: bool, allowed: str) -> None:
    if not holds:
        raise ValueError(f"the {name} of a fault can't be {brief(value)}; it must be {allowed}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return type(value) is int
