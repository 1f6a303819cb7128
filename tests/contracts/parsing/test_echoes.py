"""Bodies are compared apart from the token that each request brought."""

import pytest

from plugproof_contracts.parsing.echoes import are_alike

WORDS = b'{"message": "No session %b."}'


@pytest.mark.parametrize(
    ("first", "token", "second", "other", "alike"),
    [
        (WORDS % b"abc", "abc", WORDS % b"defgh", "defgh", True),
        (WORDS % b"abc", "abc", WORDS % b"s", "s", True),
        (WORDS % b"e", "e", WORDS % b"s", "s", True),
        (WORDS % b"a b", "a%20b", WORDS % b"abc", "abc", True),
        (WORDS % b"a%20b", "a%20b", WORDS % b"abc", "abc", True),
        (WORDS % b"a\\/b", "a%2Fb", WORDS % b"abc", "abc", True),
        (b"abc abc", "abc", b"de de", "de", True),
        (WORDS % b"abc", "abc", WORDS % b"abc", "defgh", True),
        (WORDS % b"abc", "abc", b'{"message": "It has expired: defgh."}', "defgh", False),
        (WORDS % b"abc", "abc", WORDS % b"xyz", "defgh", False),
        (WORDS % b"abc", "abc", WORDS % b"defgh" + b" ", "defgh", False),
        (b"a" * 9, "a", b"a" * 8 + b"b", "b", True),
        (b"", "a", b"a", "b", False),
    ],
)
def test_only_the_own_token_may_differ(first, token, second, other, alike):
    """A body that differs in anything else tells one token from another."""
    assert are_alike(first, token, second, other) is alike
    assert are_alike(second, other, first, token) is alike
