"""Each rule of single answers as claims, made from the constants that the rule itself reads."""

from collections.abc import Iterable

from plugproof_contracts.facts.currencies import CURRENCIES
from plugproof_contracts.facts.error_texts import TIMED_OUT, TOO_MANY
from plugproof_contracts.facts.operations import WINDOW_SECONDS
from plugproof_contracts.facts.session import TIMESTAMPS, ConnectorStatus, Status
from plugproof_contracts.facts.session_lifecycle import CANCELLABLE, TERMINAL
from plugproof_contracts.parsing.date_times import SKEW
from plugproof_contracts.parsing.schema import Misfit
from plugproof_contracts.rules.examples import PAYMENT
from plugproof_contracts.rules.families import (
    error_rules,
    money_rules,
    rate_limit_rules,
    status_rules,
    value_rules,
)
from plugproof_contracts.typescript.claims import (
    Claim,
    at_most,
    fits_shape,
    is_not_null,
    is_null,
    is_set,
    is_true,
    number,
    special,
    text,
)

_ONE_CONNECTOR = "/data/connectors/*"
_CODES = ("/data/charger/public_code", "/data/public_code")
_ENERGY = "/data/energy_kwh"
_TIMES = [f"/data/{name}" for name in TIMESTAMPS]
_LIMITS = [rate_limit_rules.LIMIT, rate_limit_rules.REMAINING]
_IDS = f"an integer from {value_rules.CONNECTORS[0]} to {value_rules.CONNECTORS[-1]}"


def _pointers(names: Iterable[str]) -> list[str]:
    return [f"/data/{name}" for name in names]


def _one_of(words: Iterable[str]) -> str:
    return f"one of {', '.join(words)}"


def _status(none_of: Iterable[Status], allowed: str) -> Claim:
    return text("/data/status", none_of=sorted(none_of), allowed=allowed)


def _connector(name: str, kind: str) -> Claim:
    at = f"{_ONE_CONNECTOR}/{name}"
    if kind == "status":
        return text(at, one_of=ConnectorStatus, allowed=_one_of(ConnectorStatus))
    return number(at, low=value_rules.CONNECTORS[0], high=value_rules.CONNECTORS[-1], allowed=_IDS)


_SHAPE = {
    "shape.envelope": [fits_shape(Misfit.ENVELOPE)],
    "shape.types": [fits_shape(Misfit.TYPE)],
    "shape.fields-present": [fits_shape(Misfit.MISSING)],
    "shape.known-fields": [fits_shape(Misfit.UNKNOWN)],
    "nulls.only-where-documented": [fits_shape(Misfit.NULL)],
}

_MONEY = {
    "money.not-negative": [
        number(*_pointers(money_rules.AMOUNTS), low=0, allowed="an integer of at least 0"),
    ],
    "money.cost-within-hold": [at_most("/data/cost_amount", "/data/amount_authorized")],
    "money.capture-within-hold": [at_most("/data/amount_captured", "/data/amount_authorized")],
    "money.tax-within-capture": [at_most("/data/tax_amount", "/data/amount_captured")],
    "money.energy-decimal": [
        text(_ENERGY, pattern=money_rules.DECIMAL, allowed="a decimal number, such as 4.70"),
    ],
    "money.energy-plain": [
        text(
            _ENERGY,
            when=money_rules.DECIMAL,
            pattern=money_rules.ENERGY,
            allowed="digits, perhaps a point and more digits",
        ),
    ],
}

