"""What the tests of the fake share: worlds on a clock that stands still, and an eye on every answer."""

import json
from typing import Any, NamedTuple

import msgspec
import pytest
from tests.servers import module_server, plugproof, server, serving, spawning, until  # noqa: F401 - fixtures
from tests.stores import opened, redis_url  # noqa: F401 - fixtures

from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.timestamps import parse
from plugproof_mockserver.world import pipeline
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.self_check import breaches
from plugproof_mockserver.world.world import World

NOON = parse("2026-01-10T12:00:00Z")


@pytest.fixture(autouse=True)
def honest(request, monkeypatch):
    """Every answer that any world gives in a test is judged by the contract's own rules.

    A test that makes the fake break the contract says so with the mark `breaches`.
    """
    found: list[dict[str, object]] = []

    def check(*exchange):
        seen = list(breaches(*exchange))
        found.extend(seen)
        return seen

    monkeypatch.setattr(World, "always_check", staticmethod(check))
    yield
    assert not found or request.node.get_closest_marker("breaches"), found[0]


class Answer(NamedTuple):
    """An answer with its headers by lower-case name."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def _make_world(*, seed: int | None = 7, name: str = "default", **settings: Any) -> World:
    return World(msgspec.convert(settings, Settings), clock=Clock(NOON, speed=0), seed=seed, name=name)


def _ask(
    world: World,
    operation: str,
    argument: str = "",
    *,
    json: Any = None,
    body: bytes = b"",
    headers: tuple[tuple[bytes, bytes], ...] = (),
    client: str = "10.0.0.1",
    method: str | None = None,
) -> Answer:
    op = OPERATIONS[operation]
    path = op.template.replace("{token}", argument).replace("{code}", argument)
    if json is not None:
        body, headers = _json(json), ((b"Content-Type", b"application/json"), *headers)
    return _answer(world, Request(method or op.method, path, headers, body, client))


def _answer(world: World, request: Request) -> Answer:
    reply = pipeline.answer(world, request)
    names = [name for name, _ in reply.headers]
    assert len(names) == len(set(names)), f"a header is sent twice: {names}"
    headers = {name.decode(): value.decode("latin-1") for name, value in reply.wire_headers()}
    return Answer(reply.status, headers, reply.body)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.fixture(scope="session")
def noon():
    """The moment at which the worlds of the tests begin."""
    return NOON


@pytest.fixture(scope="session")
def make_world():
    """Makes a world whose clock stands still at noon; keywords are those of `Settings`."""
    return _make_world


@pytest.fixture
def world():
    return _make_world()


@pytest.fixture(scope="session")
def ask():
    """Asks a world for an operation by name."""
    return _ask


@pytest.fixture(scope="session")
def answer():
    """Hands a world a request."""
    return _answer
