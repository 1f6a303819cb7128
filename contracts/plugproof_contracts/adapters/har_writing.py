"""Exchanges as a HAR file without secrets: tokens are fingerprints, e-mail addresses nobody's."""

import json
import re
from collections.abc import Iterable
from itertools import chain, repeat
from typing import Any
from urllib.parse import unquote

import msgspec

from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.headers import SHOWN, Headers
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.redactions import secrets_of, stand_ins
from plugproof_contracts.secrets.scrubber import Scrubber, scrubbed
from plugproof_contracts.secrets.token import fingerprint
from plugproof_contracts.version import VERSION

_LETTER = r"[^\s\"'<>(),;:=&@/?\[\]{}]"
_EMAIL = re.compile(rf"{_LETTER}+(?:@|%40){_LETTER}*(?!\.){_LETTER}")
"""Whatever may be an address, also as a form writes it; rather too much than a driver's."""


def to_har(exchanges: Iterable[Exchange], seconds: Iterable[float] = ()) -> bytes:
    """Return a HAR 1.2 document that may be shown, and inspected like any other.

    `seconds` is how long each exchange took, 0 for those it does not reach.
    """
    known = list(exchanges)
    scrub = Scrubber(_secret_besides_tokens(known))
    tokens: dict[str, str] = {}
    for exchange in known:
        tokens |= {
            form: word for form, word in stand_ins(ParsedResponse(exchange)).items() if word.startswith("token~")
        }
    log = {
        "version": "1.2",
        "creator": {"name": "plugproof", "version": VERSION},
        "entries": [
            _entry(exchange, round(took * 1000, 3), lambda text: _nobodys(scrub(scrubbed(text, tokens))))
            for exchange, took in zip(known, chain(seconds, repeat(0.0)), strict=False)
        ],
    }
    return msgspec.json.format(msgspec.json.encode({"log": log})) + b"\n"


def _nobodys(text: str) -> str:
    """Return the text with each e-mail address as another valid one, equal where they were equal."""
    return _EMAIL.sub(lambda found: f"{fingerprint(_plain(found[0]).casefold())}@example.invalid", text)


def _plain(address: str) -> str:
    """Undo what a form or JSON made of an address."""
    if "@" not in address:
        return unquote(address)
    try:
        return str(json.loads(f'"{address}"'))
    except ValueError:
        return address


def _secret_besides_tokens(exchanges: list[Exchange]) -> set[str]:
    tokens = {
        token.reveal()
        for exchange in exchanges
        for token in (exchange.token, ParsedResponse(exchange).token)
        if token
    }
    return {secret for exchange in exchanges for secret in secrets_of(exchange)} - tokens


def _entry(exchange: Exchange, milliseconds: float, clean: Any) -> dict[str, Any]:
    body = clean((exchange.body or b"").decode("utf-8", "replace"))
    kind = exchange.headers.get("content-type") or ""
    return {
        "startedDateTime": exchange.at.isoformat() if exchange.at else "",
        "time": milliseconds,
        "request": {
            "method": exchange.method,
            "url": exchange.redacted_url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(exchange.request_headers, clean),
            "queryString": [],
            "headersSize": -1,
            "bodySize": len(exchange.request_body),
            **_sent(exchange, clean),
        },
        "response": {
            "status": exchange.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(exchange.headers, clean),
            "content": {"size": len(body.encode()), "mimeType": clean(kind), "text": body},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(exchange.body or b""),
        },
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
    }


def _sent(exchange: Exchange, clean: Any) -> dict[str, Any]:
    if not exchange.request_body:
        return {}
    text = clean(exchange.request_body.decode("utf-8", "replace"))
    return {"postData": {"mimeType": clean(exchange.request_headers.get("content-type") or ""), "text": text}}


def _headers(headers: Headers, clean: Any) -> list[dict[str, str]]:
    """Keep the values of headers that are known to be harmless; the content is no longer encoded."""
    return [
        {"name": clean(name), "value": clean(value) if name.lower() in SHOWN else "…"}
        for name, value in headers
        if name.lower() not in ("content-encoding", "content-length")
    ]
