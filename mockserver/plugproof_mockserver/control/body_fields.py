"""The request bodies and queries of the control plane: which fields there are, and what each may be."""

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from plugproof_contracts import Status
from plugproof_contracts.errors import InvalidValueError, PlugproofError
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver.engine.seeding import FIELDS as SESSION_FIELDS
from plugproof_mockserver.http.response import shorten
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.settings import DURATION
from plugproof_mockserver.model.timestamps import EARLIEST, LATEST, SECOND, parse
from plugproof_mockserver.world.faults.faults import FaultKind, FaultTiming
from plugproof_mockserver.world.nouns.charger_store import FIELDS as CHARGER_FIELDS
from plugproof_mockserver.world.nouns.charger_store import is_code
from plugproof_mockserver.world.nouns.clock import FASTEST

MOST_LEVELS = 32
"""How deep a body may nest: what is kept of it has to be encoded again, inside of something else."""

MOST_LISTED = 1000
"""Sessions in one answer, for a world is locked while they are listed."""

MODES = ("real", "frozen")
ORDERS = ("oldest", "newest")


DIGITS = re.compile(r"\d{1,18}", re.ASCII)
"""A whole number as paths and queries write it."""


class UnreadableBodyError(PlugproofError, ValueError):
    """A body that is not a JSON object; the message says why."""


class BodyField(NamedTuple):
    """What a field may be; `allowed` says so in words. `choices` are its values where they can be listed."""

    holds: Callable[[Any], bool]
    allowed: str
    choices: tuple[str, ...] = ()
    required: bool = False


BodyForm = dict[str, BodyField]


def _is_moment(value: Any) -> bool:
    try:
        return EARLIEST <= parse(value) <= LATEST
    except (ValueError, OverflowError):
        return False


def _is_ttl(value: Any) -> bool:
    # How long it may be is decided where it is used, for Python programs as well.
    if isinstance(value, str):
        return bool(DURATION.fullmatch(value))
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _number(least: int, most: int, *, note: str = "") -> BodyField:
    def holds(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most

    return BodyField(holds, f"a number from {least} to {most}{note}")


def _whole(least: int, most: int) -> BodyField:
    return BodyField(
        lambda value: type(value) is int and least <= value <= most, f"a whole number from {least} to {most}"
    )


def _one_of(choices: Iterable[str], *, required: bool = False) -> BodyField:
    known = tuple(str(choice) for choice in choices)
    return BodyField(lambda value: value in known, f"one of {', '.join(known)}", known, required)


# What these may be is decided where they are used, for Python programs as well.
_ANYTHING = BodyField(lambda value: True, "anything")

NOTHING: BodyForm = {}
CLOCK: BodyForm = {
    "mode": _one_of(MODES),
    "now": BodyField(_is_moment, "an ISO 8601 date-time with an offset in the years 1971 to 9999"),
    "speed": _number(0, FASTEST, note=", with 0 for a frozen clock"),
}
MAINTENANCE: BodyForm = {"seconds": _ANYTHING._replace(allowed="a whole number", required=True)}
ADVANCE: BodyForm = {"seconds": _number(0, LATEST // SECOND), "to": _one_of(["next"])}
SESSION: BodyForm = dict.fromkeys(SESSION_FIELDS, _ANYTHING)
SEED: BodyForm = SESSION | {
    "status": _one_of(Status),
    "code": BodyField(lambda value: isinstance(value, str) and is_code(value), "1 to 10 letters and digits"),
}
PAGE: BodyForm = {
    "limit": _whole(1, MOST_LISTED),
    "offset": _whole(0, 2**53),
    "order": _one_of(ORDERS),
    "search": BodyField(lambda value: len(str(value)) <= 100, "at most 100 characters"),
}
WORLDS: BodyForm = {
    "limit": _whole(1, MOST_LISTED),
    "after": BodyField(lambda value: len(str(value)) <= 64, "the name of a world"),
    "search": BodyField(lambda value: len(str(value)) <= 64, "at most 64 characters"),
}
LEASE: BodyForm = {"ttl": BodyField(_is_ttl, 'seconds, a duration such as "2h", or null for no lease')}
FORK: BodyForm = LEASE | {
    "name": BodyField(lambda value: isinstance(value, str), "the name of a new world", required=True)
}
EVENT: BodyForm = {"event": _one_of(Event, required=True)}
CHARGER: BodyForm = dict.fromkeys(CHARGER_FIELDS, _ANYTHING)
FAULT: BodyForm = {
    "operation": _one_of(["*", *OPERATIONS], required=True),
    "kind": _one_of(FaultKind, required=True),
    "when": _one_of(FaultTiming),
    "rate": _number(0, 1),
    "first": _ANYTHING,
    "milliseconds": _ANYTHING,
    "field": _ANYTHING,
    "rule": _ANYTHING,
    "token": _ANYTHING,
    "code": _ANYTHING,
    "since": _ANYTHING,
    "until": _ANYTHING,
}


def read(body: bytes, form: BodyForm) -> dict[str, Any]:
    """Read and validate a body; an empty one has no fields.

    Raises `UnreadableError`, or `InvalidValueError` that names a field, its value and what is allowed.
    """
    return _valid(_decode(body) if body else {}, form)


def read_query(query: str, form: BodyForm) -> dict[str, Any]:
    """Read and validate a query; raise `InvalidValueError` that names a field. Without a form it reads nothing."""
    if not form:
        return {}
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    return _valid({name: _number_of(value) for name, value in pairs}, form)


def _number_of(text: str) -> int | str:
    # A zero in front is a part of a name or of a search, not of a number.
    return int(text) if DIGITS.fullmatch(text) and (text == "0" or text[0] != "0") else text


def _valid(fields: dict[str, Any], form: BodyForm) -> dict[str, Any]:
    for name, value in fields.items():
        if name not in form:
            known = f"there are {', '.join(form)}" if form else "this request takes none"
            raise InvalidValueError(f"there is no field {shorten(name)}; {known}")
        if not form[name].holds(value):
            raise InvalidValueError(f"{name} can't be {shorten(value)}; it must be {form[name].allowed}")
    for name, field in form.items():
        if field.required and name not in fields:
            raise InvalidValueError(f"{name} is missing; it must be {field.allowed}")
    return fields


def _decode(body: bytes) -> dict[str, Any]:
    try:
        fields = msgspec.json.decode(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableBodyError(f"the body is not valid JSON: {error}") from None
    if not isinstance(fields, dict):
        raise UnreadableBodyError("the body must be a JSON object")
    if _is_deeper(fields, MOST_LEVELS):
        raise UnreadableBodyError(f"the body nests deeper than {MOST_LEVELS} levels")
    return fields


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(part, levels - 1) for part in parts)
