"""Moments: whole microseconds since 1970, the only measure of time inside the fake."""

from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from functools import lru_cache

from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.parsing.date_times import instant

SECOND = 1_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = 31_536_000 * SECOND
"""The beginning of 1971: a clock shows nothing earlier, so that a seeded session has room for its past."""
LATEST = 253_402_300_799 * SECOND
"""The last second of 9999: neither an ISO timestamp nor an HTTP date reaches further."""


def parse(text: str) -> int:
    """Read an ISO 8601 date-time with an offset; raise `InvalidValueError` for anything else."""
    when = instant(text.replace(" ", "T", 1)) if isinstance(text, str) else None
    if when is None:
        raise InvalidValueError(f"{text!r} is not an ISO 8601 date-time such as 2026-01-10T12:00:00Z")
    if when.tzinfo is None:
        raise InvalidValueError(f"{text!r} has no offset; write it as 2026-01-10T12:00:00Z or with +01:00")
    return (when - _EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=8192)
def _iso_second(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.000000Z").rjust(27, "0")


def iso(moment: int) -> str:
    """Write a moment as the API does: UTC, six decimals, kept to the second (assumed)."""
    return _iso_second(moment // SECOND)


@lru_cache(maxsize=64)
def http_date(second: int) -> bytes:
    """Write a Unix second as an HTTP date."""
    return formatdate(second, usegmt=True).encode()


def seconds(count: float) -> int:
    """Turn seconds into microseconds."""
    return round(count * SECOND)


def length_of(by: timedelta | float | None, **parts: float) -> int:
    """Return microseconds; raise `InvalidValueError` where that is not a length of time."""
    try:
        given = by.total_seconds() if isinstance(by, timedelta) else by
        return seconds(timedelta(**parts).total_seconds() if given is None else given)
    except (ValueError, OverflowError) as error:
        raise InvalidValueError(f"advance takes a length of time that fits the calendar: {error}") from None
