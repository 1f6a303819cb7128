"""VCR cassettes: of vcrpy, with its old ways for httpx, of Ruby's vcr, of go-vcr and of betamax."""

from collections.abc import Mapping
from typing import Any

from plugproof_contracts.adapters.recorded.entry_reading import RawBody, RawEntry, mapping_of

LISTS = ("interactions", "http_interactions")
"""Where the tools keep what they recorded."""

_CODES = ("code", "status_code", "status")


def raw_entry(interaction: Mapping[Any, Any]) -> RawEntry:
    """Return the parts of an interaction; the times that some of them have are not those of sending."""
    request, response = mapping_of(interaction.get("request")), mapping_of(interaction.get("response"))
    return RawEntry(
        request.get("method"),
        request.get("uri", request.get("url")),
        _status(response),
        response.get("headers"),
        _body(response.get("body", response.get("content"))),
        request.get("headers"),
        _body(request.get("body")),
    )


def _status(response: Mapping[Any, Any]) -> Any:
    """go-vcr has a text in `status` and the number in `code`."""
    found = next((response[name] for name in _CODES if response.get(name) is not None), None)
    return found.get("code") if isinstance(found, Mapping) else found


def _body(body: Any) -> RawBody:
    """A body is text, bytes, nothing, or an object that holds it as `string` or `base64_string`."""
    if not isinstance(body, Mapping):
        return RawBody(body)
    base64 = body.get("base64_string")
    return RawBody(body.get("string") if base64 is None else base64, base64 is not None)
