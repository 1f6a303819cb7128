"""Exchanges as a HAR file without secrets: tokens are their fingerprints, other secrets are gone."""

from collections.abc import Iterable
from typing import Any

import msgspec

from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.headers import SHOWN, Headers
from plugproof_contracts.parsing.redactions import secrets_of, stand_ins
from plugproof_contracts.parsing.response import Answer
from plugproof_contracts.secrets.scrubber import Scrubber, scrubbed
from plugproof_contracts.version import VERSION


def to_har(exchanges: Iterable[Exchange]) -> bytes:
    """Return a HAR 1.2 document that may be shown, and inspected like any other."""
    known = list(exchanges)
    scrub = Scrubber(_secret_besides_tokens(known))
    tokens: dict[str, str] = {}
    for exchange in known:
        tokens |= {form: word for form, word in stand_ins(Answer(exchange)).items() if word.startswith("token~")}
    log = {
        "version": "1.2",
        "creator": {"name": "plugproof", "version": VERSION},
        "entries": [_entry(exchange, lambda text: scrub(scrubbed(text, tokens))) for exchange in known],
    }
    return msgspec.json.format(msgspec.json.encode({"log": log})) + b"\n"


def _secret_besides_tokens(exchanges: list[Exchange]) -> set[str]:
    tokens = {
        token.reveal() for exchange in exchanges for token in (exchange.token, Answer(exchange).token) if token
    }
    return {secret for exchange in exchanges for secret in secrets_of(exchange)} - tokens


def _entry(exchange: Exchange, clean: Any) -> dict[str, Any]:
    body = (exchange.body or b"").decode("utf-8", "replace")
    kind = exchange.headers.get("content-type") or ""
    return {
        "startedDateTime": exchange.at.isoformat() if exchange.at else "",
        "time": 0,
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
            "content": {"size": 0, "mimeType": clean(kind), "text": clean(body)},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
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
