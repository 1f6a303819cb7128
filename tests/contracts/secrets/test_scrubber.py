"""Which texts of an exchange are secret, how they may be written, and what is left of a text without them."""

from base64 import b64encode, urlsafe_b64encode
from html import escape
from json import dumps
from string import punctuation
from urllib.parse import quote

import pytest

from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.redactions import secrets_of, stand_ins
from plugproof_contracts.rules.examples import TOKEN, failure, success
from plugproof_contracts.secrets.encodings import forms
from plugproof_contracts.secrets.filenames import plain_name
from plugproof_contracts.secrets.scrubber import SHORTEST, STAND_IN, Scrubber
from plugproof_contracts.secrets.token import fingerprint

BARE = success("charger").replace(headers={}, request_headers={}, body=None)
SESSIONS = "https://app.plugchoice.com/api/v3/public-charging/sessions"
BASIC = b64encode(b"driver:pass:word").decode()


def with_url(url):
    return BARE.replace(url=url)


def sending(name, value):
    return BARE.replace(request_headers={name: value})


def answering(name, value):
    return BARE.replace(headers={name: value})


SECRETS = [
    (BARE, set()),
    (with_url(f"{SESSIONS}/tok%20en/confirm"), {"tok%20en"}),
    (with_url("https://me:pw@h/api/x"), {"me", "pw"}),
    (with_url("https://me@h/api/x"), {"me"}),
    (with_url("https://h/api/x?a=b%20c&d="), {"b c", "a=b%20c&d="}),
    (with_url("https://h/api/x#part"), {"part"}),
    (with_url("http://[/?a=b"), set()),
    (sending("Authorization", "Bearer abc"), {"abc"}),
    (sending("AUTHORIZATION", "bearer abc"), {"abc"}),
    (sending("authorization", f"Basic {BASIC}"), {BASIC, "driver", "pass:word"} | {BASIC.partition("=")[2]}),
    (sending("cookie", 'a=1; sid="x y"'), {"a=1", "1", 'sid="x', "x", 'y"'}),
    (sending("X-Auth-Key", "abc,def"), {"abc", "def"}),
    (sending("authorization", "Digest abc"), {"abc"}),
    (sending("authorization", "Negotiate abc"), {"abc"}),
    (sending("authorization", "Bearer aGVs$bG8="), {"aGVs$bG8="}),
    (sending("api-key", "abc"), {"abc"}),
    (sending("apikey", "abc"), {"abc"}),
    (sending("x-csrf-token", "abc"), {"abc"}),
    (sending("x-session", "abc"), {"abc"}),
    (sending("x-signature", "abc"), {"abc"}),
    (sending("x-password", "abc"), {"abc"}),
    (sending("accept", "text/html"), set()),
    (sending("Referer", f"{SESSIONS}/abc"), {"abc"}),
    (answering("Set-Cookie", "sid=abc; Path=/; HttpOnly"), {"abc"}),
    (answering("set-cookie", 'sid="abc" ; Path=/'), {"abc"}),
    (answering("Location", "/login/abc?next=def"), {"login", "abc", "def", "next=def"}),
    (answering("Content-Location", "/v3/abc"), {"abc"}),
    (answering("Link", f"<{SESSIONS}/abc>"), {"abc"}),
    (answering("location", f"{SESSIONS}/abc/confirm"), {"abc"}),
    (BARE.replace(body=b'{"session_token": "a\\u0062c"}'), {"abc"}),
    (BARE.replace(body=b'{"client_secret":"a\\"b"}'), {'a"b'}),
    (BARE.replace(body=b'{"client_secret":"ab\\xcd"}'), {"ab", "cd"}),
    (BARE.replace(body=b'{"access_token" :"abc"}'), {"abc"}),
    (BARE.replace(body=b'{"api_key": "abc", "refresh_token": "def"}'), {"abc", "def"}),
    (BARE.replace(body=b'{"token_access": "abc", "xpassword": "def"}'), set()),
    (BARE.replace(body=b'{"password": "caf\xff"}'), {"caf\N{REPLACEMENT CHARACTER}"}),
    (BARE.replace(request_body=b"a=1&password=x%20y&b=2"), {"x y"}),
    (BARE.replace(request_body=b"refresh_token=abc"), {"abc"}),
    (BARE.replace(request_body=b"api_key=caf\xff"), {"caf\N{REPLACEMENT CHARACTER}"}),
    (BARE.replace(request_body=b"my_password=abc"), set()),
    (BARE.replace(body=b"see /x?session_token=abc for more"), {"abc"}),
]


@pytest.mark.parametrize(("exchange", "secrets"), SECRETS, ids=range(len(SECRETS)))
def test_the_secrets_of_an_exchange_are_what_its_places_hold(exchange, secrets):
    """The secrets of an exchange are what its places hold, and nothing else."""
    assert set(secrets_of(exchange)) - {""} == secrets - {""}


def test_a_word_of_the_apis_own_paths_is_no_secret():
    assert set(secrets_of(answering("location", "/api/v3/public-charging/sessions"))) - {""} == set()


