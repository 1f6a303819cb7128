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

from plugproof_contracts.errors import InvalidValueError, PlugproofError
from plugproof_contracts.facts import error_texts
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver.http.response import HTML, ConnectionFault, ErrorResponse, Response, shorten

Handler = Callable[[], Response]
Damage = Callable[[Response, "Fault", bool], Response]


class FaultTiming(StrEnum):
    """Whether the handler has run when the fault strikes."""

    BEFORE = "before"
    AFTER = "after"


class FaultKind(StrEnum):
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


class UnknownFaultError(PlugproofError, LookupError):
    """A place in the list of faults at which there is none."""


class Fault(msgspec.Struct, kw_only=True):
    """One injected fault on `operation` (or `*`): at `rate` of its calls, for the `first` so many or for all."""

    operation: str
    kind: FaultKind
    when: FaultTiming
    rate: float = 1.0
    first: int | None = None
    milliseconds: int = 0
    applied_count: int = 0

    def matches(self, operation: str, random: Random) -> bool:
        """Decide for one call, and count."""
        if self.operation not in ("*", operation) or (self.first is not None and self.applied_count >= self.first):
            return False
        if self.rate < 1 and random.random() >= self.rate:
            return False
        self.applied_count += 1
        return True

    def around(self, handler: Handler, as_json: bool) -> Handler:
        """Return a handler that fails in this fault's way."""

        def run() -> Response:
            response = handler() if self.when is FaultTiming.AFTER else Response(200, b"{}")
            return _DAMAGES[self.kind](response, self, as_json)

        return run


# Damages: from the answer that would have been sent to the one that is.


def _latency(response: Response, fault: Fault, as_json: bool) -> Response:
    return replace(response, delay=response.delay + fault.milliseconds / 1000)


def _error(status: int, message: str) -> Damage:
    problem = ErrorResponse(status, message)

    def damage(response: Response, fault: Fault, as_json: bool) -> Response:
        return replace(
            problem.to_response() if as_json else problem.to_page(),
            delay=response.delay,
            connection_fault=response.connection_fault,
        )

    return damage


def _cut(connection_fault: ConnectionFault) -> Damage:
    return lambda response, fault, as_json: replace(response, connection_fault=connection_fault)


def _malformed(response: Response, fault: Fault, as_json: bool) -> Response:
    return replace(response, body=response.body[: len(response.body) * 2 // 3] + b",,")


def _html(response: Response, fault: Fault, as_json: bool) -> Response:
    page = b"<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body>Please log in.</body></html>\n"
    return Response(200, page, HTML, response.delay, response.connection_fault)


def _unknown_field(response: Response, fault: Fault, as_json: bool) -> Response:
    try:
        content = msgspec.json.decode(response.body)
    except msgspec.DecodeError:
        return response  # a page has no fields
    for part in (content, content.get("data")):
        if isinstance(part, dict):
            part |= {UNKNOWN: "no contract knows this field"}
    return replace(response, body=msgspec.json.encode(content))


_DAMAGES: dict[FaultKind, Damage] = {
    FaultKind.LATENCY: _latency,
    FaultKind.ERROR_500: _error(500, "Server Error"),
    FaultKind.ERROR_503: _error(503, "Service Unavailable"),
    FaultKind.ERROR_504: _error(504, error_texts.TIMED_OUT),
    FaultKind.RESET: _cut(ConnectionFault.RESET),
    FaultKind.EMPTY: _cut(ConnectionFault.EMPTY),
    FaultKind.TRUNCATE: _cut(ConnectionFault.TRUNCATE),
    FaultKind.MALFORMED: _malformed,
    FaultKind.HTML: _html,
    FaultKind.UNKNOWN_FIELD: _unknown_field,
}

_BEFORE_BY_DEFAULT = frozenset({FaultKind.ERROR_500, FaultKind.ERROR_503})


def make_fault(
    operation: str,
    kind: str,
    *,
    when: str | None = None,
    rate: float = 1.0,
    first: int | None = None,
    milliseconds: int | None = None,
) -> Fault:
    """Return a fault; raise `InvalidValueError` that names what is wrong and what is allowed.

    `when` defaults to `before` for 500 and 503 and to `after` for everything else. Only `latency`
    takes `milliseconds`; the handler always runs under it.
    """
    _require("operation", operation, operation in ("*", *OPERATIONS), f"one of *, {', '.join(OPERATIONS)}")
    _require("kind", kind, kind in tuple(FaultKind), f"one of {', '.join(FaultKind)}")
    _require("when", when, when in (None, *FaultTiming), f"one of {', '.join(FaultTiming)}")
    _require("rate", rate, _is_number(rate) and 0 <= rate <= 1, "a number from 0 to 1")
    _require("first", first, first is None or (_is_count(first) and first >= 1), "a whole number from 1")
    known = FaultKind(kind)
    if known is FaultKind.LATENCY:
        limit = 600_000
        allowed = _is_count(milliseconds) and 0 <= (milliseconds or 0) <= limit
        _require("milliseconds", milliseconds, allowed, f"a whole number from 0 to {limit}")
        _require("when", when, when != FaultTiming.BEFORE, "after: the handler always runs under latency")
    else:
        _require("milliseconds", milliseconds, milliseconds is None, "given for latency only")
    moment = (
        FaultTiming(when) if when else FaultTiming.BEFORE if known in _BEFORE_BY_DEFAULT else FaultTiming.AFTER
    )
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
    if option in set(FaultTiming):
        return {"when": option}
    try:
        if option.startswith("first="):
            return {"first": int(option.removeprefix("first="))}
        if option.endswith("ms"):
            return {"milliseconds": int(option.removesuffix("ms"))}
        return {"rate": float(option)}
    except ValueError:
        raise InvalidValueError(
            f"{option!r} in the fault {text!r} is not a rate such as 0.1, first=N, before, after, or 250ms"
        ) from None


def _require(name: str, value: object, holds: bool, allowed: str) -> None:
    if not holds:
        raise InvalidValueError(f"the {name} of a fault can't be {shorten(value)}; it must be {allowed}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return type(value) is int
