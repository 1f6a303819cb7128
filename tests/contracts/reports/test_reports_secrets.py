"""No report shows a secret, wherever it stood and however a server echoed it."""

import html
import json
from base64 import b64encode, urlsafe_b64encode
from datetime import date
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugproof_contracts import assert_conforms, check, check_trace
from plugproof_contracts.adapters.ndjson import to_ndjson
from plugproof_contracts.conformance.recordings import inspect
from plugproof_contracts.parsing.redactions import secrets_of
from plugproof_contracts.reports.builder import ReportPolicy
from plugproof_contracts.reports.formats import FORMATS, render
from plugproof_contracts.rules.examples import failure, success
from plugproof_contracts.secrets.encodings import forms
from plugproof_contracts.secrets.filenames import plain_name
from plugproof_contracts.secrets.scrubber import Scrubber

PLAIN = "c4n4ryS3cr3tT0k3nZ"
AWKWARD = "c4n4ry<&\"é'>\\s3cr3t"
BASE = "https://app.plugchoice.com/api/v3/public-charging/sessions"
TERMS = ReportPolicy(date(2026, 1, 10))


def in_base64(text):
    """Every way in which a text shows inside the base64 of a longer one."""
    raw = text.encode()
    for before in (b"", b"x", b"xx"):
        encoded = b64encode(before + raw).decode().rstrip("=")
        yield encoded[(0, 2, 3)[len(before)] : -1]


ECHOES = {
    "raw": lambda secret: secret,
    "percent": lambda secret: quote(secret, safe=""),
    "percent, all": lambda secret: "".join(f"%{byte:02x}" for byte in secret.encode()),
    "base64": lambda secret: b64encode(secret.encode()).decode(),
    "base64 for URLs": lambda secret: urlsafe_b64encode(secret.encode()).decode(),
    "base64 of more": lambda secret: b64encode(b"user:" + secret.encode()).decode(),
    "hex": lambda secret: secret.encode().hex(),
    "HEX": lambda secret: secret.encode().hex().upper(),
    "HTML": html.escape,
    "JSON": lambda secret: json.dumps(secret)[1:-1],
    "cut": lambda secret: "-" * 105 + secret * 3,
}


def leaks(output, secret):
    """Whether an output shows a secret: as it is, encoded, or after undoing what the format escaped."""
    texts = [output, html.unescape(output), unquote(output), output.replace("\\\\", "\\").replace('\\"', '"')]
    texts = [text.casefold() for text in texts]
    raw = secret.encode()
    wanted = [secret, quote(secret, safe=""), raw.hex(), json.dumps(secret)[1:-1], html.escape(secret), secret[:9]]
    wanted += ["".join(f"%{byte:02x}" for byte in raw), *in_base64(secret)]
    return [one for one in wanted if any(one.casefold() in text for text in texts)]


def with_body(one, **members):
    """Put members in front, for not every body is whole JSON."""
    return one.replace(body=json.dumps(members).encode()[:-1] + b"," + one.body[1:])


def with_data(one, **fields):
    return one.replace(body=json.dumps({"data": json.loads(one.body)["data"] | fields}).encode())


def with_headers(one, **headers):
    return one.replace(headers=[*one.headers, *((name.replace("_", "-"), text) for name, text in headers.items())])


def asking(one, **headers):
    return one.replace(request_headers=[*one.request_headers, *headers.items()])


def basic(secret):
    return f"Basic {b64encode(b'driver:' + secret.encode()).decode()}"


PLACES = {
    "path": lambda one, secret: one.replace(url=f"{BASE}/{quote(secret, safe='')}"),
    "query": lambda one, secret: one.replace(url=f"{one.url}?session={quote(secret, safe='')}"),
    "fragment": lambda one, secret: one.replace(url=f"{one.url}#{quote(secret, safe='')}"),
    "user": lambda one, secret: one.replace(url=one.url.replace("//", f"//me:{quote(secret, safe='')}@")),
    "authorization": lambda one, secret: asking(one, Authorization=f"Bearer {secret}"),
    "basic": lambda one, secret: asking(one, authorization=basic(secret)),
    "cookie": lambda one, secret: asking(one, Cookie=f"a=1; sid={secret}"),
    "set-cookie": lambda one, secret: with_headers(one, Set_Cookie=f"sid={secret}; Path=/; HttpOnly"),
    "location": lambda one, secret: with_headers(one, Location=f"{BASE}/{quote(secret, safe='')}/confirm"),
    "other location": lambda one, secret: with_headers(one, Location=f"/login/{quote(secret, safe='')}"),
    "session_token": lambda one, secret: with_body(one, session_token=secret),
    "client_secret": lambda one, secret: with_body(one, payment={"client_secret": secret}),
    "sent form": lambda one, secret: one.replace(
        request_body=f"a=1&session_token={quote(secret, safe='')}".encode()
    ),
    "sent": lambda one, secret: one.replace(request_body=json.dumps({"session_token": secret}).encode()),
}


def echoing(text):
    """Exchanges that break rules of every kind with a text, in values, names, headers and bodies."""
    changes = {"status": text, "energy_kwh": text, "connector_id": text, "created_at": text, "driver_email": text}
    yield with_data(success("get", "charging"), **changes)
    yield with_data(
        success("get", "charging", after=1, headers={"access-control-allow-origin": text}), **{text: 1}
    )
    yield with_body(success("get", "charging", after=2), **{text: text})
    yield success("get", "charging", after=3, failure_reason=text, headers={"retry-after": text})
    yield failure(404, text, after=4, headers={"content-type": text}, exception=text, errors={text: text})
    yield failure(429, text, after=5, headers={"retry-after": text, "x-ratelimit-limit": text})
    yield success("confirm", "charging", after=6).replace(body=b'{"a":1,"' + text.encode() + b'":"')


