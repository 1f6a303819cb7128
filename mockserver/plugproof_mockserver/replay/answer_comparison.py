"""Compares a recorded answer with the replayed one, under these equivalences.

Tokens and payment secrets have their place and not their text. Moments may differ by some seconds. Amounts are
computed from the recorded energy and hold by the fake's settings. A page is compared by its media type. Headers
that no fact speaks of belong to servers and networks, and are left out.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from plugproof_contracts.facts import billing
from plugproof_contracts.facts.error_texts import ERROR_TEXTS
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.response_headers import RESPONSE_HEADERS
from plugproof_contracts.facts.session import TIMESTAMPS, Pricing, Status
from plugproof_contracts.parsing.parsed_response import ParsedResponse, is_object
from plugproof_contracts.parsing.strict_json import MISSING
from plugproof_contracts.secrets.stand_ins import is_stand_in
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.timestamps import seconds
from plugproof_mockserver.replay.difference import Mismatch
from plugproof_mockserver.replay.session_following import microseconds, watt_hours

_COUNTS = ("x-ratelimit-limit", "x-ratelimit-remaining")
_CLOCKS = ("retry-after", "x-ratelimit-reset")
_PRESENT = ("vary", "location")
_SECRETS = frozenset({"session_token", "client_secret", "publishable_key", "stripe_account_id"})
_AMOUNTS = frozenset({"cost_amount", "amount_captured", "tax_amount"})
_NEAR = seconds(5)
_HIDDEN = frozenset({"driver_email"})


class ComparedAnswers(NamedTuple):
    """Two answers to one request; `before` is the status that the session had, None if there is none.

    `is_counted` says whether the limiters of both began to count at the same request.
    """

    recorded: ParsedResponse
    replayed: ParsedResponse
    settings: Settings
    before: Status | None
    is_counted: bool


def compare(pair: ComparedAnswers) -> Iterator[Mismatch]:
    """Yield how the recorded answer differs."""
    if pair.recorded.code != pair.replayed.code:
        yield Mismatch(_code_fact(pair), "status code", pair.recorded.code, pair.replayed.code)
        return
    yield from _headers(pair)
    if pair.recorded.body is not None:
        yield from _bodies(pair)


# The status code.


def _code_fact(pair: ComparedAnswers) -> str:
    codes, name = {pair.recorded.code, pair.replayed.code}, pair.recorded.name
    if 429 in codes:
        return _limiter_fact(pair)
    if 302 in codes:
        return "errors"
    if 404 in codes and pair.before is not None:
        return "token_ttl"
    if pair.recorded.code >= 500:
        return f"server-error.{pair.recorded.code}"
    if codes <= {200, 400, 409, 422} and pair.before is not None:
        return f"{name}.{pair.before}"
    return "validation" if 422 in codes and codes <= {201, 400, 422} else ""


def _limiter_fact(pair: ComparedAnswers) -> str:
    refused = pair.recorded if pair.recorded.code == 429 else pair.replayed
    is_hourly = pair.recorded.name == "start" and refused.count("x-ratelimit-limit") != OPERATIONS["start"].limit
    return "sessions_per_charger" if is_hourly else "limiter"


# The headers.


def _headers(pair: ComparedAnswers) -> Iterator[Mismatch]:
    recorded, replayed = pair.recorded.headers, pair.replayed.headers
    for name in (*RESPONSE_HEADERS, "content-type", *_PRESENT):
        found, expected = recorded.get(name), replayed.get(name)
        if found is None and recorded.is_partial:
            continue
        if (found is None) != (expected is None):
            yield Mismatch(f"header.{name}", name, found is not None, expected is not None)
        elif found is not None and not _is_same_header(pair, name):
            yield Mismatch(_header_fact(pair, name), name, found, expected)


def _is_same_header(pair: ComparedAnswers, name: str) -> bool:
    if name in _PRESENT or (name in (*_COUNTS, *_CLOCKS) and not pair.is_counted):
        return name != "x-ratelimit-limit" or pair.recorded.name == "start" or _has_same_count(pair, name, 0)
    if name in (*_COUNTS, *_CLOCKS):
        return _has_same_count(pair, name, 1 if name in _CLOCKS else 0)
    return _value(pair.recorded, name) == _value(pair.replayed, name)


def _has_same_count(pair: ComparedAnswers, name: str, tolerance: int) -> bool:
    found, expected = pair.recorded.count(name), pair.replayed.count(name)
    return found is not None and expected is not None and abs(found - expected) <= tolerance


def _value(answer: ParsedResponse, name: str) -> object:
    text = (answer.headers.get(name) or "").lower()
    if name == "content-type":
        return text.partition(";")[0].strip()
    return frozenset(part.strip() for part in text.split(","))


def _header_fact(pair: ComparedAnswers, name: str) -> str:
    if name == "x-ratelimit-remaining":
        costs = {404: "not_found_costs_hit", 422: "invalid_costs_hit"}
        return costs.get(pair.recorded.code, "limiter")
    if name == "x-ratelimit-limit":
        return "sessions_per_charger" if pair.recorded.name == "start" else f"limit.{pair.recorded.name}"
    is_page = name == "content-type" and pair.recorded.code >= 400
    return "errors" if is_page else f"header.{name}"


# The bodies.


def _bodies(pair: ComparedAnswers) -> Iterator[Mismatch]:
    recorded, replayed = pair.recorded.document, pair.replayed.document
    if not (is_object(recorded) and is_object(replayed)):
        if is_object(recorded) != is_object(replayed) and pair.recorded.says_json == pair.replayed.says_json:
            yield Mismatch("", "body", is_object(recorded), is_object(replayed))
        return
    if pair.recorded.code >= 400:
        yield from _errors(recorded, replayed)
    else:
        yield from _members(pair, recorded, replayed, "")


def _errors(recorded: dict[str, Any], replayed: dict[str, Any]) -> Iterator[Mismatch]:
    text, expected = recorded.get("message", MISSING), replayed.get("message", MISSING)
    if text != expected:
        yield Mismatch(_text_fact(expected, replayed), "message", _plain(text), _plain(expected))
    if recorded.get("errors") != replayed.get("errors"):
        yield Mismatch("text.validation", "errors", _plain(recorded.get("errors")), _plain(replayed.get("errors")))
    for name in sorted((recorded.keys() ^ replayed.keys()) - {"message", "errors"}):
        yield Mismatch("", name, name in recorded, name in replayed)


def _text_fact(expected: object, replayed: dict[str, Any]) -> str:
    if "errors" in replayed:
        return "text.validation"
    names = [row.name for row in ERROR_TEXTS.values() if isinstance(expected, str) and row.is_said_by(expected)]
    return f"text.{names[0]}" if names else ""


def _members(
    pair: ComparedAnswers, recorded: dict[str, Any], replayed: dict[str, Any], prefix: str
) -> Iterator[Mismatch]:
    for name in dict.fromkeys((*replayed, *recorded)):
        found, expected, subject = recorded.get(name, MISSING), replayed.get(name, MISSING), prefix + name
        if is_object(found) and is_object(expected):
            yield from _members(pair, found, expected, f"{subject}.")
        elif MISSING in (found, expected) and found is not expected:
            yield Mismatch("", subject, _presence(found), _presence(expected))
        elif (found is None) != (expected is None):
            yield Mismatch(_null_fact(pair, subject), subject, _shown(name, found), _shown(name, expected))
        elif not _is_same(pair, name, found, expected):
            yield Mismatch(_field_fact(pair, subject), subject, _shown(name, found), _shown(name, expected))


def _is_same(pair: ComparedAnswers, name: str, found: object, expected: object) -> bool:
    if name in _SECRETS:
        return isinstance(found, str) and bool(found)
    if name in TIMESTAMPS:
        first, second = microseconds(found), microseconds(expected)
        return first == second or (first is not None and second is not None and abs(first - second) <= _NEAR)
    if name in _AMOUNTS and type(found) is int:
        return found in (expected, _amount(pair, name, found))
    if isinstance(found, str) and name in (*_HIDDEN, "public_code") and is_stand_in(found):
        return True
    return type(found) is type(expected) and found == expected


def _amount(pair: ComparedAnswers, name: str, found: object) -> object:
    """Return what an amount is by the fake's settings, from recorded energy, hold and capture; else what it is."""
    field = pair.recorded.field
    if name == "amount_captured":
        return field("cost_amount")
    if name == "tax_amount":
        captured = field("amount_captured")
        return found if captured is None else billing.included_tax(captured, round(pair.settings.vat * 100))
    energy, hold = watt_hours(field("energy_kwh")), field("amount_authorized")
    price, fee = field("pricing.price_per_kwh"), field("pricing.start_fee")
    if energy is None or None in (hold, price, fee):
        return found
    return billing.cost(energy, Pricing("", price, fee), hold)


