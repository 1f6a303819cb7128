import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugproof_mockserver.http.request_bodies import StartBody, read_email, read_start
from plugproof_mockserver.http.response import ErrorResponse

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
REQUIRED = "The email field is required."


def complaints(found: object) -> set[str]:
    """Return the fields that are complained about."""
    assert isinstance(found, ErrorResponse)
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
    assert read_start(body, media) == StartBody("HAPPY", 1, "a@b.example")


@pytest.mark.parametrize("given", [{}, {"email": None}, {"email": ""}, {"email": " \t"}])
def test_an_email_is_not_needed_to_start(given):
    assert read_start(json.dumps({"code": "HAPPY", "connector_id": 100} | given).encode(), JSON) == StartBody(
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
        ({"code": "HAPPY", "connector_id": False}, {"connector_id"}),
        ({"code": "HAPPY", "connector_id": "01"}, {"connector_id"}),
        ({"code": "HAPPY", "connector_id": {}}, {"connector_id"}),
        ({"code": "HAPPY", "connector_id": 10**25}, {"connector_id"}),
        ({"code": "HAPPY", "connector_id": 1, "email": "x"}, {"email"}),
        ({"code": " ", "connector_id": "\n"}, {"code", "connector_id"}),
        ({"code": "HAPPY", "connector_id": 1, "email": 7}, {"email"}),
        ({"code": 1, "connector_id": "x", "email": []}, {"code", "connector_id", "email"}),
    ],
    ids=lambda given: " ".join(sorted(given)) if isinstance(given, set) else str(given),
)
def test_each_wrong_field_of_a_start_is_named(fields, wrong):
    assert complaints(read_start(json.dumps(fields).encode(), JSON)) == wrong


def test_the_message_is_the_first_complaint_and_a_count():
    """The message is the first complaint and the number of the others."""
    one = read_start(b'{"code": "HAPPY"}', JSON)
    three = read_start(b'{"email": 1}', JSON)
    assert isinstance(one, ErrorResponse)
    assert isinstance(three, ErrorResponse)
    assert one.message == "The connector id field is required."
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
def test_json_that_can_not_be_read_has_no_fields(body):
    found = read_email(body, JSON)
    assert isinstance(found, ErrorResponse)
    assert (found.message, found.fields) == (REQUIRED, {"email": [REQUIRED]})


@pytest.mark.parametrize("body", [b"null", b"[]", b'"a@b.example"', b"1"])
def test_json_that_is_no_object_has_no_fields(body):
    found = read_start(body, JSON)
    assert isinstance(found, ErrorResponse)
    assert found.message == "The code field is required. (and 1 more error)"


@pytest.mark.parametrize("body", [b"email=%ff%fe%40x", b"email=\xff", b"&".join([b"email=a@b.example"] * 1001)])
def test_a_form_that_can_not_be_read_has_no_valid_field(body):
    assert complaints(read_email(body, FORM)) == {"email"}


@pytest.mark.parametrize("number", [1, "1", " 1 ", "+1", 1.0, True])
def test_whatever_php_takes_for_an_integer_is_one(number):
    found = read_start(json.dumps({"code": "\u00a0HAPPY ", "connector_id": number}).encode(), JSON)
    assert found == StartBody("HAPPY", 1, None)
    assert isinstance(found, StartBody)
    assert type(found.connector_id) is int


TEXTS = [
    ({"code": 7}, "code", ["must be a string."]),
    ({"code": "x" * 11}, "code", ["must not be greater than 10 characters."]),
    ({"code": 12345678901}, "code", ["must be a string.", "must not be greater than 10 characters."]),
    ({"code": []}, "code", ["is required."]),
    ({"connector_id": "one"}, "connector_id", ["must be an integer."]),
    ({"connector_id": 0}, "connector_id", ["must be at least 1."]),
    ({"connector_id": "101"}, "connector_id", ["must not be greater than 100."]),
    ({"connector_id": 0.5}, "connector_id", ["must be an integer.", "must be at least 1."]),
    ({"email": "driver"}, "email", ["must be a valid email address."]),
    ({"email": f"{'a' * 244}@example.org"}, "email", ["must not be greater than 255 characters."]),
]


@pytest.mark.parametrize(("fields", "name", "texts"), TEXTS)
def test_each_broken_rule_has_a_text_of_its_own(fields, name, texts):
    """Each broken rule has a text, in which the attribute is written in words."""
    found = read_start(json.dumps({"code": "HAPPY", "connector_id": 1} | fields).encode(), JSON)
    assert isinstance(found, ErrorResponse)
    assert found.fields == {name: [f"The {name.replace('_', ' ')} field {text}" for text in texts]}


