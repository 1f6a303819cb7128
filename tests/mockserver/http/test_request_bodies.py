import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugproof_mockserver.http.request_bodies import Start, read_email, read_start
from plugproof_mockserver.http.response import Problem

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def complaints(found: object) -> set[str]:
    """Return the fields that are complained about."""
    assert isinstance(found, Problem)
    assert found.status == 422
    assert found.fields is not None
    assert all(texts and all(texts) for texts in found.fields.values())
    return set(found.fields)


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b'{"code": "HAPPY", "connector_id": 1, "email": "a@b.example"}', JSON),
        (
            b'{"code": "HAPPY", "connector_id": 1, "email": "a@b.example", "more": [1]}',
            "Application/JSON; charset=utf-8",
        ),
        (b'{"code": "HAPPY", "connector_id": 1, "email": "a@b.example"}', "application/vnd.api+json"),
        (b'{"code": "x", "code": "HAPPY", "connector_id": 1, "email": "a@b.example"}', JSON),
        (b"code=HAPPY&connector_id=1&email=a%40b.example", FORM),
        (b"code=x&code=HAPPY&connector_id=1&email=a%40b.example", FORM + "; charset=utf-8"),
    ],
)
def test_a_start_is_read_from_json_and_from_a_form(body, media):
    assert read_start(body, media) == Start("HAPPY", 1, "a@b.example")


@pytest.mark.parametrize("given", [{}, {"email": None}])
def test_an_email_is_not_needed_to_start(given):
    assert read_start(json.dumps({"code": "HAPPY", "connector_id": 100} | given).encode(), JSON) == Start(
        "HAPPY", 100, None
    )


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {"code", "connector_id"}),
        ({"code": "HAPPY"}, {"connector_id"}),
        ({"connector_id": 1}, {"code"}),
        ({"code": None, "connector_id": None}, {"code", "connector_id"}),
        ({"code": "", "connector_id": ""}, {"code", "connector_id"}),
        ({"code": "ELEVENCHARS", "connector_id": 1}, {"code"}),
        ({"code": 12, "connector_id": 1}, {"code"}),
        ({"code": ["HAPPY"], "connector_id": 1}, {"code"}),
        ({"code": "HAPPY", "connector_id": 0}, {"connector_id"}),
        ({"code": "HAPPY", "connector_id": 101}, {"connector_id"}),
        ({"code": "HAPPY", "connector_id": -1}, {"connector_id"}),
        ({"code": "HAPPY", "connector_id": 1.5}, {"connector_id"}),
        ({"code": "HAPPY", "connector_id": True}, {"connector_id"}),
        ({"code": "HAPPY", "connector_id": {}}, {"connector_id"}),
        ({"code": "HAPPY", "connector_id": 10**25}, {"connector_id"}),
        ({"code": "HAPPY", "connector_id": 1, "email": "x"}, {"email"}),
        ({"code": "HAPPY", "connector_id": 1, "email": ""}, {"email"}),
        ({"code": "HAPPY", "connector_id": 1, "email": 7}, {"email"}),
        ({"code": 1, "connector_id": "x", "email": []}, {"code", "connector_id", "email"}),
    ],
    ids=lambda given: " ".join(sorted(given)) if isinstance(given, set) else str(given),
)
def test_each_wrong_field_of_a_start_is_named(fields, wrong):
    assert complaints(read_start(json.dumps(fields).encode(), JSON)) == wrong


def test_the_message_is_the_first_complaint_and_the_number_of_the_others():
    one = read_start(b'{"code": "HAPPY"}', JSON)
    three = read_start(b'{"email": 1}', JSON)
    assert isinstance(one, Problem)
    assert isinstance(three, Problem)
    assert one.message == "The connector_id field is required."
    assert three.message == "The code field is required. (and 2 more errors)"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nothing",
        b'{"email": NaN}',
        b'{"email": Infinity}',
        b'{"email": 1e999}',
        b'{"email": "\xff@x.example"}',
        b'{"email": "\\ud800@x.example"}',
        b'{"email": "a@b.example"} trailing',
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"email": ' + b"9" * 5000 + b"}",
        b'\xef\xbb\xbf{"email": "a@b.example"}',
        b"\x00",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_not_json_is_a_422_that_says_so(body):
    found = read_email(body, JSON)
    assert complaints(found) == {"email"}
    assert isinstance(found, Problem)
    assert found.message.startswith("The request body is not valid JSON")


@pytest.mark.parametrize("body", [b"null", b"[]", b'"a@b.example"', b"1"])
def test_json_that_is_no_object_is_a_422_that_says_so(body):
    found = read_email(body, JSON)
    assert isinstance(found, Problem)
    assert found.message == "The request body must be a JSON object."


@pytest.mark.parametrize("body", [b"email=%ff%fe%40x", b"email=\xff", b"&".join([b"a=1"] * 101)])
def test_a_form_that_can_not_be_read_is_a_422_that_says_so(body):
    found = read_email(body, FORM)
    assert isinstance(found, Problem)
    assert found.message.startswith("The request body is not a valid form")


@pytest.mark.parametrize("number", ["+1", "1.0", "x", "", "-1", "0x1", "%D9%A1", "1" * 10])
def test_a_number_in_a_form_is_written_in_digits(number):
    assert complaints(read_start(f"code=HAPPY&connector_id={number}".encode(), FORM)) == {"connector_id"}


@pytest.mark.parametrize("media", ["", "text/plain", "application/xml", "multipart/form-data; boundary=x"])
def test_a_body_of_any_other_kind_has_no_fields(media):
    found = read_email(b'{"email": "a@b.example"}', media)
    assert isinstance(found, Problem)
    assert found.message == "The email field is required."


EMAILS = {
    "a@b.example": True,
    "first.last+tag@sub.example.org": True,
    "o'brien@example.org": True,
    "driver@localhost": True,
    "üser@exämple.org": True,
    "a@1.2.example": True,
    f"a@{'x' * 63}.example": True,
    f"{'a' * 243}@example.org": True,
    f"{'a' * 244}@example.org": False,
    f"a@{'x' * 64}.example": False,
    "": False,
    "a": False,
    "@example.org": False,
    "a@": False,
    "a@@b.example": False,
    "a b@c.example": False,
    "a@b c.example": False,
    ".a@b.example": False,
    "a.@b.example": False,
    "a..b@c.example": False,
    "a@.example": False,
    "a@b..example": False,
    "a@-b.example": False,
    "a@b-.example": False,
    "a@b.example\n": False,
    "a@b.example\x00": False,
    "a@b_c.example": False,
    "<a@b.example>": False,
    "a@b.example, c@d.example": False,
}


@pytest.mark.parametrize("email", EMAILS, ids=lambda email: repr(email[-30:]))
def test_an_email_is_valid_or_not(email):
    found = read_email(json.dumps({"email": email}).encode(), JSON)
    assert (found == email) if EMAILS[email] else complaints(found) == {"email"}


@given(st.binary(max_size=300), st.sampled_from([JSON, FORM, "", "text/plain"]))
def test_any_body_is_read_or_complained_about(body, media):
    assert isinstance(read_start(body, media), Start) or complaints(read_start(body, media))
    assert isinstance(read_email(body, media), str) or complaints(read_email(body, media))


@given(st.text(max_size=300))
def test_an_email_that_is_taken_has_one_at_sign_and_no_space(text):
    found = read_email(json.dumps({"email": text}).encode(), JSON)
    if isinstance(found, str):
        assert found == text
        assert found.count("@") == 1
        assert not any(char.isspace() or ord(char) < 32 for char in found)
        assert len(found) <= 255
