"""The documented shape of every success, as a tree that a walk compares with an answer.

The tree is made from the models of `session.py`, so that there is one statement of the fields.
"""

from collections.abc import Iterator
from enum import StrEnum
from types import NoneType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session import Payment, PublicCharger, Session
from plugproof_contracts.parsing.finding import Finding, Text


class JsonType(StrEnum):
    """The JSON types that the reference uses."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    OBJECT = "object"
    ARRAY = "array"


class SchemaField(NamedTuple):
    """One documented member: `members` of an object by name, or under "" what an array holds."""

    kind: JsonType
    nullable: bool = False
    members: "dict[str, SchemaField]" = {}  # noqa: RUF012 - a tuple's default, never changed


class Misfit(StrEnum):
    """How an answer can differ from the tree."""

    ENVELOPE = "envelope"
    TYPE = "type"
    NULL = "null"
    MISSING = "missing"
    UNKNOWN = "unknown"


_TYPES: dict[JsonType, type] = {
    JsonType.STRING: str,
    JsonType.INTEGER: int,
    JsonType.BOOLEAN: bool,
    JsonType.OBJECT: dict,
    JsonType.ARRAY: list,
}


def _field(hint: Any) -> SchemaField:
    options = [option for option in get_args(hint) if option is not NoneType]
    if NoneType in get_args(hint):
        return _field(options[0])._replace(nullable=True)
    if get_origin(hint) is tuple:
        return SchemaField(JsonType.ARRAY, members={"": _field(options[0])})
    if issubclass(hint, msgspec.Struct):
        return SchemaField(
            JsonType.OBJECT, members={name: _field(of) for name, of in get_type_hints(hint).items()}
        )
    return SchemaField(next(kind for kind, base in reversed(_TYPES.items()) if issubclass(hint, base)))


SESSION, PAYMENT, CHARGER = _field(Session), _field(Payment), _field(PublicCharger)
_MORE = {
    "get": {"payment": PAYMENT._replace(nullable=True)},
    "start": {"session_token": SchemaField(JsonType.STRING), "payment": PAYMENT},
}
SUCCESSES: dict[str, SchemaField] = {
    name: SchemaField(
        JsonType.OBJECT, members={"data": CHARGER if name == "charger" else SESSION} | _MORE.get(name, {})
    )
    for name in OPERATIONS
}
"""The whole body of a success, by operation."""


def fits(value: Any, kind: JsonType) -> bool:
    """Return whether a JSON value, as `strict_json` reads it, is of a kind; true is not an integer."""
    return isinstance(value, _TYPES[kind]) and (kind is JsonType.BOOLEAN or not isinstance(value, bool))


def pointer_to(pointer: str, name: str | int) -> str:
    """Return the JSON pointer of a member (RFC 6901)."""
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


def misfits(value: Any, field: SchemaField, pointer: str = "") -> Iterator[tuple[Misfit, Finding]]:
    """Yield every difference between a value and the documented tree."""
    if value is None and not field.nullable:
        yield Misfit.NULL, Finding(pointer, f"{field.kind}, not null", None)
    elif value is not None and not fits(value, field.kind):
        kind = Misfit.TYPE if pointer else Misfit.ENVELOPE
        yield kind, Finding(pointer, f"{field.kind}{' or null' * field.nullable}", _type_of(value))
    elif isinstance(value, dict):
        yield from _member_misfits(value, field, pointer)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from misfits(item, field.members[""], pointer_to(pointer, index))


def _member_misfits(value: dict[str, Any], field: SchemaField, pointer: str) -> Iterator[tuple[Misfit, Finding]]:
    for name, member in field.members.items():
        if name in value:
            yield from misfits(value[name], member, pointer_to(pointer, name))
        else:
            kind = Misfit.MISSING if pointer or member.nullable else Misfit.ENVELOPE
            yield kind, Finding(pointer_to(pointer, name), f"the field, {member.kind}", Text("no such field"))
    for name in [name for name in value if name not in field.members]:
        yield Misfit.UNKNOWN, Finding(pointer_to(pointer, name), "only documented fields", Text("one more field"))


def _type_of(value: Any) -> Any:
    if isinstance(value, str):
        return Text(f"a string of {len(value)} characters")
    return value
