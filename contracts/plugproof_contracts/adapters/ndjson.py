"""Exchanges one to a line, as JSON: the format that loses nothing.

A line is an object of `method`, `url`, `status` and `headers`. Where they are known it has `body` (text) or
`body_base64`, `request_headers`, `request_body` or `request_body_base64`, and `at` (ISO 8601 with an offset).
Headers are a list of pairs, or an object. Content encodings are undone.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import msgspec

from plugproof_contracts.adapters.recorded.entry_reading import RawBody, RawEntry
from plugproof_contracts.argument_checks import explain_arguments
from plugproof_contracts.exchanges.exchange import Exchange

NAMES = frozenset({"method", "url", "status"})
"""The members that tell a line from other objects."""


@explain_arguments
def to_ndjson(exchange: Exchange) -> bytes:
    """Return the line of an exchange, with its end; it holds the token and every credential as they were sent."""
    line = {
        "method": exchange.method,
        "url": exchange.url,
        "status": exchange.status,
        "headers": list(exchange.headers),
        **_written("body", exchange.body),
        "request_headers": list(exchange.request_headers),
        **_written("request_body", exchange.request_body or None),
        "at": exchange.at.isoformat() if exchange.at else None,
    }
    return msgspec.json.encode({name: value for name, value in line.items() if value not in (None, [])}) + b"\n"


def _written(name: str, body: bytes | None) -> dict[str, Any]:
    if body is None:
        return {}
    try:
        return {name: body.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": b64encode(body).decode()}


def raw_entry(line: Mapping[Any, Any]) -> RawEntry:
    """Return the parts of a line; members that the format does not have are passed over."""
    return RawEntry(
        line.get("method"),
        line.get("url"),
        line.get("status"),
        line.get("headers"),
        _body(line, "body"),
        line.get("request_headers"),
        _body(line, "request_body"),
        line.get("at"),
    )


def _body(line: Mapping[Any, Any], name: str) -> RawBody:
    base64 = line.get(f"{name}_base64")
    return RawBody(line.get(name) if base64 is None else base64, base64 is not None, is_exact=True)
