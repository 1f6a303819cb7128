"""The request bodies of start and receipt-email: JSON or a form, read and validated.

The framework reads all three kinds alike (assumed): strings are trimmed, an empty one is null, and a body that
can't be read has no fields.
"""

import re
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from plugproof_contracts.errors import InvalidValueError
from plugproof_mockserver.http import validation
from plugproof_mockserver.http.response import ErrorResponse

MAX_BODY = 64 * 1024
"""Bytes; anything longer is refused with 413 before it is read to the end (assumed)."""


def too_large(most: int) -> ErrorResponse:
    """Return the 413 of a body of more than `most` bytes."""
    return ErrorResponse(413, f"The request body is too large; {most} bytes are allowed.")


TOO_LARGE = too_large(MAX_BODY)

MOST_FIELDS = 1000
"""Fields of a form, as sent; one with more has none (assumed)."""

_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_DISPOSITION = re.compile(rb"(?:\A|\r\n)content-disposition:\s*form-data((?:[^\r]|\r(?!\n))*)", re.IGNORECASE)
_NAME = re.compile(rb';\s*name=(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)
_FILE = re.compile(rb";\s*filename\*?=", re.IGNORECASE)
_A_FILE = {"filename": ""}
_PADDING = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\0\u200b\u200e\ufeff"
"""What is trimmed: white space, and characters that nobody sees."""

_EMAIL_RULES = (validation.EMAIL, validation.no_longer_than(255))
_START_RULES = {
    "code": (validation.REQUIRED, validation.STRING, validation.no_longer_than(10)),
    "connector_id": (
        validation.REQUIRED,
        validation.INTEGER,
        validation.at_least(1),
        validation.at_most(100),
    ),
    "email": _EMAIL_RULES,
}
_RECEIPT_RULES = {"email": (validation.REQUIRED, *_EMAIL_RULES)}


class StartBody(NamedTuple):
    """A valid request to start a session."""

    code: str
    connector_id: int
    email: str | None


def read_start(body: bytes, content_type: str) -> StartBody | ErrorResponse:
    """Read and validate the body of start."""
    fields = read_fields(body, content_type)
    if problem := validation.complaints(fields, _START_RULES):
        return problem
    return StartBody(fields["code"], validation.as_integer(fields["connector_id"]) or 0, fields.get("email"))


def read_email(body: bytes, content_type: str) -> str | ErrorResponse:
    """Read and validate the body of receipt-email."""
    fields = read_fields(body, content_type)
    return validation.complaints(fields, _RECEIPT_RULES) or str(fields["email"])


def read_fields(body: bytes, content_type: str) -> dict[str, Any]:
    """Return the fields of a body by its content type; none of one that is of another kind or can't be read."""
    try:
        fields = _parse(body, content_type)
    except (ValueError, RecursionError):
        return {}
    return {name: _clean(value) for name, value in fields.items()}


def _clean(value: Any) -> Any:
    return (value.strip(_PADDING) or None) if isinstance(value, str) else value


def _parse(body: bytes, content_type: str) -> dict[str, Any]:
    media = content_type.partition(";")[0].strip().lower()
    if media == _FORM:
        text = body.decode()
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS))
    if media == _MULTIPART:
        return _parse_multipart(body, content_type)
    if "/json" in media or "+json" in media:
        fields = msgspec.json.decode(body)
        return fields if isinstance(fields, dict) else {}
    return {}


def _parse_multipart(body: bytes, content_type: str) -> dict[str, Any]:
    """Read the parts of a form as RFC 7578 has them: flat, with neither a charset nor an encoding of their own."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise InvalidValueError("no boundary")
    delimiter = b"\r\n--" + (found[1] or found[2]).encode("latin-1")
    _, *parts = (b"\r\n" + body).split(delimiter, MOST_FIELDS + 2)
    end = next((at for at, part in enumerate(parts) if part.startswith(b"--")), None)
    if end is None or end > MOST_FIELDS:
        raise InvalidValueError("no end, or too many fields")
    return dict(_part(part) for part in parts[:end])


def _part(part: bytes) -> tuple[str, Any]:
    """Return the name and the value of one part; a file is no string, whatever is in it."""
    padding, _, rest = part.partition(b"\r\n")
    head, ends, value = rest.partition(b"\r\n\r\n")
    disposition = _DISPOSITION.search(head)
    name = _NAME.search(disposition[1]) if disposition else None
    if padding.strip() or not ends or not disposition or not name:
        raise InvalidValueError("not a part of a form")
    text = _A_FILE if _FILE.search(disposition[1]) else value.decode()
    return (name[1] or name[2] or b"").decode(), text
