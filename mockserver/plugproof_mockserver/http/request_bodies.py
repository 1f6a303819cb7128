"""The request bodies of start and receipt-email: JSON or a form, read and validated."""

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from plugproof_mockserver.http.response import ErrorResponse, invalid

MAX_BODY = 64 * 1024
"""Bytes; anything longer is refused with 413 before it is read to the end (assumed)."""

TOO_LARGE = ErrorResponse(413, f"The request body is too large; {MAX_BODY} bytes are allowed.")

MOST_FIELDS = 100
"""Fields of a form, as sent."""

_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_DISPOSITION = re.compile(rb"(?:\A|\r\n)content-disposition:\s*form-data((?:[^\r]|\r(?!\n))*)", re.IGNORECASE)
_NAME = re.compile(rb';\s*name=(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)
_FILE = re.compile(rb";\s*filename\*?=", re.IGNORECASE)
_ATOM = r"[^\s@()<>\[\],;:\\\".\x00-\x20\x7f]+"
_LABEL = r"[^\W_](?:[^\W_]|-){0,62}(?<!-)"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")

_ABSENT = object()


class StartBody(NamedTuple):
    """A valid request to start a session."""

    code: str
    connector_id: int
    email: str | None


class _UnreadableError(ValueError):
    """A body that is not what its content type says; the message says why."""


def read_start(body: bytes, content_type: str) -> StartBody | ErrorResponse:
    """Read and validate the body of start."""
    fields = _read(body, content_type, {"code": _code, "connector_id": _connector_id, "email": _optional_email})
    if isinstance(fields, ErrorResponse):
        return fields
    return StartBody(fields["code"], fields["connector_id"], fields.get("email"))


def read_email(body: bytes, content_type: str) -> str | ErrorResponse:
    """Read and validate the body of receipt-email."""
    fields = _read(body, content_type, {"email": _email})
    return fields if isinstance(fields, ErrorResponse) else str(fields["email"])


Check = Callable[[Any], str | None]
"""Takes the value of a field, or `_ABSENT`, and returns the complaint."""


def _read(body: bytes, content_type: str, checks: dict[str, Check]) -> dict[str, Any] | ErrorResponse:
    unreadable = None
    try:
        fields = _parse(body, content_type)
    except _UnreadableError as error:
        fields, unreadable = {}, str(error)
    complaints = {name: [text] for name, check in checks.items() if (text := check(fields.get(name, _ABSENT)))}
    return invalid(complaints, unreadable) if complaints else fields


def _parse(body: bytes, content_type: str) -> dict[str, Any]:
    media = content_type.partition(";")[0].strip().lower()
    if media == _FORM:
        return _parse_form(body)
    if media == _MULTIPART:
        return _parse_multipart(body, content_type)
    if body and (media.endswith(("/json", "+json"))):
        return _parse_json(body)
    return {}


def _parse_json(body: bytes) -> dict[str, Any]:
    try:
        fields = msgspec.json.decode(body)
    except (ValueError, RecursionError) as error:
        raise _UnreadableError(f"The request body is not valid JSON: {error}.") from None
    if not isinstance(fields, dict):
        raise _UnreadableError("The request body must be a JSON object.")
    return fields


def _parse_form(body: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise _not_a_form() from None
    return _fields(pairs)


def _parse_multipart(body: bytes, content_type: str) -> dict[str, Any]:
    """Read the parts of a form as RFC 7578 has them: flat, with neither a charset nor an encoding of their own."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise _UnreadableError("The Content-Type of a multipart form must name its boundary.")
    delimiter = b"\r\n--" + (found[1] or found[2]).encode("latin-1")
    _, *parts = (b"\r\n" + body).split(delimiter, MOST_FIELDS + 2)
    end = next((at for at, part in enumerate(parts) if part.startswith(b"--")), None)
    if end is None or end > MOST_FIELDS:
        raise _not_a_form()
    try:
        return _fields(_part(part) for part in parts[:end])
    except ValueError:
        raise _not_a_form() from None


def _part(part: bytes) -> tuple[str, Any]:
    """Return the name and the value of one part; a file is no string, whatever is in it."""
    padding, _, rest = part.partition(b"\r\n")
    head, ends, value = rest.partition(b"\r\n\r\n")
    disposition = _DISPOSITION.search(head)
    name = _NAME.search(disposition[1]) if disposition else None
    if padding.strip() or not ends or not disposition or not name:
        raise _not_a_form()
    text = {} if _FILE.search(disposition[1]) else value.decode()
    return (name[1] or name[2] or b"").decode(), text


def _fields(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the fields of a form, of each the last that was sent; a number is written in digits."""
    fields = dict(pairs)
    number = fields.get("connector_id")
    if isinstance(number, str) and re.fullmatch(r"\d{1,9}", number, re.ASCII):
        fields["connector_id"] = int(number)
    return fields


def _not_a_form() -> _UnreadableError:
    return _UnreadableError(f"The request body is not a valid form of at most {MOST_FIELDS} fields in UTF-8.")


def _code(value: Any) -> str | None:
    if value in (_ABSENT, None, ""):
        return "The code field is required."
    if not isinstance(value, str) or len(value) > 10:
        return "The code field must be a string of at most 10 characters."
    return None


def _connector_id(value: Any) -> str | None:
    if value in (_ABSENT, None, ""):
        return "The connector_id field is required."
    if type(value) is not int or not 1 <= value <= 100:
        return "The connector_id field must be an integer between 1 and 100."
    return None


def _email(value: Any) -> str | None:
    if value in (_ABSENT, None):
        return "The email field is required."
    if not isinstance(value, str) or len(value) > 255 or not _EMAIL.fullmatch(value):
        return "The email field must be a valid email address of at most 255 characters."
    return None


def _optional_email(value: Any) -> str | None:
    return None if value is _ABSENT or value is None else _email(value)
