"""Judging an ordinary answer in a few microseconds.

Nearly all answers that are checked are fine, or break one rule. This module knows one way to be sure of most
rules: the body decodes into models, no key can be hidden, and a dozen comparisons hold. What does not hold opens
a family of rules, which alone say what is wrong. So it may be too strict and must never be too lax. What the
models cannot read is judged by all rules; a test compares the two.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from plugproof_contracts.checking.applicability import (
    Applicability,
    Facts,
    applicable_rules,
    readable_headers,
    unknown_headers,
)
from plugproof_contracts.checking.fast_models import ERROR, INVALID, STRICT, has_each_key_once, has_keys, loose
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.headers import Headers
from plugproof_contracts.exchanges.route import charger_code
from plugproof_contracts.facts.currencies import CURRENCIES
from plugproof_contracts.facts.error_texts import TIMED_OUT, TOO_MANY
from plugproof_contracts.facts.operations import INVENTED, OPERATIONS
from plugproof_contracts.facts.session import NULLABLE, TIMESTAMPS, Status
from plugproof_contracts.facts.session_lifecycle import CANCELLABLE, ENTERED_CHARGING, TERMINAL
from plugproof_contracts.parsing.date_times import SKEW, http_date, instant
from plugproof_contracts.parsing.parsed_response import STATUSES, ParsedResponse, parsed
from plugproof_contracts.parsing.schema import SUCCESSES, JsonType, SchemaField
from plugproof_contracts.parsing.unchecked import ANSWERED_BY_API
from plugproof_contracts.rules.catalogue import Rule
from plugproof_contracts.rules.families.error_rules import ALWAYS_POSSIBLE
from plugproof_contracts.rules.families.status_rules import (
    AHEAD,
    HEALTHY,
    OUT_OF_ORDER,
    PAID_OUT,
)

_ANSWERS: dict[str, frozenset[Status]] = dict.fromkeys(OPERATIONS, frozenset(Status)) | {
    "stop": frozenset(Status) - CANCELLABLE - {Status.CHARGING},
    "cancel": frozenset({Status.ABANDONED}),
    "receipt-email": frozenset(Status) - TERMINAL,
    "start": frozenset({Status.CREATED}),
}
"""The statuses that an operation answers with, as far as there is a rule on it."""

_NULLABLE_NAMES = tuple(sorted(NULLABLE))
_NULLABLES = attrgetter(*_NULLABLE_NAMES)
_TIMES = attrgetter(*TIMESTAMPS)
_COUNTED = frozenset({"x-ratelimit-limit", "x-ratelimit-remaining"})
_DATED = _COUNTED | {"date"}
_JSON_TYPES = frozenset({"application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"})
_COUNTS = {name: frozenset(map(str, range(row.limit))) for name, row in OPERATIONS.items()}
_LIMITS = {name: str(row.limit) for name, row in OPERATIONS.items()}
_CODES = {name: frozenset({*row.failures, *ALWAYS_POSSIBLE} - {401, 405}) for name, row in OPERATIONS.items()}
_NOTHING: frozenset[str] = frozenset()
_REQUEST_MATTERS = frozenset({"start", "receipt-email"})
_MESSAGES = {429: TOO_MANY, 504: TIMED_OUT}


class Accepted(NamedTuple):
    """An answer that the models can read, and the rules that may find something, in the catalogue's order."""

    applicability: Applicability
    open_rules: tuple[Rule, ...] = ()


def accept(exchange: Exchange) -> Accepted | None:
    """Return by which rules an answer is judged, or None if all of them have to look at it."""
    operation, body = exchange.operation, exchange.body
    if operation is None or body is None or INVENTED in exchange.url:
        return None
    if exchange.headers.get("cf-mitigated") is not None:
        return None
    answer = parsed(exchange)
    if exchange.status == operation.success:
        return _accept_success(answer, operation.name, body)
    return _accept_failure(answer, operation.name, body)


def _accept_success(answer: ParsedResponse, name: str, body: bytes) -> Accepted | None:
    document, families = _read(name, body)
    if document is None or not has_each_key_once(body, name, document):
        return None
    status, nulls = _seen(name, document.data)
    families += _open_by_headers(answer.headers, name)
    date = http_date(answer.headers.get("date"))
    families += _open_by_values(answer.exchange.url, name, document, status, date)
    if answer.exchange.request_body and name in _REQUEST_MATTERS:
        families.append("request")
    return _accepted(answer, _sound(name, nulls), status, date, families)