def multipart(*parts, boundary="x", end="--\r\n"):
    """Write a form of parts, each its head's disposition and its value."""
    lines = [f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n" for head, value in parts]
    return f"{''.join(lines)}--{boundary}{end}".encode()


CODE, NUMBER, EMAIL = ('name="code"', "HAPPY"), ('name="connector_id"', "1"), ('name="email"', "a@b.example")


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (multipart(CODE, NUMBER, EMAIL), MULTIPART),
        (multipart(CODE, NUMBER, EMAIL, end="--"), "Multipart/Form-Data; Boundary=x"),
        (multipart(CODE, NUMBER, EMAIL, boundary="a b:c"), 'multipart/form-data; boundary="a b:c"; charset=utf-8'),
        (
            multipart(CODE, NUMBER, EMAIL, boundary="----f'()+_,-./:=?"),
            "multipart/form-data;boundary=----f'()+_,-./:=?",
        ),
        (multipart(*[(head.replace('"', ""), value) for head, value in (CODE, NUMBER, EMAIL)]), MULTIPART),
        (multipart(('name="code"', "x"), CODE, NUMBER, EMAIL, ('name="more"; filename="a"', "b")), MULTIPART),
        (
            multipart(*[(f"{head}\r\nContent-Type: text/plain", text) for head, text in (CODE, NUMBER, EMAIL)]),
            MULTIPART,
        ),
        (b"before\r\n" + multipart(CODE, NUMBER, EMAIL).replace(b"--x\r\n", b"--x \t\r\n") + b"after", MULTIPART),
        (
            multipart(CODE, NUMBER, EMAIL).replace(b"Content-Disposition:", b"X-A: 1\r\ncontent-disposition:"),
            MULTIPART,
        ),
    ],
)
def test_a_start_is_read_from_a_multipart_form(body, media):
    assert read_start(body, media) == StartBody("HAPPY", 1, "a@b.example")


def test_a_multipart_form_is_read_as_the_usual_client_writes_it():
    fields = {"code": (None, "HAPPY"), "connector_id": (None, "1"), "email": (None, "ü@exämple.org")}
    request = httpx.Request("POST", "https://x.example", files=fields)
    assert read_start(request.read(), request.headers["content-type"]) == StartBody("HAPPY", 1, "ü@exämple.org")


def test_a_file_is_no_text():
    body = multipart(
        ('name="code"; filename="code.txt"', "HAPPY"), NUMBER, ("name=\"email\"; filename*=UTF-8''x", "a@b.c")
    )
    assert complaints(read_start(body, MULTIPART)) == {"code", "email"}


@pytest.mark.parametrize("value", ["--", "-x", "a\r\n--y\r\nb", "a\x00b", "x" * 50_000])
def test_a_value_in_a_multipart_form_is_any_text(value):
    found = read_start(multipart(CODE, NUMBER, ('name="email"', value)), MULTIPART)
    assert complaints(found) == {"email"}


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (multipart(EMAIL), "multipart/form-data"),
        (multipart(EMAIL), "multipart/form-data; boundary=" + "x" * 71),
        (multipart(EMAIL), "multipart/form-data; boundary=y"),
        (multipart(EMAIL)[:-6], MULTIPART),
        (multipart(EMAIL, end=""), MULTIPART),
        (multipart(EMAIL).replace(b"\r\n", b"\n"), MULTIPART),
        (multipart(EMAIL).replace(b"name", b"nome"), MULTIPART),
        (multipart(EMAIL).replace(b"form-data", b"attachment"), MULTIPART),
        (multipart(EMAIL).replace(b"\r\n\r\n", b"\r\n"), MULTIPART),
        (multipart(EMAIL).replace(b"--x\r\n", b"--xy\r\n"), MULTIPART),
        (multipart(*[EMAIL] * 1001), MULTIPART),
        (b"", MULTIPART),
    ],
)
def test_an_unreadable_multipart_form_has_no_fields(body, media):
    """A multipart form that cannot be read has no fields."""
    found = read_email(body, media)
    assert isinstance(found, ErrorResponse)
    assert found.message == REQUIRED


def test_a_multipart_form_has_up_to_a_thousand_fields():
    assert read_email(multipart(*[EMAIL] * 1000), MULTIPART) == "a@b.example"


@pytest.mark.parametrize("number", ["%2B0", "1.0", "x", "", "-1", "0x1", "%D9%A1", "1" * 10])
def test_a_number_in_a_form_is_written_in_digits(number):
    assert complaints(read_start(f"code=HAPPY&connector_id={number}".encode(), FORM)) == {"connector_id"}


@pytest.mark.parametrize("media", ["", "text/plain", "application/xml", "multipart/mixed; boundary=x"])
def test_a_body_of_any_other_kind_has_no_fields(media):
    found = read_email(b'{"email": "a@b.example"}', media)
    assert isinstance(found, ErrorResponse)
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
    "a@b_c.example": False,
    "<a@b.example>": False,
    "a@b.example, c@d.example": False,
}


@pytest.mark.parametrize("email", EMAILS, ids=lambda email: repr(email[-30:]))
def test_an_email_is_valid_or_not(email):
    found = read_email(json.dumps({"email": email}).encode(), JSON)
    assert (found == email) if EMAILS[email] else complaints(found) == {"email"}


@given(
    st.binary(max_size=300)
    | st.lists(
        st.sampled_from([b"--x", b"\r\n", b"--", b"content-disposition: form-data", b"; name=code", b";", b"a"])
    ).map(b"".join),
    st.sampled_from([JSON, FORM, MULTIPART, "", "text/plain"]),
)
def test_any_body_is_read_or_complained_about(body, media):
    assert isinstance(read_start(body, media), StartBody) or complaints(read_start(body, media))
    assert isinstance(read_email(body, media), str) or complaints(read_email(body, media))


@given(st.text(max_size=300))
def test_an_email_that_is_taken_has_one_at_sign_and_no_space(text):
    found = read_email(json.dumps({"email": text}).encode(), JSON)
    if isinstance(found, str):
        assert found in text
        assert found.count("@") == 1
        assert not any(char.isspace() or ord(char) < 32 for char in found)
        assert len(found) <= 255
