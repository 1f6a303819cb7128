"""The request bodies of start and receipt-email: JSON or form, read and validated."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from plugproof_mockserver.http.response import Problem, invalid

MAX_BODY = 64 * 1024
"""Bytes; anything longer is refused with 413 before it is read to the end (assumed)."""

TOO_LARGE = Problem(413, f"The request body is too large; {MAX_BODY} bytes are allowed.")

_FORM = "application/x-www-form-urlencoded"
_ATOM = r"[^\s@()<>\[\],;:\\\".\x00-\x20\x7f]+"
_LABEL = r"[^\W_](?:[^\W_]|-){0,62}(?<!-)"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")

_ABSENT = object()


class Start(NamedTuple):
    """A valid request to start a session."""

    code: str
    connector_id: int
    email: str | None


class _UnreadableError(ValueError):
    """A body that is not what its content type says; the message says why."""


def read_start(body: bytes, content_type: str) -> Start | Problem:
    """Read and validate the body of start."""
    fields = _read(body, content_type, {"code": _code, "connector_id": _connector_id, "email": _optional_email})
    if isinstance(fields, Problem):
        return fields
    return Start(fields["code"], fields["connector_id"], fields.get("email"))


def read_email(body: bytes, content_type: str) -> str | Problem:
    """Read and validate the body of receipt-email."""
    fields = _read(body, content_type, {"email": _email})
    return fields if isinstance(fields, Problem) else str(fields["email"])


Check = Callable[[Any], str | None]
"""Takes the value of a field, or `_ABSENT`, and returns the complaint."""


def _read(body: bytes, content_type: str, checks: dict[str, Check]) -> dict[str, Any] | Problem:
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
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        raise _UnreadableError("The request body is not a valid form of at most 100 fields in UTF-8.") from None
    fields: dict[str, Any] = dict(pairs)
    if re.fullmatch(r"\d{1,9}", fields.get("connector_id", ""), re.ASCII):
        fields["connector_id"] = int(fields["connector_id"])
    return fields


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
