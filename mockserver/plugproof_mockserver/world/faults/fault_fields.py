"""The fields of answers that a fault can change, and how each kind of fault changes them.

A field is named as the rules name it: members of `data` by themselves, dotted below it (`charger.online`), and the
others of the body by their own name (`payment.client_secret`, `message`). In a list, every item is meant.
"""

from collections.abc import Callable, Iterator
from typing import Any

from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session import NULLABLE
from plugproof_contracts.parsing.schema import SUCCESSES, JsonType, SchemaField

UNKNOWN = "plugproof_unknown"
"""The field, and the value of an enum, that no client can know; the API may add one on any day (assumed)."""

Edit = Callable[[Any, str | None], bool]
"""Changes a decoded body, in one field or in those that are usual; returns whether anything has changed."""

_OF_ERRORS = {"message": SchemaField(JsonType.STRING), "errors": SchemaField(JsonType.OBJECT)}
_BESIDE_DATA = frozenset({"data", "payment", "session_token", *_OF_ERRORS})
_ENUMS = {"charger": ("connectors.status",)}
_ENUMS_OF_SESSION = ("status", "connector_status")
_WRONG = {
    JsonType.STRING: 7,
    JsonType.INTEGER: "7",
    JsonType.BOOLEAN: "true",
    JsonType.OBJECT: "x",
    JsonType.ARRAY: {},
}
"""A value of another type, by the documented one."""


def _names(members: dict[str, SchemaField], before: str = "") -> Iterator[tuple[str, SchemaField]]:
    for name, field in members.items():
        path = f"{before}{name}"
        yield path, field
        inside = field.members.get("", field).members if field.kind is JsonType.ARRAY else field.members
        yield from _names(inside, "" if path == "data" else f"{path}.")


FIELDS: dict[str, dict[str, SchemaField]] = {
    operation: {**dict(_names(body.members)), **_OF_ERRORS} for operation, body in SUCCESSES.items()
}
"""Every field of the answers to an operation, by name."""
FIELDS["*"] = {name: field for fields in FIELDS.values() for name, field in fields.items()}

ENUMS: dict[str, tuple[str, ...]] = {name: _ENUMS.get(name, _ENUMS_OF_SESSION) for name in OPERATIONS}
"""The fields of which the reference lists the values, by operation."""
ENUMS["*"] = (*_ENUMS_OF_SESSION, *_ENUMS["charger"])

NULLABLES: dict[str, tuple[str, ...]] = {
    operation: tuple(name for name, field in fields.items() if field.nullable)
    for operation, fields in FIELDS.items()
}
"""The fields that may be null, by operation."""


def usual_field(operation: str) -> str:
    """Return the field that is meant where none is named."""
    return "online" if operation == "charger" else "status"


def _places(body: Any, name: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each object that has the field, and the name of its member."""
    *steps, last = name.split(".") if name.partition(".")[0] in _BESIDE_DATA else ("data", *name.split("."))
    found = [body]
    for step in steps:
        inner = [one[step] for one in found if isinstance(one, dict) and step in one]
        found = [item for one in inner for item in (one if isinstance(one, list) else [one])]
    yield from ((one, last) for one in found if isinstance(one, dict) and last in one)


def add_unknown(body: Any, name: str | None) -> bool:
    """Add a field that nobody knows to the body and to its `data`."""
    for part in (body, body.get("data")):
        if isinstance(part, dict):
            part |= {UNKNOWN: "no contract knows this field"}
    return True


def put_unknown(body: Any, name: str | None) -> bool:
    """Give an enum a value that the reference does not list."""
    found = list(_places(body, name or ""))
    for place, member in found:
        place[member] = UNKNOWN
    return bool(found)


def leave_out(body: Any, name: str | None) -> bool:
    """Leave a field out."""
    found = list(_places(body, name or ""))
    for place, member in found:
        del place[member]
    return bool(found)


def put_wrong_type(body: Any, name: str | None) -> bool:
    """Give a field a value of another type."""
    found = list(_places(body, name or ""))
    for place, member in found:
        place[member] = _WRONG[FIELDS["*"][name or ""].kind]
    return bool(found)


def put_null(body: Any, name: str | None) -> bool:
    """Make a field null, or each of the session that may be."""
    names = NULLABLE if name is None else (name,)
    found = [place for one in names for place in _places(body, one) if place[0][place[1]] is not None]
    for place, member in found:
        place[member] = None
    return bool(found)
