"""Moments are read as the API writes them, and nothing else is taken for one."""

from datetime import UTC, datetime

import pytest

from plugproof_contracts.parsing.date_times import http_date, instant


def test_an_http_date_is_read():
    assert http_date("Sat, 10 Jan 2026 12:34:56 GMT") == datetime(2026, 1, 10, 12, 34, 56, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "soon",
        "2026-01-10T12:00:00Z",
        "Sat, 10 Jan 2026 12:00:00",
        "Sat, 30 Feb 2026 12:00:00 GMT",
        "Sat, 10 Foo 2026 12:00:00 GMT",
        "Sat, 10 Jan 2026 25:00:00 GMT",
        "Sat, ١٠ Jan 2026 12:00:00 GMT",
    ],
)
def test_what_is_no_http_date_is_none(text):
    assert http_date(text) is None


@pytest.mark.parametrize(
    "text", ["", "2026-01-10", "2026-01-10 12:00:00", "2026-02-30T12:00:00Z", "٢026-01-10T12:00"]
)
def test_what_is_no_date_time_is_none(text):
    assert instant(text) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("2026-12-31T23:59:60Z", "2027-01-01T00:00:00+00:00"),
        ("2026-01-10T24:00:00Z", "2026-01-11T00:00:00+00:00"),
        ("2026-010T11:00:00+01:00", "2026-01-10T11:00:00+01:00"),
        ("2026010T110000Z", "2026-01-10T11:00:00+00:00"),
        ("2026W026T24:00Z", "2026-01-11T00:00:00+00:00"),
        ("2026-01-10T11:00.5Z", "2026-01-10T11:00:30+00:00"),
        ("2026-01-10T1100,25+01:00", "2026-01-10T11:00:15+01:00"),
        ("2026-01-10T11.5Z", "2026-01-10T11:30:00+00:00"),
        ("2026-01-10T11:00:00,1234567Z", "2026-01-10T11:00:00.123456+00:00"),
    ],
)
def test_the_rare_forms_of_iso_8601_are_read(text, plain):
    """What the standard allows and Python does not read is no break of it."""
    assert instant(text) == datetime.fromisoformat(plain)


@pytest.mark.parametrize(
    "text",
    [
        "2026-366T00:00Z",
        "2026-000T00:00Z",
        "2026-02-30T24:00Z",
        "2026-01-10T24:00:01Z",
        "2026-01-10T11:60Z",
        "2026-01-10T23:59:61Z",
        "0000-001T11:00Z",
        "9999-12-31T24:00Z",
        "2026-01-10T11.5X",
        "2026-01-10T24:00:00.5Z",
        "2026-01-10T11:00:00.Z",
        "2026-01-10T11:00:00+01:00:30",
        "2026-01-10 T11:00:00Z",
    ],
)
def test_what_only_looks_rare_is_none(text):
    assert instant(text) is None
