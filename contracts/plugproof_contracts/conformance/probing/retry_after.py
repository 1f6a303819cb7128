"""How long an answer asks its client to wait (RFC 9110, 10.2.3): seconds, or a date in any of three forms."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from plugproof_contracts.exchanges.headers import Headers
from plugproof_contracts.parsing.date_times import http_date

LONGEST = 10**9
"""Seconds; whatever is longer is not waited for anyway."""


def retry_after(headers: Headers, now: float) -> float | None:
    """Return the seconds to wait that `Retry-After` asks for, or None if it is absent or says nothing legal."""
    text = (headers.get("retry-after") or "").strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) < 10 else float(LONGEST)
    until = _date(text)
    if until is None:
        return None
    sent = http_date(headers.get("date"))
    return min(max(0.0, until - (sent.timestamp() if sent else now)), float(LONGEST))


def _date(text: str) -> float | None:
    """The obsolete forms have no offset, and mean GMT."""
    try:
        found: datetime = parsedate_to_datetime(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