@pytest.mark.parametrize("secret", ["plain-secret", 'a<b>"c\\d', "café~x/y", "a b", 'é"<~/\\'])
def test_a_secret_is_known_in_every_way_to_write_it(secret):
    raw, json = secret.encode(), secret.replace("\\", "\\\\").replace('"', '\\"')
    plain = [
        secret,
        json,
        json.replace("é", "\\u00e9"),
        escape(secret),
        quote(raw, safe=""),
        quote(raw),
        raw.hex(),
    ]
    plain.append("".join(f"%{byte:02X}" for byte in raw))
    known = set(forms(secret))
    assert known >= set(plain)
    assert known >= {escape(form) for form in plain} | {escape(form, quote=False) for form in plain}
    assert known >= {form.replace("~", "~0").replace("/", "~1") for form in plain}
    assert known >= {dumps(form, ensure_ascii=pure)[1:-1] for form in plain for pure in (True, False)}
    assert known >= {quote(form.encode(), safe=punctuation.replace("%", "") + " ") for form in plain}


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("secret", ["s3cr3t-", "s3cr3t-t", "s3cr3t-to", "s3cr3t->>>???"])
@pytest.mark.parametrize("before", [b"", b"x", b"xy", b"xyz"])
@pytest.mark.parametrize("after", [b"", b"x", b"xy"])
def test_a_secret_inside_the_base64_of_a_longer_text_is_known(encode, secret, before, after):
    """Only characters that hold bits of something else may stay."""
    whole = encode(before + secret.encode() + after).decode()
    begin, end = 8 * len(before), 8 * len(before + secret.encode())
    first, last = -(-begin // 6), end // 6
    assert Scrubber([secret])(whole) == whole[:first] + STAND_IN + whole[last:]


def test_a_secret_that_was_sent_encoded_is_known_decoded():
    assert {"a/secret", "a%2Fsecret"} <= set(forms("a%2Fsecret"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a secret-one b", "a … b"),
        ("SECRET-ONE", "…"),
        ("secret-onesecret-one", "……"),
        ("secret-on", "…"),
        ("secret", "…"),
        ("secre", "secre"),
        ("secret-on it", "secret-on it"),
        ("secret-on…", "……"),
        ("secret…", "……"),
        ("secre…", "secre…"),
        ("secret-two", "secret-two"),
        ("secret-one-and-more", "…"),
        ("secret-one-and-less", "…-and-less"),
        ("xsecret-onex", "x…x"),
        ("", ""),
    ],
)
def test_a_text_keeps_all_but_the_longest_secret_at_each_place(text, shown):
    assert Scrubber(["secret-one", "secret-one-and-more"])(text) == shown


@pytest.mark.parametrize(("secret", "shown"), [("a" * (SHORTEST - 1), "aaaaa"), ("a" * SHORTEST, STAND_IN)])
def test_a_secret_shorter_than_the_shortest_is_a_word(secret, shown):
    assert Scrubber([secret])(secret) == shown
    assert (Scrubber([secret])(secret.encode().hex()) == STAND_IN) is (shown == STAND_IN)


@pytest.mark.parametrize("text", ["Secret-ONE", "secret-one", "SECRET-ONE", "sECRET-on", "SECRET…"])
def test_a_secret_is_taken_out_whatever_its_case(text):
    assert set(Scrubber(["SeCrEt-OnE"])(text)) == {STAND_IN}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a1b2c3d4e5f6", "…"),
        ("a1b2c3d4e5f", "a1b2c3d4e5f"),
        ("abcdefghijkl", "abcdefghijkl"),
        ("123456789012", "123456789012"),
        ("abcdefghijklmnopqrstuvwx", "…"),
        ("abcdefghijklmnopqrstuvw", "abcdefghijklmnopqrstuvw"),
        ("20260110T1200Z", "20260110T1200Z"),
        ("20260110T1200ZZ", "…"),
        ("x_2F7C1E9A-4b1d-4e5f-8a9b-0c1d2e3f4a5b.har", "x_….har"),
        ("caf\N{LATIN SMALL LETTER E WITH ACUTE}\n", "caf\N{LATIN SMALL LETTER E WITH ACUTE}\\n"),
    ],
)
def test_a_name_keeps_all_words_but_those_that_look_like_a_token(name, shown):
    assert plain_name(name) == shown


# What stands for them in a violation.


def test_a_fingerprint_replaces_every_spelling_of_a_token():
    """A token is replaced by its fingerprint, however short it is and however it is written."""
    sent = success().replace(url=f"{SESSIONS}/a%2Fb")
    found = stand_ins(ParsedResponse(sent))
    assert {form: found[form] for form in ("a%2Fb", "a/b", "a%252Fb")} == dict.fromkeys(
        ("a%2Fb", "a/b", "a%252Fb"), fingerprint("a%2Fb")
    )


def test_both_tokens_of_a_start_are_stood_for():
    found = stand_ins(ParsedResponse(success("start", "created")))
    assert found[TOKEN] == fingerprint(TOKEN)
    odd = success("start", "created").replace(body=b'{"session_token": "a/\\"b"}')
    assert {form for form, stands in stand_ins(ParsedResponse(odd)).items() if stands == fingerprint('a/"b')} >= {
        'a/"b',
        'a/\\"b',
        "a%2F%22b",
    }


def test_dots_replace_another_secret_and_nothing_a_short_one():
    """Another secret is replaced by dots, and a short one by nothing."""
    found = stand_ins(
        ParsedResponse(failure(404).replace(request_headers={"authorization": "Bearer secret-key, abcde"}))
    )
    assert (found["secret-key"], found[b"secret-key".hex()]) == (STAND_IN, STAND_IN)
    assert not {"abcde", b"abcde".hex()} & found.keys()
    six = stand_ins(ParsedResponse(failure(404).replace(request_headers={"authorization": "Bearer abcdef"})))
    assert six["abcdef"] == STAND_IN
    assert all(len(form) >= SHORTEST for form, stands in six.items() if stands == STAND_IN)


def test_a_token_with_half_a_surrogate_pair_is_stood_for_too():
    assert stand_ins(ParsedResponse(success().replace(url=f"{SESSIONS}/abc\ud800def")))
