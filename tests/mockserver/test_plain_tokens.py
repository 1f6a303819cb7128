"""A fake's token is a plain string, and what is mistaken for one is told apart from an unknown token."""

import json

import httpx
import httpx2
import pytest

from plugproof_contracts import PlugproofError
from plugproof_contracts.facts.operations import BASE_URL, PREFIX
from plugproof_contracts.secrets.token import Token, fingerprint
from plugproof_mockserver import FakePlugchoice

SESSIONS = f"{BASE_URL}{PREFIX}/sessions"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def fake():
    return FakePlugchoice(seed=7, rate_limit="off")


@pytest.mark.parametrize("package", [httpx, httpx2])
@pytest.mark.parametrize("make", [FakePlugchoice.start_session, FakePlugchoice.seed_session])
def test_a_token_in_an_f_string_reaches_its_session(fake, package, make):
    """The first line that a stranger writes works in either client."""
    session = make(fake)
    with package.Client(transport=fake.transport()) as client:
        assert client.post(f"{SESSIONS}/{session.token}/confirm").status_code == 200


@pytest.mark.anyio
async def test_a_token_reaches_its_session_through_asgi(fake):
    """The base URL of the field's examples, http://test, is one that the fake answers."""
    session = fake.start_session()
    transport = httpx.ASGITransport(fake.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.post(f"/api{PREFIX}/sessions/{session.token}/confirm")).status_code == 200


def test_a_token_is_a_plain_string_wherever_the_fake_has_one(fake):
    """Sessions, changes and the journal name one token, and it is equal everywhere."""
    session = fake.start_session()
    with httpx.Client(transport=fake.transport()) as client:
        client.post(session.url("confirm"))
    changes = fake.clock.advance(minutes=5)
    assert json.loads(json.dumps(session.token)) == session.token
    assert {change.token for change in changes} == {session.token} == {entry.token for entry in fake.journal}


@pytest.mark.parametrize("form", ["{}", "<{}>", "%3C{}%3E"])
@pytest.mark.parametrize("operation", ["", "/confirm"])
def test_a_fingerprint_in_a_path_is_told_to_be_one(fake, form, operation):
    """A Token that was formatted into a URL sends its fingerprint; the answer says what to send instead."""
    sent = form.format(Token(fake.start_session().token))
    with httpx.Client(transport=fake.transport()) as client:
        answer = client.request("POST" if operation else "GET", f"{SESSIONS}/{sent}{operation}")
    assert answer.status_code == 404
    assert "fingerprint" in answer.json()["message"]
    assert "reveal()" in answer.json()["message"]


@pytest.mark.parametrize("token", ["t" * 40, "token~", "token~3f9a1c0b5", "token~3f9a1c0b52x"])
def test_an_unknown_token_is_just_not_found(fake, token):
    """Only what has the form of a fingerprint is taken for one."""
    with httpx.Client(transport=fake.transport()) as client:
        assert client.get(f"{SESSIONS}/{token}").json() == {"message": "Not Found"}


def test_the_fingerprint_of_a_session_is_what_is_shown_of_it(fake):
    """No repr shows a token, though it is a string."""
    session = fake.start_session()
    changes = [*fake.clock.advance(hours=1), *fake.seed_session("authorized")._world.advance(10**9)]
    shown = [repr(session), *map(repr, changes), *map(repr, fake.journal)]
    assert fingerprint(session.token) in shown[0]
    assert not [text for text in shown for one in fake.sessions if one.token in text]


# What is misspelt.

MISTAKES = [
    (lambda fake: fake.start_session("HAPY"), "HAPPY"),
    (lambda fake: fake.seed_session("chargin"), "charging"),
    (lambda fake: fake.seed_session(code="HAPY"), "HAPPY"),
    (lambda fake: fake.start_session().event("unpluged"), "unplugged"),
    (lambda fake: fake.start_session().url("confrim"), "confirm"),
    (lambda fake: FakePlugchoice(scenario="hapy"), "HAPPY"),
    (lambda fake: FakePlugchoice(vatt=3), "vat"),  # type: ignore[call-arg]
    (lambda fake: FakePlugchoice(limits={"confrim": (1, 1)}), "confirm"),  # type: ignore[dict-item]
]


@pytest.mark.parametrize(("mistake", "meant"), MISTAKES)
def test_a_misspelt_word_is_answered_with_the_nearest(fake, mistake, meant):
    """Every door suggests, and raises under the one base."""
    with pytest.raises(PlugproofError, match=f"did you mean {meant}\\?"):
        mistake(fake)


def test_a_number_of_seconds_advances_the_clock(fake):
    """`advance(5)` is five seconds."""
    before = fake.clock.now
    fake.clock.advance(5)
    fake.clock.advance(0.5)
    assert (fake.clock.now - before).total_seconds() == 5.5


def test_the_clock_advances_by_one_duration(fake):
    """A duration and parts of one contradict each other."""
    with pytest.raises(TypeError, match="not both"):
        fake.clock.advance(5, minutes=1)
    with pytest.raises(ValueError, match="ahead only"):
        fake.clock.advance(-5)
