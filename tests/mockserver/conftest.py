"""What the tests of the fake share: worlds on a clock that stands still, and servers that really run."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, NamedTuple

import httpx2
import msgspec
import pytest

from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.timestamps import parse
from plugproof_mockserver.world import pipeline as api
from plugproof_mockserver.world.clock import Clock
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
    reply = api.answer(world, request)
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


# Servers: on free ports, ended by their process at the end.

PATIENCE = 20
"""Seconds after which a test gives up waiting; none of them waits that long unless it fails."""

COMMAND = (sys.executable, "-m", "plugproof_mockserver")
_NAMES = count()


def environment(**variables):
    """Return this process' environment with no setting of plugproof but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PLUGPROOF_")}
    return kept | {f"PLUGPROOF_{name}": value for name, value in variables.items()}


class Server:
    """One running `plugproof serve --json`, and a fresh world of it."""

    def __init__(self, process, place, client, world=None):
        self.process, self.place, self.client, self.world = process, place, client, world
        self.address = ("127.0.0.1", place["port"])

    def fresh(self):
        """Return the same server, seen from a world that nobody has used."""
        return Server(self.process, self.place, self.client, f"t{next(_NAMES)}")

    def path(self, operation_path):
        """Return the path of an operation in this world, as it is sent."""
        prefix = f"/worlds/{self.world}" if self.world else ""
        return f"{prefix}/api/v3/public-charging{operation_path}"

    def call(self, method, operation_path, **extra):
        """Send a request to the API."""
        url = self.place["base_url"].removesuffix("/api") + self.path(operation_path)
        return self.client.request(method, url, **extra)

    def start(self, code="HAPPY"):
        """Start a session and return its token."""
        answer = self.call("POST", "/sessions", json={"code": code, "connector_id": 1})
        assert answer.status_code == 201, answer.text
        return answer.json()["session_token"]

    def status(self, token):
        """Return the status of a session."""
        return self.call("GET", f"/sessions/{token}").json()["data"]["status"]

    @contextmanager
    def connection(self):
        """Open a bare connection, with all the patience that a test has."""
        with socket.create_connection(self.address, timeout=PATIENCE) as connection:
            yield connection


@contextmanager
def spawned(*arguments: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Run `plugproof` until the block ends; `variables` are PLUGPROOF_… ones."""
    pipe = subprocess.PIPE
    command, environ = [*COMMAND, *arguments], environment(**variables)
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environ) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def running(*arguments: str, **variables: str) -> Iterator[Server]:
    """Run `plugproof serve --json`, on a free port unless told otherwise, until the block ends."""
    with spawned("serve", "--json", "--port", "0", *arguments, **variables) as process:
        line = process.stdout.readline() if process.stdout else ""
        assert line, process.stderr and process.stderr.read()
        with httpx2.Client(timeout=PATIENCE) as client:
            yield Server(process, json.loads(line), client)


@pytest.fixture(scope="session")
def spawning():
    """Return the context manager that runs a command for one test."""
    return spawned


@pytest.fixture(scope="session")
def serving():
    """Return the context manager that runs a server for one test."""
    return running


@pytest.fixture(scope="session")
def until():
    """Return a function that asks again and again until the answer is yes."""

    def wait(condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, "nothing came of it"

    return wait


@pytest.fixture(scope="module")
def module_server() -> Iterator[Server]:
    """One server for all tests of a module."""
    with running() as server:
        yield server


@pytest.fixture
def server(module_server):
    """The module's server, seen from a world of this test's own."""
    return module_server.fresh()


@pytest.fixture(scope="session")
def plugproof():
    """Run a command to its end and return what came of it."""

    def run(*arguments, **variables):
        return subprocess.run(
            [*COMMAND, *arguments], env=environment(**variables), capture_output=True, text=True, timeout=PATIENCE
        )

    return run