def _read(name: str, body: bytes) -> tuple[Any, list[str]]:
    """Return what a success says, None if no model can read it, and the families that see to its ranges."""
    try:
        return STRICT[name].decode(body), []
    except (ValueError, RecursionError):
        pass
    try:
        return loose(name).decode(body), ["values", "money"]
    except (ValueError, RecursionError):
        return None, []


def _accept_failure(answer: ParsedResponse, name: str, body: bytes) -> Accepted | None:
    code, is_invalid = answer.code, answer.code == 422
    if not (400 <= code < 500 or code in ANSWERED_BY_API) or answer.headers.get("content-type") not in _JSON_TYPES:
        return None
    try:
        document = (INVALID if is_invalid else ERROR).decode(body)
    except (ValueError, RecursionError):
        return None
    if not has_keys(body, 2 + len(document.errors) if is_invalid else 1):
        return None
    families = _open_by_headers(answer.headers, name) + _open_by_code(code, name, document.message)
    return _accepted(answer, _NOTHING, None, http_date(answer.headers.get("date")), families)


def _accepted(
    answer: ParsedResponse,
    sound: frozenset[str],
    status: Status | None,
    date: datetime | None,
    families: list[str],
) -> Accepted:
    answer.take_as_sound(sound, date)
    exchange = answer.exchange
    readable = _COUNTED if date is None else _DATED
    applicability = _applicable(
        answer.name,
        exchange.status,
        exchange.status >= 400 and answer.asked_json,
        bool(exchange.request_body),
        readable_headers(answer) if "ratelimit" in families else readable,
        sound,
        status,
        unknown_headers(answer) if answer.headers.is_partial else _NOTHING,
    )
    return Accepted(applicability, applicability.rules_of(families) if families else ())


@lru_cache(maxsize=4096)
def _applicable(
    name: str,
    code: int,
    asked_json: bool,
    sent_body: bool,
    headers: frozenset[str],
    sound: frozenset[str],
    status: Status | None,
    unknown: frozenset[str],
) -> Applicability:
    """To look up positional arguments takes half as long as to make their facts."""
    has = True
    return applicable_rules(
        Facts(name, code, has, has, has, asked_json, sent_body, headers, sound, status, unknown)
    )


def _open_by_code(code: int, name: str, message: str) -> list[str]:
    if code not in _CODES[name]:
        return ["http", "errors"]
    families = ["ratelimit"] if code == 429 else []
    return [*families, "errors"] if message != _MESSAGES.get(code, message) else families


def _open_by_headers(headers: Headers, name: str) -> list[str]:
    get, families = headers.get, []
    if (
        get("access-control-allow-origin") != "*"
        or get("access-control-expose-headers") is not None
        or get("content-type") not in _JSON_TYPES
    ):
        families.append("headers")
    if (
        get("x-ratelimit-limit") != _LIMITS[name]
        or get("x-ratelimit-remaining") not in _COUNTS[name]
        or get("retry-after") is not None
    ):
        families.append("ratelimit")
    return families


def _open_by_values(url: str, name: str, document: Any, status: Status | None, date: datetime | None) -> list[str]:
    """Return the families that look at what the ranges of single values do not say."""
    data = document.data
    families = [] if data.pricing.currency in CURRENCIES else ["values"]
    if name == "charger":
        is_asked = charger_code(url).casefold() == data.public_code.casefold()
        return families if is_asked else [*families, "request"]
    if status is None or not (_status_holds(data, status) and _operation_holds(name, document, status)):
        families.append("status")
    if not _money_holds(data):
        families.append("money")
    if not _times_hold(data, date):
        families.append("time")
    return families


def _operation_holds(name: str, document: Any, status: Status) -> bool:
    session = document.data
    return (
        status in _ANSWERS[name]
        and (name != "start" or (session.charger.online and session.connector_status not in OUT_OF_ORDER))
        and (name != "get" or (document.payment is not None) is (status is Status.CREATED))
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
    return STATUSES.get(data.status), tuple([value is None for value in _NULLABLES(data)])


@lru_cache(maxsize=4096)
def _sound(name: str, nulls: tuple[bool, ...]) -> frozenset[str]:
    """Return the fields that are not null."""
    missing = {field for field, null in zip(_NULLABLE_NAMES, nulls, strict=False) if null}
    return frozenset(_names(SUCCESSES[name].members["data"])) - missing


def _names(field: SchemaField, prefix: str = "") -> Iterator[str]:
    for name, member in field.members.items():
        yield prefix + name
        if member.kind is JsonType.OBJECT:
            yield from _names(member, f"{prefix}{name}.")
