"""Moments: whole microseconds since 1970, the only measure of time inside the fake."""

from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from functools import lru_cache

from plugproof_contracts.errors import InvalidValueError

SECOND = 1_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = 31_536_000 * SECOND
"""The beginning of 1971: a clock shows nothing earlier, so that a seeded session has room for its past."""
LATEST = 253_402_300_799 * SECOND
"""The last second of 9999: neither an ISO timestamp nor an HTTP date reaches further."""


def parse(text: str) -> int:
    """Read an ISO 8601 date-time with an offset; raise `InvalidValueError` for anything else."""
    try:
        when = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise InvalidValueError(f"{text!r} is not an ISO 8601 date-time such as 2026-01-10T12:00:00Z") from None
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
