"""How a fault is made: which options each kind takes, and what each of them may be."""

import re
from collections.abc import Iterator
from datetime import datetime
from inspect import signature
from typing import Any

from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver.http.response import shorten
from plugproof_mockserver.model.settings import DURATION, parse_duration
from plugproof_mockserver.model.timestamps import EARLIEST, LATEST, SECOND, parse
from plugproof_mockserver.world.faults import fault_fields
from plugproof_mockserver.world.faults.fault import Fault, FaultKind, FaultTiming, UnknownFaultError
from plugproof_mockserver.world.faults.fault_fields import UNKNOWN
from plugproof_mockserver.world.nouns.charger_store import is_code
from plugproof_mockserver.world.nouns.choices import MOST_FIRST, require_choice

__all__ = [
    "UNKNOWN",
    "Fault",
    "FaultKind",
    "FaultTiming",
    "UnknownFaultError",
    "list_parameters",
    "make_fault",
    "parse_fault",
    "remake",
]

MOST_MILLISECONDS = 600_000
USUAL_DRIP = 1000
"""Milliseconds that a body takes to drip unless told."""

_BEFORE_BY_DEFAULT = frozenset(
    {FaultKind.ERROR_429, FaultKind.ERROR_500, FaultKind.ERROR_502, FaultKind.ERROR_503}
)
_TIMED = frozenset({FaultKind.LATENCY, FaultKind.DRIP})
_TABLES = {
    FaultKind.UNKNOWN_ENUM: fault_fields.ENUMS,
    FaultKind.MISSING_FIELD: {name: tuple(fields) for name, fields in fault_fields.FIELDS.items()},
    FaultKind.WRONG_TYPE: {name: tuple(fields) for name, fields in fault_fields.FIELDS.items()},
    FaultKind.NULL: fault_fields.NULLABLES,
}
"""The fields that a kind can damage, by operation."""

Bound = float | str | datetime | None


def make_fault(
    operation: str,
    kind: str,
    *,
    when: str | None = None,
    rate: float = 1.0,
    first: int | None = None,
    milliseconds: int | None = None,
    field: str | None = None,
    rule: str | None = None,
    token: str | None = None,
    code: str | None = None,
    since: Bound = None,
    until: Bound = None,
) -> Fault:
    """Return a fault; raise `InvalidValueError` that names what is wrong and what is allowed.

    `when` defaults to `before` for 429, 500, 502 and 503, and to `after` for everything else. Only `latency`
    and `drip` take `milliseconds`; the handler always runs under `latency`. `field` is for the kinds that damage
    one, and `rule` for `violation`. `since` and `until` are date-times with an offset, durations such as `5m` from
    now, or seconds.
    """
    require_choice("the operation of a fault", operation, ("*", *OPERATIONS))
    require_choice("the kind of a fault", kind, FaultKind)
    if when is not None:
        require_choice("the when of a fault", when, FaultTiming)
    _require("rate", rate, _is_number(rate) and 0 <= rate <= 1, "a number from 0 to 1")
    allowed = f"a whole number from 1 to {MOST_FIRST}"
    _require("first", first, first is None or (_is_count(first) and 1 <= first <= MOST_FIRST), allowed)
    known = FaultKind(kind)
    _require_code(code)
    _require_token(token, operation)
    return Fault(
        operation=operation,
        kind=known,
        when=_timing(known, when),
        rate=rate,
        first=first,
        milliseconds=_milliseconds(known, milliseconds),
        field=_field(known, operation, field),
        rule=_rule(known, operation, rule),
        token=token,
        code=code.upper() if code else None,
        since=(begins := _bound("since", since)),
        until=_end(begins, _bound("until", until)),
    )


def list_parameters(kind: FaultKind) -> dict[str, tuple[str, ...]]:
    """Return what a kind takes besides the options of all, with the choices of each where they can be listed."""
    if kind in _TABLES:
        return {"field": _TABLES[kind]["*"]}
    if kind is FaultKind.VIOLATION:
        return {"rule": _breakable("*")}
    return {"milliseconds": ()} if kind in _TIMED else {}


def remake(fault: Fault) -> Fault:
    """Return a fault that was read from somewhere, if it can be so; raise `InvalidValueError` otherwise."""
    options = {name: getattr(fault, name) for name in signature(make_fault).parameters}
    return make_fault(**options | {"milliseconds": fault.milliseconds if fault.kind in _TIMED else None})


def _timing(kind: FaultKind, when: str | None) -> FaultTiming:
    if kind is FaultKind.LATENCY:
        _require("when", when, when != FaultTiming.BEFORE, "after: the handler always runs under latency")
    if when:
        return FaultTiming(when)
    return FaultTiming.BEFORE if kind in _BEFORE_BY_DEFAULT else FaultTiming.AFTER


def _milliseconds(kind: FaultKind, given: int | None) -> int:
    if kind not in _TIMED:
        _require(
            "milliseconds", given, given is None, f"given for {' and '.join(sorted(_TIMED, reverse=True))} only"
        )
        return 0
    usual = USUAL_DRIP if kind is FaultKind.DRIP and given is None else given
    allowed = _is_count(usual) and 0 <= (usual or 0) <= MOST_MILLISECONDS
    _require("milliseconds", given, allowed, f"a whole number from 0 to {MOST_MILLISECONDS}")
    return usual or 0


