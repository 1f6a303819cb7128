"""HAR 1.2, as browsers and proxies write it."""

from collections.abc import Mapping
from typing import Any

from plugproof_contracts.adapters.recorded.entry_reading import RawBody, RawEntry, mapping_of
from plugproof_contracts.adapters.recorded.recorded_values import text_of

PATH = ("log", "entries")
"""Where the entries are."""

_ERRORS = ("_error", "_failureText")
_COPIES = ("_fetchedViaServiceWorker", "_fromCache", "_servedFromCache")


def raw_entry(entry: Mapping[Any, Any]) -> RawEntry:
    """Return the parts of an entry."""
    request, response = mapping_of(entry.get("request")), mapping_of(entry.get("response"))
    return RawEntry(
        request.get("method"),
        request.get("url"),
        response.get("status"),
        response.get("headers"),
        _body(response),
        request.get("headers"),
        _request_body(request),
        entry.get("startedDateTime"),
        response.get("statusText"),
        next((found for name in _ERRORS for part in (response, entry) if (found := part.get(name))), None),
        is_copy=any(part.get(name) for name in _COPIES for part in (response, entry)),
    )


def _body(response: Mapping[Any, Any]) -> RawBody:
    """HAR wants the encodings undone, which not every exporter does; a missing text may also be an empty one."""
    content = response.get("content")
    if not isinstance(content, Mapping):
        return RawBody(content)
    is_base64 = (text_of(content.get("encoding")) or "").lower() == "base64"
    # Of a beacon a browser keeps neither headers nor body, whatever stands there instead.
    was_kept = content.get("text") or content.get("size") or response.get("headers")
    text = content.get("text") if was_kept else None
    return RawBody(text, is_base64, (content.get("size"), _size_if_empty(response, content)))


def _size_if_empty(response: Mapping[Any, Any], content: Mapping[Any, Any]) -> Any:
    """The size of what was transferred, which may be compressed, counts only where there is nothing else."""
    return None if content.get("text") else response.get("bodySize")


def _request_body(request: Mapping[Any, Any]) -> RawBody:
    sent = request.get("postData")
    text = sent.get("text") if isinstance(sent, Mapping) else sent
    return RawBody(text, sizes=(request.get("bodySize"),))
