"""The documented answers as models that decode in a microsecond, or not at all.

A strict model carries the rules' ranges, a loose one the documented types only; both refuse unknown fields,
floats and integers that not everybody can read. What was decoded has each key once if the keys of the body are as
many as those of the model.
"""

from collections.abc import Callable, Iterator
from functools import cache
from operator import attrgetter
from types import GenericAlias, NoneType
from typing import Annotated, Any, get_args, get_type_hints

import msgspec
from msgspec import Meta

from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session import Charger, Connector, Payment, Pricing, PublicCharger, Session
from plugproof_contracts.parsing.schema import SUCCESSES, JsonType, SchemaField
from plugproof_contracts.parsing.strict_json import SAFE_INTEGER

_AMOUNT = Annotated[int, Meta(ge=0, le=SAFE_INTEGER)]
_TEXT = Annotated[str, Meta(min_length=1)]
_CODE = Annotated[str, Meta(min_length=1, max_length=10)]
_NUMBER = Annotated[int, Meta(ge=1, le=100)]
_RANGES: dict[str, Any] = {
    "connector_id": _NUMBER,
    "public_code": _CODE,
    "price_per_kwh": Annotated[int, Meta(ge=1, le=SAFE_INTEGER)],
    "start_fee": _AMOUNT,
    "amount_authorized": _AMOUNT,
    "cost_amount": _AMOUNT,
    "amount_captured": _AMOUNT,
    "tax_amount": _AMOUNT,
    "energy_kwh": Annotated[str, Meta(pattern=r"\A[0-9]+(\.[0-9]+)?\Z")],
    "driver_email": Annotated[str, Meta(pattern=r"\A[^@\s]+@[^@\s]+\Z", max_length=255)],
}


def _strict(struct: type[msgspec.Struct], **nested: Any) -> Any:
    """Return a model of the same fields that refuses unknown ones and values out of range."""
    kinds = _RANGES | nested
    fields = [(name, _kind(kinds.get(name, hint), hint)) for name, hint in get_type_hints(struct).items()]
    return msgspec.defstruct(f"Strict{struct.__name__}", fields, forbid_unknown_fields=True)


def _kind(kind: Any, hint: Any) -> Any:
    return kind | None if NoneType in get_args(hint) else kind


def _envelope(**fields: Any) -> Any:
    return msgspec.json.Decoder(msgspec.defstruct("Strict", list(fields.items()), forbid_unknown_fields=True))


_PRICING = _strict(Pricing)
_SESSION = _strict(Session, charger=_strict(Charger), pricing=_PRICING)
_PAYMENT = _strict(Payment, client_secret=_TEXT, publishable_key=_TEXT, stripe_account_id=_TEXT)
_CHARGER = _strict(
    PublicCharger, connectors=GenericAlias(list, _strict(Connector)), pricing=_PRICING, preauth_amount=_AMOUNT
)
_TOKEN = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._~-]+\Z")]
_PLAIN = _envelope(data=_SESSION)
STRICT: dict[str, Any] = dict.fromkeys(OPERATIONS, _PLAIN) | {
    "get": _envelope(data=_SESSION, payment=_PAYMENT | None),
    "start": _envelope(data=_SESSION, payment=_PAYMENT, session_token=_TOKEN),
    "charger": _envelope(data=_CHARGER),
}
"""What decodes a success whose values are in range, by operation."""


def _loose(field: SchemaField) -> Any:
    """Return the type of what has its documented JSON type, whatever the value."""
    kind: Any = _JSON_TYPES.get(field.kind)
    if field.kind is JsonType.ARRAY:
        kind = GenericAlias(list, _loose(field.members[""]))
    elif field.kind is JsonType.OBJECT:
        members = [(name, _loose(member)) for name, member in field.members.items()]
        kind = msgspec.defstruct("Loose", members, forbid_unknown_fields=True)
    return kind | None if field.nullable else kind


_JSON_TYPES: dict[JsonType, Any] = {
    JsonType.STRING: str,
    JsonType.INTEGER: Annotated[int, Meta(ge=-SAFE_INTEGER, le=SAFE_INTEGER)],
    JsonType.BOOLEAN: bool,
}


@cache
def loose(name: str) -> Any:
    """Return what decodes a success whose values are of their types; only answers that break a rule need it."""
    return msgspec.json.Decoder(_loose(SUCCESSES[name]))


ERROR = _envelope(message=str)
INVALID = _envelope(message=str, errors=dict[str, list[str]])
"""What decodes a failure, and one that lists the fields that are invalid."""


def _sure_keys(field: SchemaField) -> int:
    """Count the keys that a value of this shape surely has: those below a null or in an array may be missing."""
    below = (member for member in field.members.values() if member.kind is JsonType.OBJECT and not member.nullable)
    return len(field.members) + sum(map(_sure_keys, below))


def _varying(field: SchemaField, path: str = "") -> Iterator[tuple[Callable[[Any], Any], int, bool]]:
    """Yield where keys may be missing: how to get there, the keys of a value or item, and whether it is a list."""
    for name, member in field.members.items():
        place = f"{path}.{name}" if path else name
        if member.kind is JsonType.ARRAY:
            yield attrgetter(place), _sure_keys(member.members[""]), True
        elif member.kind is JsonType.OBJECT and member.nullable:
            yield attrgetter(place), _sure_keys(member), False
        elif member.kind is JsonType.OBJECT:
            yield from _varying(member, place)


_KEYS = {name: _sure_keys(field) for name, field in SUCCESSES.items()}
_VARYING = {name: tuple(_varying(field)) for name, field in SUCCESSES.items()}
"""How many keys a success surely has, and where it may have more; both follow from the models."""

_HIDING = (b" :", b"\t:", b"\n:", b"\r:")


def has_each_key_once(body: bytes, name: str, document: Any) -> bool:
    """Return whether surely no key came twice.

    All documented keys did come. Every key ends in `":` unless space stands before the colon, and strings
    can only add to the count: so if the count is that of the documented keys, there are no others.
    """
    keys = _KEYS[name]
    for value_of, each, is_list in _VARYING[name]:
        value = value_of(document)
        keys += each * (len(value) if is_list else value is not None)
    return has_keys(body, keys)


def has_keys(body: bytes, count: int) -> bool:
    """Return whether surely no more than `count` keys came."""
    return body.count(b'":') == count and not any(map(body.__contains__, _HIDING))