def _field(kind: FaultKind, operation: str, given: str | None) -> str | None:
    if kind not in _TABLES:
        _require("field", given, given is None, f"given for {', '.join(_TABLES)} only")
        return None
    known = _TABLES[kind][operation]
    if given is None:
        usual = fault_fields.usual_field(operation)
        return None if kind is FaultKind.NULL else usual if usual in known else known[0]
    _require("field", given, bool(known), f"left out: the answers of {operation} have no such field")
    _require("field", given, given in known, f"one of {', '.join(known)}")
    return given


def _rule(kind: FaultKind, operation: str, given: str | None) -> str | None:
    if kind is not FaultKind.VIOLATION:
        _require("rule", given, given is None, "given for violation only")
        return None
    known = _breakable(operation)
    _require("rule", given, given in known, f"one of {', '.join(known)}")
    return given


def _breakable(operation: str) -> tuple[str, ...]:
    # Imported when asked for: the rules are many, and most worlds break none.
    from plugproof_contracts.mutations.rule_breaking import breakable_rules

    return breakable_rules(operation)


# Which calls are meant.


def _require_code(code: str | None) -> None:
    _require("code", code, code is None or (isinstance(code, str) and is_code(code)), "1 to 10 letters and digits")


def _require_token(token: str | None, operation: str) -> None:
    if token is None:
        return
    # A token is shown by no message.
    is_token = isinstance(token, str) and 1 <= len(token) <= 255 and token.isascii()
    _require("token", "…", is_token, "the token of a session")
    has_one = operation == "*" or "{token}" in OPERATIONS[operation].template
    _require("token", "…", has_one, f"left out: no call of {operation} has a token")


def _bound(name: str, given: Bound) -> float | str | None:
    allowed = "a date-time such as 2026-01-10T12:00:00Z, a duration such as 5m, or seconds from when it is added"
    if isinstance(given, datetime):
        given = given.isoformat()
    if isinstance(given, str) and DURATION.fullmatch(given):
        given = parse_duration(given)
    is_moment = isinstance(given, str) and _is_moment(given)
    is_length = isinstance(given, int | float) and _is_number(given) and 0 <= given <= LATEST // SECOND
    _require(name, given, given is None or is_moment or is_length, allowed)
    return given


def _is_moment(text: str) -> bool:
    try:
        return EARLIEST <= parse(text) <= LATEST
    except (ValueError, OverflowError):
        return False


def _end(since: float | str | None, until: float | str | None) -> float | str | None:
    if isinstance(since, str) and isinstance(until, str):
        _require("until", until, parse(since) < parse(until), f"later than since, which is {since}")
    elif until is not None and not isinstance(until, str) and not isinstance(since, str):
        _require("until", until, until > (since or 0), f"more than since, which is {since or 0}")
    return until


# One word of text.


def parse_fault(text: str) -> Fault:
    """Read `OPERATION:KIND[:OPTION]…`, such as `confirm:reset:first=1`.

    An option is a rate, `before`, `after`, a number of milliseconds such as `250ms`, or one by name: `first=N`,
    `field=F`, `rule=SLUG`, `token=T`, `code=C`, `since=T`, `until=T`.
    """
    operation, _, rest = text.partition(":")
    kind, *options = _split(rest)
    given: dict[str, Any] = {}
    for option in options:
        given |= _parse_option(text, option)
    return make_fault(operation, kind, **given)


_IN_TIME = re.compile(r"\d\d(?:\.\d+)?(?:[Z+-].*)?", re.ASCII)
"""What follows a colon within a date-time."""
_BY_NAME = ("field", "rule", "token", "code", "since", "until")


def _split(text: str) -> Iterator[str]:
    """Yield the parts between colons, with the colons of a date-time left in it."""
    found = ""
    for part in text.split(":"):
        if found.startswith(("since=", "until=")) and "T" in found and _IN_TIME.fullmatch(part):
            found += f":{part}"
            continue
        if found:
            yield found
        found = part
    yield found


def _parse_option(text: str, option: str) -> dict[str, float | int | str]:
    name, is_named, value = option.partition("=")
    if option in set(FaultTiming):
        return {"when": option}
    if is_named and name in _BY_NAME:
        return {name: value}
    try:
        if name == "first" and is_named:
            return {"first": int(value)}
        if option.endswith("ms"):
            return {"milliseconds": int(option.removesuffix("ms"))}
        return {"rate": float(option)}
    except ValueError:
        raise InvalidValueError(
            f"{option!r} in the fault {text!r} is not a rate such as 0.1, first=N, before, after, or 250ms,"
            f" and not NAME=VALUE with one of {', '.join(_BY_NAME)}"
        ) from None


def _require(name: str, value: object, holds: bool, allowed: str) -> None:
    if not holds:
        raise InvalidValueError(f"the {name} of a fault can't be {shorten(value)}; it must be {allowed}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return type(value) is int
