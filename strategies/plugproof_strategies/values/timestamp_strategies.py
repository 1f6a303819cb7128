"""Moments: whole seconds since 1970, and the ways ISO 8601 has to write them."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import strategies as st

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Form(NamedTuple):
    """How a moment is written: `hours` is the offset, `pattern` takes the local time's format codes."""

    pattern: str
    hours: float = 0


FORMS = (
    Form("%Y-%m-%dT%H:%M:%S.000000Z"),
    Form("%Y-%m-%dT%H:%M:%SZ"),
    Form("%Y-%m-%dT%H:%M:%S.000+00:00"),
    Form("%Y-%m-%dT%H:%M:%S+02:00", 2),
    Form("%Y-%m-%dT%H:%M:%S-05:00", -5),
)
"""First the form that the API has elsewhere (assumed), then others that a parser must read alike."""

ODD_FORMS = (
    *FORMS,
    Form("%Y-%m-%dT%H:%M:%S.123456789Z"),
    Form("%Y-%m-%dT%H:%M:%S,5Z"),
    Form("%Y-%m-%dT%H:%M:%S+05:45", 5.75),
    Form("%Y-%m-%dT%H:%M:%S+14:00", 14),
    Form("%Y-%m-%dT%H:%M:%S.999999-12:00", -12),
    Form("%Y%m%dT%H%M%SZ"),
    Form("%Y-%m-%dT%H:%MZ"),
    Form("%G-W%V-%uT%H:%M:%SZ"),
    Form("%Y-%m-%dT%H:%M:%S"),
)
"""Legal, and rarely tried: long and short fractions, a comma, far offsets, basic format, weeks, no offset."""


def second(text: str) -> int:
    """Return the Unix second of an ISO 8601 date-time with an offset."""
    return int((datetime.fromisoformat(text) - _EPOCH) // timedelta(seconds=1))


FIRST, LAST = second("2026-01-01T00:00:00Z"), second("2037-12-31T00:00:00Z")
"""Between these lie the moments of coherent sessions; examples shrink to the first."""

MOMENTS = st.integers(FIRST, LAST)
ODD_MOMENTS = st.sampled_from(
    tuple(
        second(text)
        for text in (
            "2026-01-01T00:00:00Z",
            "2028-02-29T23:59:59Z",
            "2000-02-29T12:00:00Z",
            "2026-03-29T01:30:00Z",
            "2026-12-31T23:59:59Z",
            "2038-01-19T03:14:08Z",
            "1970-01-02T00:00:00Z",
            "9999-12-30T00:00:00Z",
        )
    )
)
"""Leap days, a clock change, turns of years, the end of 32 bits, the first and last days that most clocks know."""


def at(moment: int) -> datetime:
    """Return a moment as a `datetime` in UTC."""
    return _EPOCH + timedelta(seconds=moment)


def iso(moment: int, form: Form = FORMS[0]) -> str:
    """Write a moment in one of the forms."""
    local = _EPOCH + timedelta(seconds=moment + int(form.hours * 3600))
    return local.strftime(form.pattern)
