"""Values as recorders write them: numbers as text, text as numbers, headers and times in many forms.

What a value cannot be read as is None, and never an error: whether it was needed is for others to say.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from plugproof_contracts.exchanges.headers import Headers
from plugproof_contracts.secrets.stand_ins import is_stand_in

_STATUS = re.compile(r"\s*([0-9]{3})(?:\.0*)?(?:\s.*)?", re.ASCII | re.DOTALL)
_PLAIN = ("content-type", "date", "retry-after", "x-ratelimit-")
"""Headers that never hold a secret, and that a value which stands for another one makes useless."""
_MILLISECONDS = 10**11
"""Seconds since 1970 from here on are milliseconds: as seconds they are in the year 5138."""


def text_of(value: Any) -> str | None:
    """Return a scalar as text, or None for null and for anything but a scalar."""
    match value:
        case str():
            return value
        case bytes():
            return value.decode("latin-1")
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return str(value)
    return None


def status_of(value: Any) -> int | None:
    """Return a status code from 100 to 999, or None: no answer came, whatever stands there instead."""
    match = _STATUS.fullmatch(text_of(value) or "")
    return int(match[1]) if match and match[1] >= "100" else None


def size_of(value: Any) -> int | None:
    """Return a size in bytes, or None if it is unknown, which recorders write as -1 too."""
    text = text_of(value) or ""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text, re.ASCII) else None


def moment_of(value: Any) -> datetime | None:
    """Return a moment out of ISO 8601, the date of HTTP, or seconds or milliseconds since 1970.

    One without an offset is taken for UTC: between the entries of a file only differences matter.
    """
    text = (text_of(value) or "").strip()
    try:
        found = _of_epoch(float(text)) if re.fullmatch(r"[0-9.]+", text, re.ASCII) else _of_text(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _of_epoch(number: float) -> datetime:
    return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS else number, UTC)


def _of_text(text: str) -> datetime:
    return datetime.fromisoformat(text) if text[:1].isdigit() else parsedate_to_datetime(text)


def headers_of(found: Any) -> Headers:
    """Return headers out of an object, of pairs, of objects with `name` and `value`, or of lines of text.

    Several values may be a list, or one text with a line for each. Headers whose value is null, is no scalar or
    was replaced are left out; then, and where there is no `Date`, which every server sends, they are partial.
    """
    kept: list[tuple[str, str]] = []
    is_partial = False
    for name, value in _pairs(found):
        is_plain = name.lower().startswith(_PLAIN)
        if not is_plain and type(value) is str and "\n" not in value:
            kept.append((name, value))  # as nearly all are
            continue
        lines = whole = _lines(value)
        if is_plain:
            whole = [line for line in lines if not _is_stand_in(line)]
        is_partial = is_partial or not lines or len(whole) < len(lines)
        kept += [(name, line) for line in whole]
    headers = Headers(kept)
    headers.is_partial = is_partial or "date" not in headers
    return headers


_is_stand_in = lru_cache(maxsize=1024)(is_stand_in)
"""Remembers the values of plain headers, which repeat."""


def _pairs(found: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(found, Mapping):
        yield from _of_object(found.get("dictitems", found).items())
    elif isinstance(found, str):
        yield from _of_object(line.split(":", 1) for line in found.splitlines() if ":" in line)
    elif isinstance(found, list):
        for item in found:
            name, value = (item.get("name"), item.get("value")) if type(item) is dict else (None, None)
            if type(name) is str and type(value) is str:
                yield name.strip(), value  # as nearly all are
            else:
                yield from _of_object(_of_item(item))


def _of_object(pairs: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    for name, value in pairs:
        if (plain := text_of(name)) is None:
            continue
        for one in value if isinstance(value, list) else [value]:
            yield plain.strip(), one


def _of_item(item: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(item, Mapping):
        yield item.get("name"), item.get("value")
    elif isinstance(item, list) and len(item) > 1:
        yield item[0], item[1:]


def _lines(value: Any) -> list[str]:
    text = value if isinstance(value, str) else text_of(value)
    if text is None:
        return []
    return [line.strip() for line in text.split("\n")] if "\n" in text else [text]