def _null_fact(pair: ComparedAnswers, subject: str) -> str:
    name = subject.rpartition(".")[2]
    if pair.recorded.status is not pair.replayed.status:
        return _arrow(pair)
    return f"null.{name}.{pair.recorded.status}" if subject.startswith("data.") else ""


_FACTS = {
    "tax_amount": "vat",
    "amount_authorized": "hold",
    "preauth_amount": "hold",
    "cost_amount": "price_rounding",
    "driver_email": "receipt-email.driver_email",
}
"""The fact behind a field, whatever the status."""


def _field_fact(pair: ComparedAnswers, subject: str) -> str:
    name, status = subject.rpartition(".")[2], pair.recorded.status
    if status is not pair.replayed.status and status is not None:
        return _arrow(pair)
    if name in _FACTS:
        return _FACTS[name]
    if name == "failure_reason" and status is not None:
        return f"text.failure_reason.{status}"
    if pair.recorded.name == "charger":
        return f"charger.{name}"
    return f"connector_status.{status}" if name == "connector_status" and status is not None else ""


def _arrow(pair: ComparedAnswers) -> str:
    """Return the arrow, or the setting, by which the recorded status and the replayed one differ."""
    if pair.recorded.status is None:
        return ""
    if Status.EXPIRED in (pair.recorded.status, pair.replayed.status):
        return "payment_window"
    return f"arrow.{pair.before}.{pair.recorded.status}"


# What is shown.


def _presence(value: object) -> str:
    return "missing" if value is MISSING else "present"


def _plain(value: object) -> object:
    return "missing" if value is MISSING else value


def _shown(name: str, value: object) -> object:
    is_hidden = name in _SECRETS | _HIDDEN and value is not None
    return "a text that is not shown" if is_hidden else value
