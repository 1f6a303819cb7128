"""What the fake answers, as plain data that every face sends in its own way."""

import json
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus

import msgspec

Headers = tuple[tuple[bytes, bytes], ...]

JSON: Headers = ((b"content-type", b"application/json"),)
HTML: Headers = ((b"content-type", b"text/html; charset=utf-8"),)


class ConnectionFault(StrEnum):
    """How a connection ends instead of delivering the whole answer."""

    RESET = "reset"
    EMPTY = "empty"
    TRUNCATE = "truncate"


class Response(msgspec.Struct, frozen=True):
    """One answer; `delay` is real seconds before it is sent, `cut` how the connection breaks instead."""

    status: int
    body: bytes
    headers: Headers = JSON
    delay: float = 0
    connection_fault: ConnectionFault | None = None

    def __repr__(self) -> str:
        # The body of a start holds the token.
        return f"<Response {self.status}, {len(self.body)} bytes>"

    def wire_headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers as they are sent; a 204 has neither a body nor a length."""
        if self.status == 204:
            return list(self.headers)
        return [*self.headers, (b"content-length", b"%d" % len(self.body))]

    def wire_head(self) -> bytes:
        """Return the status line and the headers as HTTP/1.1 has them, up to the body."""
        lines = [b"%b: %b\r\n" % header for header in self.wire_headers()]
        return b"".join((_STATUS_LINES[self.status], *lines, b"\r\n"))


_STATUS_LINES = {code.value: f"HTTP/1.1 {code.value} {code.phrase}\r\n".encode() for code in HTTPStatus}


class ErrorResponse(msgspec.Struct, frozen=True):
    """An error before it is written: `fields` are the complaints by field of a 422."""

    status: int
    message: str
    fields: Mapping[str, list[str]] | None = None
    headers: Headers = ()

    def to_response(self, *, as_json: bool = True) -> Response:
        """Write the error as JSON; or as the framework does for who did not ask for JSON (assumed)."""
        if as_json:
            return Response(self.status, self._json(), JSON + self.headers)
        if self.fields is not None:
            return Response(302, _page("Redirecting to /"), (*HTML, (b"location", b"/"), *self.headers))
        return Response(self.status, _page(f"{self.status} {HTTPStatus(self.status).phrase}"), HTML + self.headers)

    def _json(self) -> bytes:
        # Errors are pretty-printed, successes compact: so the framework does (assumed).
        content = {"message": self.message} | ({} if self.fields is None else {"errors": self.fields})
        return json.dumps(content, indent=4, ensure_ascii=False).encode("utf-8", "replace")


def invalid(fields: Mapping[str, list[str]], message: str | None = None) -> ErrorResponse:
    """Return the 422 for complaints by field; its message is the first of them and the number of the others."""
    complaints = [text for texts in fields.values() for text in texts]
    more = len(complaints) - 1
    tail = f" (and {more} more error{'s' if more > 1 else ''})" if more else ""
    return ErrorResponse(422, message or complaints[0] + tail, fields)


def shorten(value: object) -> str:
    """Return a value for a message, cut where it gets long."""
    text = repr(value)
    return text if len(text) <= 60 else text[:56] + " …"


def _page(title: str) -> bytes:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><title>{title}</title></head><body>{title}</body></html>\n'
    ).encode()
