"""Exchanges one to a line, as JSON: the format that loses nothing.

A line is an object of `method`, `url`, `status`, `headers`, and where there is one `body` (text) or
`body_base64`, `request_headers`, `request_body` or `request_body_base64`, and `at` (ISO 8601 with an
offset). Headers are a list of pairs, or an object. Content encodings are undone.
"""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import msgspec

from plugproof_contracts.adapters.bodies import BodyError, from_base64
from plugproof_contracts.adapters.elements import Source
from plugproof_contracts.adapters.entry import Entry
from plugproof_contracts.adapters.har import moment
from plugproof_contracts.exchanges.exchange import Exchange

LONGEST_LINE = 64 * 2**20
"""Bytes of a line that is read; a longer one is passed over."""


class Line(msgspec.Struct, omit_defaults=True):
    """One line; members that the format does not have are passed over."""

    method: str
    url: str
    status: int
    headers: list[tuple[str, str]] | dict[str, str] = []
    body: str | None = None
    body_base64: str | None = None
    request_headers: list[tuple[str, str]] | dict[str, str] = []
    request_body: str | None = None
    request_body_base64: str | None = None
    at: str | None = None


_DECODER = msgspec.json.Decoder(Line)


def to_ndjson(exchange: Exchange) -> bytes:
    """Return the line of an exchange, with its end; it holds the token and every credential as they were sent."""
    line = Line(
        exchange.method,
        exchange.url,
        exchange.status,
        headers=list(exchange.headers),
        request_headers=list(exchange.request_headers),
        at=exchange.at.isoformat() if exchange.at else None,
        **_written("body", exchange.body),
        **_written("request_body", exchange.request_body or None),
    )
    return msgspec.json.encode(line) + b"\n"


def _written(name: str, body: bytes | None) -> dict[str, Any]:
    if body is None:
        return {}
    try:
        return {name: body.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": b64encode(body).decode()}


def read_ndjson(source: Source) -> Iterator[Entry]:
    """Yield the exchanges, line by line; an empty line is none."""
    start = 0
    while start < len(source):
        end = source.find(b"\n", start)
        end = len(source) if end < 0 else end
        if end - start > LONGEST_LINE:
            yield Entry(problem=f"a line of more than {LONGEST_LINE} bytes", end=end)
        elif text := source[start:end].strip():
            yield _entry(text)._replace(end=end)
        start = end + 1


def _entry(text: bytes) -> Entry:
    try:
        line = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        return Entry(problem=f"not an exchange: {error}")
    try:
        return Entry(_exchange(line, *_bodies(line)))
    except BodyError as reason:
        return Entry(_exchange(line, None, b""), problem=str(reason))


def _bodies(line: Line) -> tuple[bytes | None, bytes]:
    sent = _read(line.request_body, line.request_body_base64)
    return _read(line.body, line.body_base64), sent or b""


def _exchange(line: Line, body: bytes | None, request_body: bytes) -> Exchange:
    return Exchange(
        line.method,
        line.url,
        line.status,
        line.headers,
        body,
        request_headers=line.request_headers,
        request_body=request_body,
        at=moment(line.at or ""),
    )


def _read(text: str | None, base64: str | None) -> bytes | None:
    if base64 is not None:
        return from_base64(base64)
    return text.encode() if text is not None else None
