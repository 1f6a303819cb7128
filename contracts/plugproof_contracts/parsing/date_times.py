"""Moments as the API writes them: ISO 8601 in bodies, the HTTP date in headers."""

import re
from datetime import UTC, datetime, timedelta

from plugproof_contracts.errors import InvalidValueError

SKEW = timedelta(seconds=60)
"""How far the clocks of the machines behind one API may differ."""

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}
_HTTP_DATE = re.compile(r"\w{3}, (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII)


def instant(text: str) -> datetime | None:
    """Return the ISO 8601 date-time in `text`, naive if it has no offset, or None if it is not one."""
    if "T" not in text or not text.isascii():
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _read(_FORM.fullmatch(text))
    # Python takes a part of a minute for one of a second. In these lengths, as the API writes, there is none.
    size = len(text)
    if text[16] == ":" if size == 27 else size in (20, 25) and not found.microsecond:
        return found
    return _read(_FORM.fullmatch(text))


_FORM = re.compile(
    r"(?P<year>\d{4})-?(?:(?P<day>\d{3})|(?P<date>\d\d-?\d\d|W\d\d(?:-?\d)?))"
    r"T(?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d))?)?(?:[.,](?P<part>\d+))?"
    r"(?P<offset>Z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_UNITS = {"second": 1, "minute": 60, "hour": 3600}


def _read(match: re.Match[str] | None) -> datetime | None:
    """Read what ISO 8601 has besides: parts of a minute or an hour, days of the year, 24:00, and leap seconds."""
    if match is None:
        return None
    seconds = sum(int(match[name] or 0) * unit for name, unit in _UNITS.items())
    least = next(unit for name, unit in _UNITS.items() if match[name])
    part = int(f"{(match['part'] or '')[:9]:0<9}") * least // 1000
    if int(match["minute"] or 0) > 59 or int(match["second"] or 0) > 60 or (seconds, part) > (86_400, 0):
        return None
    try:
        return _day(match) + timedelta(seconds=seconds, microseconds=part)
    except (ValueError, OverflowError):
        return None


def _day(match: re.Match[str]) -> datetime:
    written = match["year"] + ("0101" if match["day"] else match["date"].replace("-", ""))
    start = datetime.fromisoformat(f"{written}T00:00:00{match['offset'] or ''}")
    found = start + timedelta(days=int(match["day"] or 1) - 1)
    if found.year != start.year:
        raise InvalidValueError(f"no such day: {match['day']}")
    return found


def http_date(text: str | None) -> datetime | None:
    """Return the moment of a `Date` header, or None if it is missing or not an HTTP date."""
    match = _HTTP_DATE.fullmatch(text or "")
    if match is None:
        return None
    day, month, year, hour, minute, second = match.groups()
    try:
        return datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except (KeyError, ValueError):
        return None
