"""One entry of a recording, of whichever format, as an exchange.

What a recorder altered or left out is not the API's break: such a body or request is not available, and a
header that is not there may have been sent. What is not needed may be as wrong as it likes.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from plugproof_contracts.adapters.recorded.bodies import BodyDecoder, BodyError, from_base64
from plugproof_contracts.adapters.recorded.recorded_entry import (
    FOREIGN,
    INSIDE_BROWSER,
    NOT_MODIFIED,
    PREFLIGHT,
    UNANSWERED,
    RecordedEntry,
)
from plugproof_contracts.adapters.recorded.recorded_values import (
    headers_of,
    moment_of,
    size_of,
    status_of,
    text_of,
)
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.headers import Headers
from plugproof_contracts.exchanges.route import route
from plugproof_contracts.secrets.stand_ins import is_stand_in

_WITHOUT_BODY = frozenset({204, 205})
_CONDITIONS = ("if-none-match", "if-modified-since")


class RawBody(NamedTuple):
    """A body as it was written down; `sizes` are what the recorder says that it had."""

    value: Any = None
    is_base64: bool = False
    sizes: tuple[Any, ...] = ()
    is_exact: bool = False
    """Whether the recorder keeps bodies as they are, decoded: then an empty one was empty."""


class RawEntry(NamedTuple):
    """One entry as it was written down, its parts found and none of them read."""

    method: Any
    url: Any
    status: Any
    headers: Any = None
    body: RawBody = RawBody()
    request_headers: Any = None
    request_body: RawBody = RawBody()
    at: Any = None
    status_text: Any = None
    error: Any = None
    """Why the transfer broke off, if it did."""
    is_copy: bool = False


def entry_of(raw: RawEntry, decoder: BodyDecoder) -> RecordedEntry:
    """Return what an entry gives; of an entry of another API nothing but the URL is looked at."""
    if not isinstance(raw.url, str):
        return RecordedEntry(problem="not an exchange: the request has no URL")
    if route("", raw.url).base is None:
        return RecordedEntry(skipped=FOREIGN)
    method = (text_of(raw.method) or "").strip().lstrip(":").upper()
    if not method:
        return RecordedEntry(problem="not an exchange: the request has no method")
    if method == "OPTIONS":
        return RecordedEntry(skipped=PREFLIGHT)
    status = status_of(raw.status)
    if status is None:
        return RecordedEntry(skipped=UNANSWERED)
    return _answered(raw, method, status, decoder)


def _answered(raw: RawEntry, method: str, status: int, decoder: BodyDecoder) -> RecordedEntry:
    headers, sent = headers_of(raw.headers), headers_of(raw.request_headers)
    if status == 307 and _is_inside_browser(raw, headers):
        return RecordedEntry(skipped=INSIDE_BROWSER)
    if status == 304 and (not len(sent) or any(name in sent for name in _CONDITIONS)):
        return RecordedEntry(skipped=NOT_MODIFIED)
    problem = ""
    try:
        body = _body(raw, method, status, headers, decoder)
    except BodyError as reason:
        body, problem = None, str(reason)
    exchange = Exchange(
        method,
        raw.url.strip(),
        status,
        headers,
        body,
        request_headers=sent,
        request_body=_request_body(raw.request_body, sent),
        at=moment_of(raw.at),
    )
    return RecordedEntry(exchange, problem=problem, is_copy=raw.is_copy)


def _is_inside_browser(raw: RawEntry, headers: Headers) -> bool:
    secure = raw.url.strip().replace("http://", "https://", 1)
    return (
        headers.get("non-authoritative-reason") is not None
        or "internal redirect" in (text_of(raw.status_text) or "").lower()
        or (secure != raw.url.strip() and headers.get("location") == secure)
    )


def _bytes_of(body: RawBody) -> bytes | None:
    """Return what was written down, None if there is none; raises `BodyError`."""
    value = body.value
    if isinstance(value, str):
        return from_base64(value) if body.is_base64 else _encoded(value)
    if isinstance(value, bytes) or value is None:
        return value
    raise BodyError("the body was not recorded as text")


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise BodyError("the body was not recorded as UTF-8") from None


def _request_body(body: RawBody, headers: Headers) -> bytes:
    """Return what was sent; nothing if its length is another one, for then the recorder altered it."""
    try:
        found = _bytes_of(body) or b""
    except BodyError:
        return b""
    declared = size_of(headers.get("content-length"))
    sizes = {size for size in map(size_of, body.sizes) if size} if declared is None else {declared}
    return b"" if sizes and len(found) not in sizes else found


def _body(raw: RawEntry, method: str, status: int, headers: Headers, decoder: BodyDecoder) -> bytes | None:
    """Return the body, None if none was recorded; raises `BodyError` for one that is not what was sent."""
    found = _bytes_of(raw.body)
    if found is None and not raw.error:
        return b"" if headers.get("content-length") == "0" else None
    if found is not None and not raw.body.is_exact:
        encodings = headers.get("content-encoding")
        is_unnamed = encodings is None and headers.is_partial
        found = decoder.undo_unnamed(found) if is_unnamed else decoder.undo(found, encodings)
    if _has_body(method, status) and not _is_json(found or b""):
        _refuse_altered(raw, found or b"", headers)
    return found


def _has_body(method: str, status: int) -> bool:
    return method != "HEAD" and status not in _WITHOUT_BODY and not 300 <= status < 400


def _refuse_altered(raw: RawEntry, body: bytes, headers: Headers) -> None:
    """Raise `BodyError` if a body that is not JSON is not the one that was sent, or may not be."""
    declared = size_of(headers.get("content-length"))
    size = max((size for size in (declared, *map(size_of, raw.body.sizes)) if size is not None), default=None)
    if raw.error:
        raise BodyError("the transfer broke off before the body was whole")
    if size is not None and size > len(body):
        raise BodyError(f"the body was cut when it was recorded, to {len(body)} of {size} bytes")
    if raw.body.is_exact:
        return
    if is_stand_in(body[:200].decode("latin-1")):
        raise BodyError("the body was replaced when it was recorded")
    if not body and declared is None:
        raise BodyError("the body is empty, and no length was recorded that says whether it was when it was sent")


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return False
    return True


def mapping_of(value: Any) -> Mapping[Any, Any]:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}