_VALUES = {
    "values.status": [text("/data/status", one_of=Status, allowed=_one_of(Status))],
    "values.connector-status": [
        text("/data/connector_status", one_of=ConnectorStatus, allowed=_one_of(ConnectorStatus)),
    ],
    "values.charger-connector-status": [_connector("status", "status")],
    "values.connector-id": [
        number("/data/connector_id", low=value_rules.CONNECTORS[0], high=value_rules.CONNECTORS[-1], allowed=_IDS),
    ],
    "values.charger-connector-id": [_connector("connector_id", "id")],
    "values.public-code": [
        text(
            *_CODES,
            least=1,
            longest=value_rules.LONGEST_CODE,
            shown="characters",
            allowed=f"1 to {value_rules.LONGEST_CODE} characters",
        ),
    ],
    "values.currency": [
        text(
            "/data/pricing/currency",
            pattern=value_rules.CURRENCY,
            allowed="three capital letters, such as EUR",
        ),
    ],
    "values.known-currency": [
        text(
            "/data/pricing/currency",
            when=value_rules.CURRENCY,
            one_of=sorted(CURRENCIES),
            allowed="a code of ISO 4217, such as EUR",
        ),
    ],
    "values.price-per-kwh": [number("/data/pricing/price_per_kwh", low=1, allowed="an integer of at least 1")],
    "values.start-fee": [number("/data/pricing/start_fee", low=0, allowed="an integer of at least 0")],
    "values.driver-email": [
        text(
            "/data/driver_email",
            pattern=value_rules.EMAIL,
            longest=value_rules.LONGEST_EMAIL,
            shown="length",
            allowed=f"an email address, {value_rules.LONGEST_EMAIL} characters at most",
        ),
    ],
    "values.session-token": [
        text(
            "/session_token",
            pattern=value_rules.TOKEN_IN_PATH,
            shown="length",
            stand_ins=True,
            allowed="letters, digits, and . _ ~ -",
        ),
    ],
    "values.payment": [
        text(*[f"/payment/{name}" for name in PAYMENT], least=1, allowed="a string that is not empty"),
    ],
}

_STATUS = {
    "status.captured-has-capture": [is_set("/data/amount_captured", "/data/captured_at")],
    "status.charging-has-started": [is_set("/data/authorized_at", "/data/charging_started_at")],
    "status.created-is-new": [is_null(*_pointers(status_rules.AHEAD[Status.CREATED]))],
    "status.nothing-ahead": [
        is_null(*_pointers(names), statuses=[status])
        for status, names in status_rules.AHEAD.items()
        if status is not Status.CREATED
    ],
    "status.healthy-has-no-failure": [is_null("/data/failure_reason", shown="a reason")],
    "status.stop-stops": [_status({Status.CHARGING, *CANCELLABLE}, "stopping, settling or later")],
    "status.cancel-before-charging": [
        _status(status_rules.ONCE_CHARGING, "a status from before charging, or a 409"),
    ],
    "status.cancel-ends": [
        _status(status_rules.UNFINISHED, "a status in which nothing can start any more"),
    ],
    "status.cancelled-is-abandoned": [
        _status(
            {*Status} - status_rules.ONCE_CHARGING - status_rules.UNFINISHED - {Status.ABANDONED}, Status.ABANDONED
        ),
    ],
    "status.receipt-before-end": [_status(TERMINAL, "a status that is not terminal, or a 422")],
    "status.started-where-possible": [
        is_true("/data/charger/online", allowed="true, or a 400"),
        text(
            "/data/connector_status",
            none_of=sorted(status_rules.OUT_OF_ORDER),
            allowed="a connector in order, or a 409",
        ),
    ],
    "status.payment-while-created": [
        is_not_null("/payment", allowed="the payment, as the session is created", operations=["get"]),
    ],
    "status.no-payment-later": [is_null("/payment", shown="a payment")],
}

_TIMES_OF_LIFE = {
    "time.iso8601": [
        special("instant", at=_TIMES, allowed="an ISO 8601 date-time, such as 2026-01-10T01:14:33Z"),
    ],
    "time.offset": [special("offset", at=_TIMES, allowed="an offset, such as Z or +01:00")],
    "time.order": [special("order", at=_TIMES, allowed="not before {most}")],
    "time.not-in-future": [
        special(
            "notAfterDate",
            at=_TIMES,
            seconds=int(SKEW.total_seconds()),
            allowed="not after the answer's Date, {most}",
        ),
    ],
}

