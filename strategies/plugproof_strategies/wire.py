"""Exchanges as they are on the wire, made from what was drawn.

Headers are those that the API sends (the rate limit's are documented), and what the framework
adds (assumed), so that an exchange breaks no rule of any level.
"""

import json
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any, NamedTuple

import msgspec

from plugproof_contracts import Payment, PublicCharger, Session
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.operations import BASE_URL, OPERATIONS
from plugproof_strategies.values.timestamp_strategies import at


class WireCall(NamedTuple):
    """A request and the circumstances of its answer.

    `key` is the token or charger code in the path, `moment` the Unix second of the answer, and `remaining` what
    is left of the rate limit. `sends` is the JSON object in the request's body, if it has one.
    """

    operation: str
    key: str
    moment: int
    remaining: int
    sends: Mapping[str, Any] | None = None
    accept: str = "application/json"


def exchange(call: WireCall, code: int, body: bytes, more: Mapping[str, str] | None = None) -> Exchange:
    """Return the exchange of a call that was answered with a code and a body, and `more` headers."""
    row = OPERATIONS[call.operation]
    sent = {"accept": call.accept} | ({"content-type": "application/json"} if call.sends is not None else {})
    return Exchange(
        row.method,
        BASE_URL + row.template.format(token=call.key, code=call.key),
        code,
        _headers(call, row.limit) | dict(more or {}),
        body,
        request_headers={name: value for name, value in sent.items() if value},
        request_body=b"" if call.sends is None else msgspec.json.encode(call.sends),
        at=at(call.moment),
    )


def _headers(call: WireCall, limit: int) -> dict[str, str]:
    return {
        "date": format_datetime(at(call.moment), usegmt=True),
        "content-type": "application/json",
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(call.remaining),
        "access-control-allow-origin": "*",
    }


def success(
    call: WireCall, data: Session | PublicCharger, payment: Payment | None = None, issued: str = ""
) -> Exchange:
    """Return the success of a call; `issued` is the token that a start answers with."""
    body: dict[str, Any] = {"data": data}
    if call.operation == "start":
        body = {"session_token": issued, "data": data, "payment": payment}
    elif call.operation == "get":
        body = {"data": data, "payment": payment}
    return exchange(call, OPERATIONS[call.operation].success, msgspec.json.encode(body))


def failure(call: WireCall, code: int, message: str, errors: Mapping[str, list[str]] | None = None) -> Exchange:
    """Return the failure of a call, pretty-printed as the framework does (assumed)."""
    told = {"message": message} | ({} if errors is None else {"errors": errors})
    return exchange(call, code, json.dumps(told, indent=4).encode())


def refusal(call: WireCall, wait: int) -> Exchange:
    """Return the 429 of a call that may be tried again after `wait` seconds."""
    more = {"retry-after": str(wait), "x-ratelimit-reset": str(call.moment + wait)}
    spent = call._replace(remaining=0)
    return exchange(spent, 429, json.dumps({"message": "Too Many Attempts."}, indent=4).encode(), more)


def wrong_method(call: WireCall) -> Exchange:
    """Return the 405 of a call that was sent as a DELETE; it costs nothing, so it carries no limit (assumed)."""
    path = OPERATIONS[call.operation].template
    message = f"The DELETE method is not supported for route {path}. Supported methods: POST."
    refused = failure(call._replace(sends=None), 405, message)
    kept = {name: value for name, value in refused.headers if not name.startswith("x-ratelimit")}
    return refused.replace(method="DELETE", headers=kept | {"allow": "POST"})
