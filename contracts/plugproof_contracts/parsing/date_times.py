"""Moments as the API writes them: ISO 8601 in bodies, the HTTP date in headers."""

import re
from datetime import UTC, datetime, timedelta

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
    """Return the ISO 8601 date-time in `text`, naive if it has no offset, or None if it is none."""
    if "T" not in text or not text.isascii():
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


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
