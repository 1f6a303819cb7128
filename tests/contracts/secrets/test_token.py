"""A token has no readable form, and no way to one but `reveal`."""

import copy
import pickle
import re
import subprocess
import sys

import pytest

from plugproof_contracts.secrets.scrubber import scrubbed
from plugproof_contracts.secrets.token import Token, fingerprint

SECRET = "c4n4ry-5e5510n-t0k3n"


def test_every_readable_form_of_a_token_is_its_fingerprint():
    token = Token(SECRET)
    forms = [str(token), f"{token}", repr(token), f"{token:>40}", repr([token]), repr({token: token})]
    assert all(fingerprint(SECRET) in form and SECRET not in form for form in forms)
    assert f"{token:>40}" == fingerprint(SECRET).rjust(40)
    assert re.fullmatch(r"token~[0-9a-f]{10}", token.fingerprint)
    assert token.reveal() == SECRET


def test_a_token_is_not_pickled():
    for attempt in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled") as refused:
            attempt(Token(SECRET))
        assert SECRET not in str(refused.value)


@pytest.mark.parametrize("other", [SECRET + "x", SECRET[:-1], SECRET.upper(), "", "\udcff"])
def test_tokens_are_equal_exactly_where_their_secrets_are(other):
    assert (Token(SECRET), hash(Token(SECRET)), Token(SECRET).fingerprint) == (
        Token(SECRET),
        hash(Token(SECRET)),
        Token(SECRET).fingerprint,
    )
    assert Token(SECRET) != Token(other)
    assert Token(SECRET).fingerprint != Token(other).fingerprint


def test_a_token_of_any_text_is_equal_to_itself():
    assert Token("half of \ud800") == Token("half of \ud800")


def test_a_token_is_not_equal_to_its_text():
    assert Token(SECRET) != SECRET
    assert Token(SECRET) != Token(SECRET).fingerprint


def test_a_fingerprint_tells_nobody_outside_of_this_process():
    """Without a key of the process, whoever has a list of tokens finds the one that a report speaks of."""
    code = f"from plugproof_contracts.secrets.token import fingerprint; print(fingerprint({SECRET!r}))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert re.fullmatch(r"token~[0-9a-f]{10}", told)
    assert told != fingerprint(SECRET)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abc", "*"),
        ("(abc)", "(*)"),
        ("xabc abcx abc", "xabc abcx *"),
        ("abc_ 1abc", "abc_ 1abc"),
        ("long-secret", "#"),
        ("xlong-secretx", "x#x"),
        ("abcdef1", "+1"),
        ("Xabcdef", "X+"),
        ("abcde1", "abcde1"),
        ("a.c axc", "? axc"),
    ],
)
def test_only_a_long_secret_is_taken_out_of_other_words(text, shown):
    """A short secret is taken out where it stands alone, and a long one everywhere."""
    secrets = {"abc": "*", "long-secret": "#", "abcdef": "+", "abcde": "-", "a.c": "?"}
    assert scrubbed(text, secrets) == shown


def test_of_two_secrets_the_longer_one_is_taken_out_first():
    assert scrubbed("long-secret-of-mine", {"long-secret": "#", "long-secret-of-mine": "*"}) == "*"
    assert scrubbed("long-secret-of-mine", {"long-secret-of-mine": "*", "long-secret": "#"}) == "*"
