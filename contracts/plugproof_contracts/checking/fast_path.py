"""Accepting an ordinary conforming success in a few microseconds.

Nearly all answers that are checked are fine. This module knows one way to be sure of that: the
body decodes into models that carry the rules' ranges, no key can be hidden, and a dozen
comparisons hold. Whatever it does not accept is judged by the rules, which alone say what is
wrong, so it may be too strict and must never be too lax; a test compares the two.

It demands no assumed fact: where an answer may break one, it says which rule has to be asked besides.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from types import GenericAlias, NoneType
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

import msgspec
from msgspec import Meta

from plugproof_contracts.checking.applicability import Applicability, Facts, applicable_rules
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.headers import Headers
from plugproof_contracts.exchanges.route import charger_code
from plugproof_contracts.facts.currencies import CURRENCIES
from plugproof_contracts.facts.operations import INVENTED, OPERATIONS
from plugproof_contracts.facts.session import (
    NULLABLE,
    TIMESTAMPS,
    Charger,
    Connector,
    Payment,
    Pricing,
    PublicCharger,
    Session,
    Status,
)
from plugproof_contracts.facts.session_lifecycle import CANCELLABLE, ENTERED_CHARGING, TERMINAL
from plugproof_contracts.parsing.date_times import SKEW, http_date, instant
from plugproof_contracts.parsing.schema import SUCCESSES, JsonType, SchemaField
from plugproof_contracts.parsing.strict_json import SAFE_INTEGER
from plugproof_contracts.rules import RULES
from plugproof_contracts.rules.catalogue import Rule
from plugproof_contracts.rules.families.status_rules import (
    AHEAD,
    HEALTHY,
    ONCE_CHARGING,
    OUT_OF_ORDER,
    PAID_OUT,
    UNFINISHED,
)

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
_DECODERS: dict[str, Any] = dict.fromkeys(OPERATIONS, _PLAIN) | {
    "get": _envelope(data=_SESSION, payment=_PAYMENT | None),
    "start": _envelope(data=_SESSION, payment=_PAYMENT, session_token=_TOKEN),
    "charger": _envelope(data=_CHARGER),
}
_ANSWERS: dict[str, frozenset[Status]] = dict.fromkeys(OPERATIONS, frozenset(Status)) | {
    "stop": frozenset(Status) - CANCELLABLE - {Status.CHARGING},
    "cancel": frozenset(Status) - UNFINISHED - ONCE_CHARGING,
    "receipt-email": frozenset(Status) - TERMINAL,
    "start": frozenset({Status.CREATED}),
}
"""The statuses that an operation answers with, as far as there is a rule on it."""


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

_NULLABLE_NAMES = tuple(sorted(NULLABLE))
_NULLABLES = attrgetter(*_NULLABLE_NAMES)
_TIMES = attrgetter(*TIMESTAMPS)
_COUNTED = frozenset({"x-ratelimit-limit", "x-ratelimit-remaining"})
_JSON_TYPES = frozenset({"application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"})
_COUNTS = {name: frozenset(map(str, range(row.limit))) for name, row in OPERATIONS.items()}
_LIMITS = {name: str(row.limit) for name, row in OPERATIONS.items()}
_REQUEST_MATTERS = frozenset({"start", "receipt-email"})
_HIDING = (b" :", b"\t:", b"\n:", b"\r:")


class Accepted(NamedTuple):
    """A success that breaks nothing documented or inferred, and the assumed rules that it may break."""

    applicability: Applicability
    open_rules: tuple[Rule, ...] = ()


def accept(exchange: Exchange) -> Accepted | None:
    """Return what a conforming success is checked by, or None if the rules have to look at it."""
    operation, body = exchange.operation, exchange.body
    if operation is None or body is None or exchange.status != operation.success or INVENTED in exchange.url:
        return None
    name = operation.name
    if not _headers_hold(exchange.headers, name) or (exchange.request_body and name in _REQUEST_MATTERS):
        return None
    try:
        document = _DECODERS[name].decode(body)
    except (ValueError, RecursionError):
        return None
    date = http_date(exchange.headers.get("date"))
    if not (_has_each_key_once(body, name, document) and _holds(name, document, date, exchange.url)):
        return None
    status, nulls = _seen(name, document.data)
    return Accepted(
        _applicable(name, date is not None, status, nulls), _open_rules(exchange.headers, name, status)
    )


def _open_rules(headers: Headers, name: str, status: Status | None) -> tuple[Rule, ...]:
    """Return the assumed rules that have something to say, in the catalogue's order."""
    found = []
    if headers.get("access-control-allow-origin") != "*":
        found.append(RULES["headers.any-origin"])
    if headers.get("access-control-expose-headers") is not None:
        found.append(RULES["headers.nothing-exposed"])
    if name == "cancel" and status is not Status.ABANDONED:
        found.append(RULES["status.cancelled-is-abandoned"])
    return tuple(found)