def outputs(tmp_path, exchanges, name="traffic.ndjson"):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join(map(to_ndjson, exchanges)) + b'{"' + name.encode() + b"\n")
    report = inspect([path, tmp_path / "missing" / name], TERMS)
    return {format_: render(format_, report).decode() for format_ in (*FORMATS, "text")}


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("secret", [PLAIN, AWKWARD], ids=["plain", "awkward"])
def test_a_secret_is_in_no_report(tmp_path, secret, place, echo):
    exchanges = [PLACES[place](one, secret) for one in echoing(ECHOES[echo](secret))]
    for format_, output in outputs(tmp_path, exchanges).items():
        assert not leaks(output, secret), format_


@pytest.mark.parametrize("echo", sorted(set(ECHOES) - {"cut"}))
@pytest.mark.parametrize("secret", [PLAIN, AWKWARD], ids=["plain", "awkward"])
def test_the_same_text_is_in_every_report_where_it_is_no_secret(tmp_path, secret, echo):
    """The control: it goes red if the reports stop showing values, or `leaks` stops finding them."""
    for format_, output in outputs(tmp_path, echoing(ECHOES[echo](secret))).items():
        shown = output if format_ != "markdown" else output.replace("\\", "")
        assert leaks(shown, secret) or ECHOES[echo](secret) in shown, format_


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_in_no_violation_and_no_failure_text(place):
    for one in (PLACES[place](one, PLAIN) for one in echoing(PLAIN)):
        assert not leaks("".join(map(str, check(one))), PLAIN)
        assert not leaks(failure_text(one), PLAIN)


def test_a_secret_of_a_later_exchange_is_in_no_violation():
    """A secret that only a later exchange holds is in no violation of the trace."""
    later = asking(success("get", "charging", after=60, created_at=PLAIN), authorization=f"Bearer {PLAIN}")
    found = check_trace([success("get", "charging"), later])
    assert "trace.timestamps-stay" in {violation.rule for violation in found}
    assert not leaks("".join(map(str, found)), PLAIN)


def failure_text(one):
    """Return what a failing assertion says, and nothing if it holds."""
    try:
        assert_conforms(one)
    except AssertionError as failed:
        return str(failed)
    return ""


def test_a_failure_text_shows_what_is_no_secret():
    """The control of the one before."""
    assert leaks("".join(map(failure_text, echoing(PLAIN))), PLAIN)


def test_a_secret_in_a_path_is_in_no_report(tmp_path):
    """A secret in the name of a file or a folder is in no report."""
    for name in (f"{PLAIN}.ndjson", f"{PLAIN}/a.ndjson", f"session-{PLAIN}-1.har"):
        for format_, output in outputs(tmp_path, echoing("x"), name).items():
            assert not leaks(output, PLAIN), format_


def test_a_known_wordlike_secret_is_taken_out_of_file_names(tmp_path):
    """A secret that looks like a word is taken out of file names once it is known."""
    word = "blue-harbour"
    exchanges = [success("get", "charging").replace(url=f"{BASE}/{word}")]
    for output in outputs(tmp_path, exchanges, f"{word}.ndjson").values():
        assert word not in output


@given(before=st.text(max_size=5), secret=st.text(min_size=6), after=st.text(max_size=5))
def test_no_form_of_a_secret_survives_scrubbing(before, secret, after):
    scrub = Scrubber([secret])
    for form in forms(secret):
        if len(form) >= 6:
            assert form not in scrub(before + form + after).replace("…", "\0") or "…" in form


@pytest.mark.parametrize("body", ['{"client_secret":"\\x%s"', '{"client_secret": "%s', "a=1&session_token=%s"])
def test_a_secret_is_known_from_a_damaged_body(body):
    one = success("get", "charging").replace(body=(body % PLAIN).encode())
    assert PLAIN in set(secrets_of(one))


def test_an_address_that_is_none_has_no_secrets():
    assert list(secrets_of(success("get", "charging").replace(url="http://[/?a=b"))) == []


@given(text=st.text())
def test_a_text_without_secrets_stays_as_it_is(text):
    assert Scrubber([])(text) == text
    assert Scrubber(["short", ""])(text) == text


@pytest.mark.parametrize(
    "name",
    [
        "traffic.har",
        "recordings/2026-01-10T120000Z-nightly.har",
        "20260110T120000Z.ndjson",
        "C:\\Users\\me\\session_recording.yaml",
        "tests/cassettes/test_confirm_then_stop.yaml",
    ],
)
def test_an_ordinary_file_name_is_shown(name):
    assert plain_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        f"{PLAIN}.har",
        "2f7c1e9a-4b1d-4e5f-8a9b-0c1d2e3f4a5b.har",
        "x-abcdefghijklmnopqrstuvwxyz.har",
        "a1b2c3d4e5f6",
    ],
)
def test_a_word_that_looks_like_a_token_is_not_shown(name):
    assert "…" in plain_name(name)


def test_a_file_name_cannot_write_to_the_terminal():
    assert plain_name("a\x1b[31m\n.har") == r"a\x1b[31m\n.har"
