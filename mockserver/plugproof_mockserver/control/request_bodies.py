"""The request bodies and queries of the control plane: which fields there are, and what each may be."""

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from plugproof_contracts import Status
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver.engine.seeding import FIELDS as SESSION_FIELDS
from plugproof_mockserver.http.response import brief
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.timestamps import EARLIEST, LATEST, SECOND, parse
from plugproof_mockserver.world.charger_store import FIELDS as CHARGER_FIELDS
from plugproof_mockserver.world.charger_store import is_code
from plugproof_mockserver.world.clock import FASTEST
from plugproof_mockserver.world.faults import Kind, When

MOST_LEVELS = 32
"""How deep a body may nest: what is kept of it has to be encoded again, inside of something else."""

MOST_LISTED = 1000
"""Sessions in one answer, for a world is locked while they are listed."""

MODES = ("real", "frozen")
ORDERS = ("oldest", "newest")


_DIGITS = re.compile(r"\d{1,18}", re.ASCII)


class UnreadableError(ValueError):
    """A body that is not a JSON object; the message says why."""


class Field(NamedTuple):
    """What a field may be; `allowed` says so in words. `choices` are its values where they can be listed."""

    holds: Callable[[Any], bool]
    allowed: str
    choices: tuple[str, ...] = ()
    required: bool = False


Form = dict[str, Field]


def _is_moment(value: Any) -> bool:
    try:
        return EARLIEST <= parse(value) <= LATEST
    except (ValueError, OverflowError):
        return False


def _number(least: int, most: int, *, note: str = "") -> Field:
    def holds(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most

    return Field(holds, f"a number from {least} to {most}{note}")


def _whole(least: int, most: int) -> Field:
    return Field(
        lambda value: type(value) is int and least <= value <= most, f"a whole number from {least} to {most}"
    )


def _one_of(choices: Iterable[str], *, required: bool = False) -> Field:
    known = tuple(str(choice) for choice in choices)
    return Field(lambda value: value in known, f"one of {', '.join(known)}", known, required)


# What these may be is decided where they are used, for Python programs as well.
_ANYTHING = Field(lambda value: True, "anything")

NOTHING: Form = {}
CLOCK: Form = {
    "mode": _one_of(MODES),
    "now": Field(_is_moment, "an ISO 8601 date-time with an offset in the years 1971 to 9999"),
    "speed": _number(0, FASTEST, note=", with 0 for a frozen clock"),
}
ADVANCE: Form = {"seconds": _number(0, LATEST // SECOND), "to": _one_of(["next"])}
SESSION: Form = dict.fromkeys(SESSION_FIELDS, _ANYTHING)
SEED: Form = SESSION | {
    "status": _one_of(Status),
    "code": Field(lambda value: isinstance(value, str) and is_code(value), "1 to 10 letters and digits"),
}
PAGE: Form = {
    "limit": _whole(1, MOST_LISTED),
    "offset": _whole(0, 2**53),
    "order": _one_of(ORDERS),
    "search": Field(lambda value: len(str(value)) <= 100, "at most 100 characters"),
}
EVENT: Form = {"event": _one_of(Event, required=True)}
CHARGER: Form = dict.fromkeys(CHARGER_FIELDS, _ANYTHING)
FAULT: Form = {
    "operation": _one_of(["*", *OPERATIONS], required=True),
    "kind": _one_of(Kind, required=True),
    "when": _one_of(When),
    "rate": _number(0, 1),
    "first": _ANYTHING,
    "milliseconds": _ANYTHING,
}


def read(body: bytes, form: Form) -> dict[str, Any]:
    """Read and validate a body; an empty one has no fields.

    Raises `UnreadableError`, or `ValueError` that names a field, its value and what is allowed.
    """
    return _valid(_decode(body) if body else {}, form)


def read_query(query: str, form: Form) -> dict[str, Any]:
    """Read and validate a query, numbers as such; raise `ValueError` that names a field. No form reads nothing."""
    if not form:
        return {}
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    return _valid({name: int(value) if _DIGITS.fullmatch(value) else value for name, value in pairs}, form)


def _valid(fields: dict[str, Any], form: Form) -> dict[str, Any]:
    for name, value in fields.items():
        if name not in form:
            known = f"there are {', '.join(form)}" if form else "this request takes none"
            raise ValueError(f"there is no field {brief(name)}; {known}")
        if not form[name].holds(value):
            raise ValueError(f"{name} can't be {brief(value)}; it must be {form[name].allowed}")
    for name, field in form.items():
        if field.required and name not in fields:
            raise ValueError(f"{name} is missing; it must be {field.allowed}")
    return fields


def _decode(body: bytes) -> dict[str, Any]:
    try:
        fields = msgspec.json.decode(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"the body is not valid JSON: {error}") from None
    if not isinstance(fields, dict):
        raise UnreadableError("the body must be a JSON object")
    if _is_deeper(fields, MOST_LEVELS):
        raise UnreadableError(f"the body nests deeper than {MOST_LEVELS} levels")
    return fields


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(part, levels - 1) for part in parts)
