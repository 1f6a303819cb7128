"""Exchanges to show rules with: a valid one for every operation and status, and small changes of it."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.operations import BASE_URL, OPERATIONS
from plugproof_contracts.facts.session import NULLABLE, Session, Status
from plugproof_contracts.facts.session_lifecycle import ENTERED_CHARGING

TOKEN = "example-session-2f7c1e9a4b"  # noqa: S105 - of no session
NOON = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)

_SET: dict[str, Any] = {
    "status": "created",
    "connector_id": 1,
    "connector_status": "Preparing",
    "charger": {"public_code": "HAPPY", "name": "Quay 4", "online": True},
    "pricing": {"currency": "EUR", "price_per_kwh": 45, "start_fee": 50},
    "created_at": "2026-01-10T11:00:00.000000Z",
}
_NEW = {name: _SET.get(name) if name in NULLABLE else _SET[name] for name in Session.__struct_fields__}
"""A new session in the model's order; a nullable field is null unless it is set here."""

_PAID = {"amount_authorized": 5000, "authorized_at": "2026-01-10T11:01:00.000000Z"}
_CHARGED = {"charging_started_at": "2026-01-10T11:02:00.000000Z", "energy_kwh": "4.200", "cost_amount": 239}
_CAPTURED = {
    "amount_captured": 239,
    "tax_amount": 41,
    "completed_at": "2026-01-10T11:50:00.000000Z",
    "captured_at": "2026-01-10T11:51:00.000000Z",
}
_UNPAID = frozenset({Status.CREATED, Status.EXPIRED, Status.ABANDONED, Status.FAILED})
PAYMENT = {"client_secret": "pi_1_secret_2", "publishable_key": "pk_test_1", "stripe_account_id": "acct_1"}
CHARGER: dict[str, Any] = {
    "public_code": "HAPPY",
    "name": "Quay 4",
    "online": True,
    "connectors": [
        {
            "connector_id": 1,
            "status": "Available",
            "standard": "IEC_62196_T2",
            "format": "SOCKET",
            "power_type": "AC_3_PHASE",
        }
    ],
    "pricing": {"currency": "EUR", "price_per_kwh": 45, "start_fee": 50},
    "preauth_amount": 5000,
}


def session(status: str, **changes: Any) -> dict[str, Any]:
    """Return the document of a plausible session in a status, with some fields changed."""
    now = Status(status)
    document = _NEW | {"status": status}
    document |= {} if now in _UNPAID else _PAID
    document |= _CHARGED if now in ENTERED_CHARGING else {}
    document |= _CAPTURED if now in (Status.CAPTURED, Status.REFUNDED) else {}
    return document | changes


def _body(operation: str, data: dict[str, Any]) -> dict[str, Any]:
    payment = PAYMENT if data.get("status") == "created" else None
    more: dict[str, dict[str, Any]] = {
        "get": {"payment": payment},
        "start": {"session_token": TOKEN, "payment": payment},
    }
    return {"data": data} | more.get(operation, {})


def _headers(operation: str, after: float, remaining: int | None) -> dict[str, str]:
    limit = OPERATIONS[operation].limit
    return {
        "date": _date(after),
        "content-type": "application/json",
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(limit - 1 if remaining is None else remaining),
        "access-control-allow-origin": "*",
    }


def success(
    operation: str = "get",
    status: str = "charging",
    /,
    *,
    after: float = 0,
    remaining: int | None = None,
    headers: dict[str, str] | None = None,
    without: str = "",
    sends: Any = None,
    payment: Any = ...,
    **changes: Any,
) -> Exchange:
    """Return a success `after` seconds past noon; `changes` replace fields of the session or charger.

    `without` leaves one header out, `sends` is the request's JSON, `payment` replaces the member of that name.
    """
    data = CHARGER | changes if operation == "charger" else session(status, **changes)
    body = _body(operation, data) | ({} if payment is ... else {"payment": payment})
    sent = _headers(operation, after, remaining) | (headers or {})
    return exchange(
        operation,
        OPERATIONS[operation].success,
        msgspec.json.encode(body),
        {name: value for name, value in sent.items() if name != without},
        after=after,
        request_body=b"" if sends is None else msgspec.json.encode(sends),
        charger=data.get("public_code") or "HAPPY",
    )


def failure(
    code: int,
    message: str = "Not Found",
    /,
    *,
    operation: str = "get",
    after: float = 0,
    remaining: int | None = None,
    headers: dict[str, str] | None = None,
    without: str = "",
    accept: str = "application/json",
    **members: Any,
) -> Exchange:
    """Return a JSON failure; `members` join the error object, and one that is None leaves it."""
    body = {"message": message} | members
    sent = _headers(operation, after, remaining) | (headers or {})
    return exchange(
        operation,
        code,
        msgspec.json.encode({name: value for name, value in body.items() if value is not None}),
        {name: value for name, value in sent.items() if name != without},
        after=after,
        accept=accept,
    )


def refusal(
    retry_after: int | str = 30, *, operation: str = "get", after: float = 0, without: str = "", **headers: str
) -> Exchange:
    """Return a 429 that promises another chance after `retry_after` seconds."""
    wait = retry_after if isinstance(retry_after, int) else 30
    reset = str(int((NOON + timedelta(seconds=after + wait)).timestamp()))
    told = {"x-ratelimit-remaining": "0", "retry-after": str(retry_after), "x-ratelimit-reset": reset}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    return failure(429, "Too Many Attempts.", operation=operation, after=after, without=without, headers=told)


def in_turn(*exchanges: Exchange) -> tuple[Exchange, ...]:
    """Return the same exchanges a little over a minute apart, so that each is the first of its window."""
    return tuple(_at(exchange, 61 * index) for index, exchange in enumerate(exchanges))


def _at(exchange: Exchange, after: float) -> Exchange:
    headers = dict(exchange.headers) | {"date": _date(after)}
    return exchange.replace(at=NOON + timedelta(seconds=after), headers=headers)


@cache
def _date(after: float) -> str:
    return (NOON + timedelta(seconds=after)).strftime("%a, %d %b %Y %H:%M:%S GMT")


def exchange(
    operation: str,
    code: int,
    body: bytes,
    headers: dict[str, str],
    *,
    after: float = 0,
    request_body: bytes = b"",
    accept: str = "application/json",
    charger: str = "HAPPY",
) -> Exchange:
    """Return an exchange of one operation, as it is on the wire."""
    row = OPERATIONS[operation]
    return Exchange(
        row.method,
        BASE_URL + row.template.format(token=TOKEN, code=charger),
        code,
        headers,
        body,
        request_headers={"accept": accept},
        request_body=request_body,
        at=NOON + timedelta(seconds=after),
    )
