"""What the fake answers, as plain data that every face sends in its own way."""

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from html import escape
from http import HTTPStatus
from typing import Any

import msgspec

Headers = tuple[tuple[bytes, bytes], ...]

JSON: Headers = ((b"content-type", b"application/json"),)
HTML: Headers = ((b"content-type", b"text/html; charset=utf-8"),)


_DROP = 8
"""Bytes of a body that drips that come at a time."""


class ConnectionFault(StrEnum):
    """How a connection ends instead of delivering the whole answer."""

    RESET = "reset"
    EMPTY = "empty"
    TRUNCATE = "truncate"


class Response(msgspec.Struct, frozen=True):
    """One answer; `delay` is real seconds before it is sent, `connection_fault` how the connection breaks instead.

    `drip` is the seconds that its body takes, which then comes a few bytes at a time.
    """

    status: int
    body: bytes
    headers: Headers = JSON
    delay: float = 0
    connection_fault: ConnectionFault | None = None
    drip: float = 0

    def __repr__(self) -> str:
        # The body of a start holds the token.
        return f"<Response {self.status}, {len(self.body)} bytes>"

    def drops(self) -> Iterator[tuple[float, bytes]]:
        """Yield the body in the pieces in which it drips, each with the seconds before it."""
        starts = range(0, len(self.body), _DROP)
        passed = 0.0
        for number, start in enumerate(starts, 1):
            mark = round(self.drip * number / len(starts), 6)  # so that all of them are as long as they shall be
            yield mark - passed, self.body[start : start + _DROP]
            passed = mark

    def wire_headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers as they are sent; a 204 has neither a body nor a length."""
        if self.status == 204:
            return list(self.headers)
        return [*self.headers, (b"content-length", b"%d" % len(self.body))]

    def wire_head(self) -> bytes:
        """Return the status line and the headers as HTTP/1.1 has them, up to the body."""
        lines = map(b": ".join, self.wire_headers())
        return b"\r\n".join((_STATUS_LINES[self.status], *lines, b"\r\n"))


_STATUS_LINES = {code.value: f"HTTP/1.1 {code.value} {code.phrase}".encode() for code in HTTPStatus}


class ErrorResponse(msgspec.Struct, frozen=True):
    """An error before it is written: `fields` are the complaints by field of a 422."""

    status: int
    message: str
    fields: Mapping[str, list[str]] | None = None
    headers: Headers = ()

    def to_response(self) -> Response:
        """Write the error as JSON: a 422 compact, as successes are, and any other pretty-printed (assumed)."""
        content = {"message": self.message} | ({} if self.fields is None else {"errors": self.fields})
        layout: dict[str, Any] = {"indent": 4} if self.fields is None else {"separators": (",", ":")}
        return Response(self.status, json.dumps(content, **layout).encode(), JSON + self.headers)

    def to_page(self, back: str | None = None) -> Response:
        """Write the error as who did not ask for JSON gets it: a page, or a way `back` (assumed)."""
        if back is None:
            page = _page(f"{self.status} {HTTPStatus(self.status).phrase}")
            return Response(self.status, page, HTML + self.headers)
        location = (b"location", back.encode("latin-1", "replace"))
        return Response(302, _page(f"Redirecting to {back}"), (*HTML, location, *self.headers))


def invalid(fields: Mapping[str, list[str]]) -> ErrorResponse:
    """Return the 422 for complaints by field; its message is the first of them and the number of the others."""
    complaints = [text for texts in fields.values() for text in texts]
    more = len(complaints) - 1
    tail = f" (and {more} more error{'s' if more > 1 else ''})" if more else ""
    return ErrorResponse(422, complaints[0] + tail, fields)


def shorten(value: object) -> str:
    """Return a value for a message, cut where it gets long."""
    text = repr(value)
    return text if len(text) <= 60 else text[:56] + " …"


def _page(title: str) -> bytes:
    title = escape(title)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><title>{title}</title></head><body>{title}</body></html>\n'
    ).encode()


def refuse_method(method: str, allow: str) -> ErrorResponse:
    """Return the 405 of a route that takes only the methods of an `Allow` header."""
    taken = ", ".join(sorted(allow.split(", ")))
    return ErrorResponse(405, f"This takes no {method}; it takes {taken}.", headers=((b"allow", taken.encode()),))
