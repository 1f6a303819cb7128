import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugproof_mockserver.model.settings import DOCUMENTED_LIMITS, Limit, Settings, parse_duration, parse_limit


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("15m", 900),
        ("24h", 86_400),
        ("2d", 172_800),
        ("1.5h", 5400),
        (" 5m ", 300),
        ("0", 0),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "h", "-1", "1w", "1 h", "1e3", "inf", "nan", "\u0661\u0662", "9" * 10, "1.h", "1h1m"]
)
def test_anything_else_is_no_duration(text):
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("confirm=10/60", ("confirm", Limit(10, 60.0))),
        (" receipt-email=1/0.5 ", ("receipt-email", Limit(1, 0.5))),
        ("start=0/60", ("start", Limit(0, 60.0))),
    ],
)
def test_a_limit_is_an_operation_hits_and_seconds(text, limit):
    assert parse_limit(text) == limit


@pytest.mark.parametrize(
    "text",
    ["", "confirm", "confirm=10", "pay=10/60", "confirm=10/0", "confirm=-1/60", "confirm=x/60", "confirm=1/1/1"],
)
def test_anything_else_is_no_limit_and_the_operations_are_named(text):
    with pytest.raises(ValueError, match=r"confirm, start, get, stop, cancel, receipt-email, charger"):
        parse_limit(text)


@given(st.text())
def test_a_parser_returns_or_says_what_is_wrong(text):
    for parse in (parse_duration, parse_limit):
        said = ""
        try:
            parse(text)
        except ValueError as error:
            said = str(error)
        assert not said or repr(text) in said


def test_the_documented_limits_hold_until_others_are_set():
    documented = {
        "confirm": 10,
        "start": 3,
        "get": 30,
        "stop": 10,
        "cancel": 10,
        "receipt-email": 10,
        "charger": 30,
    }
    assert {name: (one.hits, one.seconds) for name, one in DOCUMENTED_LIMITS.items()} == {
        name: (hits, 60) for name, hits in documented.items()
    }
    settings = Settings(limits={"get": Limit(1, 2)})
    assert settings.limit_of("get") == Limit(1, 2)
    assert settings.limit_of("confirm") == Limit(10, 60)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hold", -1),
        ("hold", 10**16),
        ("vat", -0.1),
        ("vat", 100.5),
        ("vat", float("nan")),
        ("token_ttl", float("inf")),
        ("token_ttl", -1),
        ("payment_window", float("nan")),
        ("sessions_per_charger", -1),
    ],
)
def test_a_number_out_of_its_range_is_refused_by_field_and_value(field, value):
    with pytest.raises(ValueError, match=rf"{field} can't be {re.escape(repr(value))}; it must be from"):
        Settings(**{field: value})


@pytest.mark.parametrize(("hits", "seconds"), [(-1, 60), (1, 0), (1, -1), (1, float("nan")), (1, float("inf"))])
def test_a_limit_that_can_not_be_counted_is_refused(hits, seconds):
    with pytest.raises(ValueError, match=r"(hits|seconds) can't be"):
        Limit(hits, seconds)
