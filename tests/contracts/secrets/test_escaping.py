"""Nothing that comes from outside moves a cursor, ends a line, or gives a runner a command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugproof_contracts.secrets.escaping import escape


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a: b, ü 北 😀", "a: b, ü 北 😀"),
        ("a\x1b[31m\r\n\t\x00", r"a\x1b[31m\r\n\t\x00"),
        ("\x7f\x85\x9b", r"\x7f\x85\x9b"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("\u202etxt.exe\u2066\u200b\ufeff", r"\u202etxt.exe\u2066\u200b\ufeff"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("::error::no", r"\x3a:error::no"),
        ("  ::stop-commands::x", r"  \x3a:stop-commands::x"),
        (":", r"\x3a"),
        ("a ##[add-mask]b ##vso[task]", r"a \x23#[add-mask]b \x23#vso[task]"),
    ],
)
def test_what_is_not_printable_is_escaped(text, shown):
    assert escape(text) == shown


@given(text=st.text())
def test_what_is_escaped_stays_as_it_is(text):
    assert escape(escape(text)) == escape(text)
    assert escape(text).isprintable()
    assert not escape(text).lstrip().startswith(":")