def _headers_hold(headers: Headers, name: str) -> bool:
    get = headers.get
    return (
        get("content-type") in _JSON_TYPES
        and get("x-ratelimit-limit") == _LIMITS[name]
        and get("x-ratelimit-remaining") in _COUNTS[name]
        and get("cf-mitigated") is None
        and get("retry-after") is None
    )


def _has_each_key_once(body: bytes, name: str, document: Any) -> bool:
    """Return whether surely no key came twice.

    All documented keys did come. Every key ends in `":` unless space stands before the colon, and strings
    can only add to the count: so if the count is that of the documented keys, there are no others.
    """
    keys = _KEYS[name]
    for value_of, each, is_list in _VARYING[name]:
        value = value_of(document)
        keys += each * (len(value) if is_list else value is not None)
    return body.count(b'":') == keys and not any(space in body for space in _HIDING)


def _holds(name: str, document: Any, date: datetime | None, url: str) -> bool:
    if document.data.pricing.currency not in CURRENCIES:
        return False
    if name == "charger":
        return bool(charger_code(url).casefold() == document.data.public_code.casefold())
    session = document.data
    return (
        _status_holds(session, session.status)
        and session.status in _ANSWERS[name]
        and (name != "start" or (session.charger.online and session.connector_status not in OUT_OF_ORDER))
        and (name != "get" or (document.payment is not None) is (session.status is Status.CREATED))
        and _money_holds(session)
        and _times_hold(session, date)
    )


def _status_holds(session: Any, status: Status) -> bool:
    if any(getattr(session, name) is not None for name in AHEAD.get(status, ())):
        return False
    if status in ENTERED_CHARGING and (session.authorized_at is None or session.charging_started_at is None):
        return False
    if status in PAID_OUT and (session.captured_at is None or session.amount_captured is None):
        return False
    return session.failure_reason is None or status not in HEALTHY


def _money_holds(session: Any) -> bool:
    hold, cost = session.amount_authorized, session.cost_amount
    captured, tax = session.amount_captured, session.tax_amount
    return (hold is None or ((cost is None or cost <= hold) and (captured is None or captured <= hold))) and (
        tax is None or captured is None or tax <= captured
    )


def _times_hold(session: Any, date: datetime | None) -> bool:
    last: datetime | None = None
    for text in _TIMES(session):
        if text is None:
            continue
        moment = instant(text)
        if moment is None or moment.tzinfo is None or (last is not None and moment < last):
            return False
        last = moment
    return last is None or date is None or last - date <= SKEW


def _seen(name: str, data: Any) -> tuple[Status | None, tuple[bool, ...]]:
    """Return the status of a session and which of its nullable fields are null; of a charger there is neither."""
    if name == "charger":
        return None, ()
    return data.status, tuple([value is None for value in _NULLABLES(data)])


@lru_cache(maxsize=4096)
def _applicable(name: str, dated: bool, status: Status | None, nulls: tuple[bool, ...]) -> Applicability:
    missing = {field for field, null in zip(_NULLABLE_NAMES, nulls, strict=False) if null}
    return applicable_rules(
        Facts(
            operation=name,
            code=OPERATIONS[name].success,
            has_body=True,
            has_document=True,
            says_json=True,
            asked_json=False,
            sent_body=False,
            headers=_COUNTED | ({"date"} if dated else set()),
            fields=frozenset(_names(SUCCESSES[name].members["data"])) - missing,
            status=status,
        )
    )


def _names(field: SchemaField, prefix: str = "") -> Iterator[str]:
    for name, member in field.members.items():
        yield prefix + name
        if member.kind is JsonType.OBJECT:
            yield from _names(member, f"{prefix}{name}.")
