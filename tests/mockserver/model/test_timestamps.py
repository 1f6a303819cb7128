import re
from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugproof_mockserver.model.timestamps import EARLIEST, LATEST, SECOND, http_date, iso, parse

moments = st.integers(EARLIEST, LATEST)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000001+00:00", 1),
        ("1970-01-01T01:00:00+01:00", 0),
        ("2026-01-10T01:14:33.000000Z", 1_768_007_673 * SECOND),
        ("1971-01-01T00:00:00Z", EARLIEST),
        ("9999-12-31T23:59:59Z", LATEST),
    ],
)
def test_a_date_time_with_an_offset_is_a_moment(text, moment):
    assert parse(text) == moment


@pytest.mark.parametrize(
    "text", ["", "noon", "2026-01-10", "2026-01-10T12:00:00", "2026-13-01T00:00:00Z", None, 5]
)
def test_anything_else_is_refused_with_its_own_text(text):
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        parse(text)


@given(moments)
def test_a_moment_is_written_to_the_second_it_is_in(moment):
    text = iso(moment)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z", text)
    assert parse(text) == moment - moment % SECOND


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (EARLIEST, "1971-01-01T00:00:00.000000Z"),
        (LATEST, "9999-12-31T23:59:59.000000Z"),
        (-62_135_596_800 * SECOND, "0001-01-01T00:00:00.000000Z"),
        (1_768_007_673 * SECOND + 999_999, "2026-01-10T01:14:33.000000Z"),
    ],
)
def test_the_whole_calendar_is_written_in_one_form(moment, text):
    assert iso(moment) == text


@given(moments)
def test_an_http_date_is_the_same_second(moment):
    written = http_date(moment // SECOND).decode()
    assert written.endswith(" GMT")
    assert parsedate_to_datetime(written) == datetime.fromisoformat(iso(moment))