_FAILURES = {
    "http.success-code": [special("successCode", allowed="{most} for a success")],
    "errors.message": [special("message")],
    "errors.validation-map": [special("validationMap")],
    "errors.throttle-text": [text("/message", one_of=[TOO_MANY], allowed=f'"{TOO_MANY}"')],
    "errors.timeout-text": [text("/message", one_of=[TIMED_OUT], allowed=f'"{TIMED_OUT}"')],
    "errors.no-debug": [special("absent", at=[f"/{name}" for name in error_rules.DEBUG_FIELDS])],
    "errors.known-fields": [special("knownMembers", names=["message", *error_rules.DEBUG_FIELDS])],
    "errors.allowed-methods": [special("headerPresent", names=["allow"], allowed="an Allow header")],
}

_HEADERS = {
    "headers.content-type": [special("jsonContentType")],
    "headers.any-origin": [
        special(
            "header", name="access-control-allow-origin", pattern=r"\*", allowed="Access-Control-Allow-Origin: *"
        ),
    ],
    "headers.nothing-exposed": [
        special("headerEmpty", name="access-control-expose-headers", allowed="no Access-Control-Expose-Headers"),
    ],
    "ratelimit.headers": [special("headerPresent", names=_LIMITS)],
    "ratelimit.headers-on-failures": [special("headerPresent", names=_LIMITS, unlessMalformed=True)],
    "ratelimit.whole-numbers": [special("wholeNumbers", names=_LIMITS)],
    "ratelimit.remaining-within-limit": [special("remaining", limit=_LIMITS[0], remaining=_LIMITS[1])],
    "ratelimit.retry-after": [special("retryAfter", name=rate_limit_rules.RETRY)],
    "ratelimit.retry-within-window": [
        special("retryWithin", name=rate_limit_rules.RETRY, longest=rate_limit_rules.LONGEST_WAIT),
    ],
    "ratelimit.nothing-left": [special("nothingLeft", name=rate_limit_rules.REMAINING)],
    "ratelimit.reset": [
        special("reset", name=rate_limit_rules.RESET, retry=rate_limit_rules.RETRY, seconds=WINDOW_SECONDS),
    ],
}

STATED: dict[str, list[Claim]] = _FAILURES | _HEADERS | _MONEY | _VALUES | _SHAPE | _STATUS | _TIMES_OF_LIFE
"""What a validator of values says for each rule, by slug."""

_OF_THE_TEXT = "is about the document's text, which a validator does not see once it has been parsed"
_OF_THE_REQUEST = "compares the answer with its request, which a validator of answers does not see"

UNSTATED: dict[str, str] = {
    "http.unknown-token": "needs a token that is known to be of no session",
    "http.no-authentication": "depends on the credentials of the request",
    "http.failure-code": "depends on what the request accepted, sent and addressed",
    "errors.json-when-asked": "depends on the Accept header of the request",
    "errors.json-unasked": "depends on the Accept header of the request",
    "ratelimit.documented-limit": "depends on the credentials of the request: with some the limit is another",
    "request.connector-is-kept": _OF_THE_REQUEST,
    "request.charger-is-kept": _OF_THE_REQUEST,
    "request.email-is-kept": _OF_THE_REQUEST,
    "request.invalid-is-refused": _OF_THE_REQUEST,
    "request.same-charger": "compares the answer with the address of its request",
    "json.well-formed": _OF_THE_TEXT,
    "json.one-document": _OF_THE_TEXT,
    "json.utf-8": "is about the bytes of the document, which a validator does not see",
    "json.no-byte-order-mark": "is about the bytes of the document, which a validator does not see",
    "json.finite-numbers": _OF_THE_TEXT,
    "json.unique-keys": "is about the document's text: of two equal keys a parser keeps one",
    "json.whole-characters": _OF_THE_TEXT,
    "json.shallow": "is about a document that may be too deep to be parsed at all",
    "json.plain-integers": "is about the document's text: once parsed, 45.0 is 45",
    "json.exact-numbers": "is about the document's text: once parsed, a number has been rounded",
}
"""Why a validator of values cannot say a rule of single answers, by slug."""

OF_SEVERAL = "compares several answers, of which a validator sees one"
"""Why no rule about traces can be said."""
