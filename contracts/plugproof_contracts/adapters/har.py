"""HAR 1.2, as browsers and proxies write it."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from plugproof_contracts.adapters.bodies import BodyError, from_base64, undone
from plugproof_contracts.adapters.elements import Source, objects_at
from plugproof_contracts.adapters.entry import UNANSWERED, Entry
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.headers import Headers


class _Pair(msgspec.Struct):
    name: str
    value: str


class _Sent(msgspec.Struct):
    text: str | None = None


class _Request(msgspec.Struct, rename="camel"):
    method: str
    url: str
    headers: list[_Pair] = []
    post_data: _Sent | None = None


class _Content(msgspec.Struct):
    size: float = 0
    text: str | None = None
    encoding: str | None = None


class _Response(msgspec.Struct):
    status: int
    headers: list[_Pair] = []
    content: _Content | None = None


class _Entry(msgspec.Struct, rename="camel"):
    request: _Request
    response: _Response
    started_date_time: str = ""


_DECODER = msgspec.json.Decoder(_Entry)


def read_har(source: Source) -> Iterator[Entry]:
    """Yield the entries; raises `RecordingError` where the text ends too early."""
    for text, end in objects_at(source, ("log", "entries")):
        yield _entry(text)._replace(end=end)


def _entry(text: bytes) -> Entry:
    try:
        found = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        return Entry(problem=f"not as HAR 1.2 has it: {error}")
    if found.response.status == 0:
        return Entry(skipped=UNANSWERED)
    headers = _headers(found.response.headers)
    try:
        return Entry(_exchange(found, headers, _body(found.response.content, headers)))
    except BodyError as reason:
        return Entry(_exchange(found, headers, None), problem=str(reason))


def _headers(pairs: list[_Pair]) -> Headers:
    return Headers([(pair.name, pair.value) for pair in pairs])


def _exchange(found: _Entry, headers: Headers, body: bytes | None) -> Exchange:
    sent = found.request.post_data
    return Exchange(
        found.request.method,
        found.request.url,
        found.response.status,
        headers,
        body,
        request_headers=_headers(found.request.headers),
        request_body=(sent.text or "").encode() if sent else b"",
        at=moment(found.started_date_time),
    )


def _body(content: _Content | None, headers: Headers) -> bytes | None:
    """HAR wants the encodings undone, which not every exporter does; a missing text may also be an empty one."""
    if content is None or content.text is None:
        return b"" if headers.get("content-length") == "0" else None
    is_base64 = (content.encoding or "").lower() == "base64"
    body = from_base64(content.text) if is_base64 else content.text.encode()
    body = undone(body, headers.get("content-encoding"))
    if content.size > len(body) and not _is_json(body):
        raise BodyError(f"the body was cut when it was recorded, to {len(body)} bytes")
    return body


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return False
    return True


def moment(text: str) -> datetime | None:
    """Return an ISO 8601 moment, or None if it is none or lacks an offset."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
