"""Answers that a test writes by hand: they take the place of what an operation would answer.

The limiter counts such a call and the journal notes it; the operation does not run, and changes nothing.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from plugproof_contracts.argument_checks import CheckedStruct, check_arguments
from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver.http.response import JSON, Response
from plugproof_mockserver.world.nouns.choices import MOST_FIRST, require_choice

_UNSET: Any = object()
_TEXT = ((b"content-type", b"text/plain; charset=utf-8"),)
_FRAMING = frozenset({"content-length", "transfer-encoding"})


class PreparedResponse(msgspec.Struct, kw_only=True, metaclass=CheckedStruct):
    """One answer to `operation` (or `*`), for the `first` so many calls or for all."""

    operation: str
    response: Response
    first: int | None = None
    used_count: int = 0

    @check_arguments
    def matches(self, operation: str) -> bool:
        """Return whether this is the answer to a call of an operation."""
        is_left = self.first is None or self.used_count < self.first
        return self.operation in ("*", operation) and is_left


def take(prepared: list[PreparedResponse], operation: str) -> Response | None:
    """Return the answer that was prepared last for an operation, and count the call; None if there is none."""
    for one in reversed(prepared):
        if one.matches(operation):
            one.used_count += 1
            return one.response
    return None


def make_prepared(
    operation: str,
    *,
    status: int = 200,
    json: Any = _UNSET,
    content: str | bytes | None = None,
    headers: Mapping[str, str] | None = None,
    first: int | None = None,
) -> PreparedResponse:
    """Return an answer by hand; raise `InvalidValueError` that names what is wrong and what is allowed."""
    require_choice("the operation of an answer by hand", operation, ("*", *OPERATIONS))
    is_status = isinstance(status, int) and status in set(HTTPStatus) and status >= 200
    _require("status", status, is_status, "a final HTTP status, such as 502")
    _require("content", content, isinstance(content, str | bytes | None), "a text or bytes")
    is_count = type(first) is int and 1 <= first <= MOST_FIRST
    _require("first", first, first is None or is_count, f"a whole number from 1 to {MOST_FIRST}")
    if json is not _UNSET and content is not None:
        raise InvalidValueError("an answer by hand has either json or content, not both")
    body, kind = _body(json, content)
    return PreparedResponse(
        operation=operation, response=Response(status, body, _headers(headers or {}, kind)), first=first
    )


def _body(content_json: Any, content: str | bytes | None) -> tuple[bytes, tuple[tuple[bytes, bytes], ...]]:
    if content_json is not _UNSET:
        try:
            return json.dumps(content_json, ensure_ascii=False).encode("utf-8", "replace"), JSON
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidValueError(f"the json of an answer by hand can't be written as JSON: {error}") from None
    if content is None:
        return b"", ()
    return (content.encode("utf-8", "replace") if isinstance(content, str) else content), _TEXT


def _headers(headers: Mapping[str, str], kind: tuple[tuple[bytes, bytes], ...]) -> tuple[tuple[bytes, bytes], ...]:
    _require("headers", headers, isinstance(headers, Mapping), "a mapping of names to texts")
    for name, value in headers.items():
        _require(f"header {name}", value, isinstance(name, str) and isinstance(value, str), "a text by its name")
    given = {name.lower(): value for name, value in headers.items()}
    for name, value in given.items():
        _require(f"header {name}", value, name not in _FRAMING, "left out: it follows from the body")
        safe = (name + value).isascii() and (name + value).isprintable() and name.isascii() and " " not in name
        _require(f"header {name}", value, safe, "printable ASCII")
    written = tuple((name.encode(), value.encode()) for name, value in given.items())
    return written if "content-type" in given else kind + written


def _require(name: str, value: object, holds: bool, allowed: str) -> None:
    if not holds:
        raise InvalidValueError(f"the {name} of an answer by hand can't be {value!r}; it must be {allowed}")
