"""A session token has no readable form, wherever an object or a message of the fake is shown."""

import traceback
from collections.abc import Callable

import pytest

from plugproof_contracts import Status
from plugproof_contracts.facts.operations import PREFIX
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.engine import operation_handlers
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.response import Response
from plugproof_mockserver.http.routing import find_route
from plugproof_mockserver.model.timestamps import seconds
from plugproof_mockserver.world import pipeline


def forms(shown: object) -> str:
    """Return everything that a person, a log or a test report would read of an object."""
    texts = [repr(shown), str(shown), f"{shown}", f"{shown!r:>5}", ascii(shown)]
    if isinstance(shown, BaseException):
        texts += traceback.format_exception(shown)
    if isinstance(shown, list | dict) or type(shown) is tuple:
        texts += [forms(part) for part in shown]
    return "\n".join(texts)


@pytest.fixture
def fake():
    fake = FakePlugchoice(seed=7, rate_limit="off")
    session = fake.start_session(email="driver@example.org")
    token = session.token
    for operation in ("get", "confirm", "stop", "cancel", "nothing"):
        for method in ("GET", "POST", "PUT", "OPTIONS"):
            pipeline.answer(fake.world, Request(method, f"{PREFIX}/sessions/{token}/{operation}"))
    pipeline.answer(fake.world, Request("GET", f"/elsewhere/{token}"))
    pipeline.answer(fake.world, Request("GET", f"{PREFIX}/sessions/{token}%00"))
    return fake


def raised(call: Callable[[], object]) -> BaseException:
    try:
        call()
    except (ValueError, LookupError) as error:
        return error
    raise AssertionError("nothing was raised")


def public_objects(fake: FakePlugchoice) -> dict[str, object]:
    """Return one of everything that a user can get hold of and that knows a token."""
    world, session = fake.world, fake.sessions[0]
    token = session.token
    state = world.sessions.get(token, world.clock.now())
    request = Request("POST", f"{PREFIX}/sessions/{token}/confirm")
    call = operation_handlers.read_call("confirm", token, b"", "")
    given = world.load(call, world.clock.now())
    started = Request(
        "POST",
        f"{PREFIX}/sessions",
        ((b"content-type", b"application/json"),),
        b'{"code":"HAPPY","connector_id":1}',
    )
    found = {
        "fake": fake,
        "session": session,
        "sessions": fake.sessions,
        "data": session.data,
        "payment": session.payment,
        "world": world,
        "store": world.sessions,
        "bodies": world.bodies,
        "state": state,
        "clock": fake.clock,
        "faults": fake.faults,
        "journal": fake.journal,
        "entries": list(fake.journal),
        "described": [entry.describe() for entry in fake.journal],
        "request": request,
        "place": find_route(request.path),
        "call": call,
        "given": given,
        "outcome": operation_handlers.handle(call, given, world.clock.now()),
        "reply": pipeline.answer(world, request),
        "started": pipeline.answer(world, started),
        "moves": fake.clock.advance(seconds=10),
        "impossible": raised(lambda: session.event("settled")),
        "no field": raised(lambda: session.set(colour=1)),  # type: ignore[call-arg]
        "unencodable": raised(lambda: session.set(status=object())),
        "transport": fake.transport(),
    }
    world.advance(seconds(48 * 3600))
    return found | {"expired": raised(lambda: session.status)}


def test_no_public_object_shows_a_token(fake):
    tokens = [session.token for session in fake.sessions]
    assert tokens
    leaks = [name for name, shown in public_objects(fake).items() for token in tokens if token in forms(shown)]
    assert leaks == []


def test_the_answer_to_a_start_does_not_show_what_it_sends(fake):
    started = public_objects(fake)["started"]
    assert isinstance(started, Response)
    assert b"session_token" in started.body
    assert "session_token" not in forms(started)


def test_the_detector_finds_a_token_that_is_shown(fake):
    """The control: three objects that do show it, each in another way."""
    session = fake.sessions[0]
    token = session.token
    leaky = [session.url(), [{"deep": (token,)}], ValueError(f"no session {token}")]
    assert all(token in forms(shown) for shown in leaky)


def test_only_start_ever_sends_a_token(fake):
    world = fake.world
    token = world.seed_session(Status.CREATED).token
    for operation in ("", "/confirm", "/stop", "/cancel", "/receipt-email", "/none"):
        for method in ("GET", "POST", "DELETE"):
            reply = pipeline.answer(world, Request(method, f"{PREFIX}/sessions/{token}{operation}"))
            assert token.encode() not in reply.body
            assert token not in str(reply.headers)
