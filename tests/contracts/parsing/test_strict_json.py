"""JSON is read to the letter, and every defect is named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugproof_contracts.parsing.strict_json import DEEPEST, MISSING, SAFE_INTEGER, JsonDefect, read

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-SAFE_INTEGER, SAFE_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer())
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=9,
)


def defects(body):
    return {defect for defect, _ in read(body).defects}


@given(values, st.booleans(), st.sampled_from([None, 2]))
def test_what_json_writes_is_read_without_a_defect(value, ascii_only, indent):
    reading = read(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode())
    assert reading.value == value
    assert reading.defects == ()


@pytest.mark.parametrize(
    ("body", "value", "found"),
    [
        (b"", MISSING, {JsonDefect.MALFORMED}),
        (b"{'a':1}", MISSING, {JsonDefect.MALFORMED}),
        (b"[1,]", MISSING, {JsonDefect.MALFORMED}),
        (b"[01]", MISSING, {JsonDefect.MALFORMED}),
        (b'"\x01"', MISSING, {JsonDefect.MALFORMED}),
        (b"\x0c1", MISSING, {JsonDefect.MALFORMED}),
        (b"1 2", 1, {JsonDefect.TRAILING}),
        (b"1\x00", 1, {JsonDefect.TRAILING}),
        (b"\xef\xbb\xbf1", 1, {JsonDefect.BYTE_ORDER_MARK}),
        (b'"\xff"', "\ufffd", {JsonDefect.NOT_UTF8}),
        (b'{"a":1,"a":2}', {"a": 2}, {JsonDefect.DUPLICATE_KEY}),
        (b'{"a":1,"\\u0061":2}', {"a": 2}, {JsonDefect.DUPLICATE_KEY}),
        (b"[Infinity]", [float("inf")], {JsonDefect.NOT_FINITE}),
        (b'["\\udc00"]', ["\udc00"], {JsonDefect.SURROGATE}),
        (b'{"a":"\\udc00"}', {"a": "\udc00"}, {JsonDefect.SURROGATE}),
        (b'{"\\udc00":1}', {"\udc00": 1}, {JsonDefect.SURROGATE}),
        (b"9007199254740991", SAFE_INTEGER, set()),
        (b"9007199254740992", SAFE_INTEGER + 1, {JsonDefect.OUT_OF_RANGE}),
        (b"-9007199254740992", -SAFE_INTEGER - 1, {JsonDefect.OUT_OF_RANGE}),
        (b"45.0", 45, {JsonDefect.NOT_PLAIN}),
        (b"-4.5e1", -45, {JsonDefect.NOT_PLAIN}),
        (b"45.5", 45.5, set()),
        (b"1e300", int(1e300), {JsonDefect.NOT_PLAIN, JsonDefect.OUT_OF_RANGE}),
        (b"1e999", float("inf"), {JsonDefect.OUT_OF_RANGE}),
        (
            b"\xef\xbb\xbf[NaN,1e999] x",
            ...,
            {JsonDefect.BYTE_ORDER_MARK, JsonDefect.NOT_FINITE, JsonDefect.OUT_OF_RANGE, JsonDefect.TRAILING},
        ),
    ],
)
def test_a_defect_is_named_and_the_rest_is_read(body, value, found):
    reading = read(body)
    assert value is ... or reading.value == value
    assert defects(body) == found


@pytest.mark.parametrize(
    ("opens", "core", "closes"), [(b"[", b"", b"]"), (b"[", b"1", b"]"), (b'{"a":', b"1", b"}")]
)
def test_depth_counts_the_levels_of_arrays_and_objects(opens, core, closes):
    assert defects(opens * DEEPEST + core + closes * DEEPEST) == set()
    assert defects(opens * (DEEPEST + 1) + core + closes * (DEEPEST + 1)) == {JsonDefect.TOO_DEEP}
