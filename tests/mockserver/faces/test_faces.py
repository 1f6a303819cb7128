"""Every face of the fake answers the same journeys with the same bytes.

A face is a way in: a transport of a client, a mocked client, an ASGI application, a socket. Each of
them plays a thousand journeys that the core has played, each on a world of its own, and every
answer, the journal and what is left of the sessions have to be those of the core.
"""

import asyncio
import re
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import cycle
from typing import Any

import httpx
import httpx2
import pytest
import respx

from plugproof_contracts import Status
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.live_server import site
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.world.faults.faults import FaultKind
from plugproof_pytest.interception.host_interception import UnknownRouteError, intercepting

BASE = "https://app.plugchoice.com/api"
HERE = "127.0.0.1"
Send = Callable[[Any], Awaitable[tuple[Any, ...]]]
Face = Callable[[FakePlugchoice], AbstractContextManager[Send]]

UNDECODABLE = ("undecodable",)
REFUSED = ("refused",)
"""What a client gets from the pytest plugin for a path that the API does not have: no answer, but an error."""


# Clients of httpx and httpx2, on whatever the fake puts below them.


def _request(package: Any, ask: Any) -> Any:
    # Made by hand: a client would add headers of its own, and the core was not sent these.
    return package.Request(ask.method, BASE + ask.path, headers=ask.headers, content=ask.body)


def _received(response: Any, body: bytes) -> tuple[Any, ...]:
    return response.status_code, tuple(response.headers.raw), body


def _failure(package: Any, error: Exception) -> tuple[str]:
    if isinstance(error, package.ReadError):
        return ("reset",)
    assert isinstance(error, package.RemoteProtocolError)
    return ("truncate" if "in the body" in str(error) else "empty",)


def _by(package: Any, client: Any) -> Callable[[Any], tuple[Any, ...]]:
    def send(ask: Any) -> tuple[Any, ...]:
        try:
            # As it came: what says that it is gzip, and is not, can't be decoded.
            response = client.send(_request(package, ask), stream=True)
            return _received(response, b"".join(response.iter_raw()))
        except package.TransportError as error:
            return _failure(package, error)
        except package.DecodingError:
            return UNDECODABLE  # respx reads what it answers

    return send


def _by_async(package: Any, client: Any) -> Send:
    async def send(ask: Any) -> tuple[Any, ...]:
        try:
            response = await client.send(_request(package, ask), stream=True)
            return _received(response, b"".join([part async for part in response.aiter_raw()]))
        except package.TransportError as error:
            return _failure(package, error)

    return send


def _sync(send: Callable[[Any], tuple[Any, ...]]) -> Send:
    async def sending(ask: Any) -> tuple[Any, ...]:
        return send(ask)

    return sending


def transport(package: Any) -> Face:
    """Clients on `fake.transport()`, one for each address."""

    @contextmanager
    def face(fake: FakePlugchoice) -> Iterator[Send]:
        made: dict[str, Any] = {}

        def send(ask: Any) -> tuple[Any, ...]:
            if ask.client not in made:
                client = package.Client(transport=fake.transport(ask.client), trust_env=False)
                made[ask.client] = _by(package, client)
            return made[ask.client](ask)

        yield _sync(send)

    return face


def async_transport(package: Any) -> Face:
    """The same on `fake.async_transport()`."""

    @contextmanager
    def face(fake: FakePlugchoice) -> Iterator[Send]:
        made: dict[str, Any] = {}

        def send(ask: Any) -> Awaitable[tuple[Any, ...]]:
            if ask.client not in made:
                client = package.AsyncClient(transport=fake.async_transport(ask.client), trust_env=False)
                made[ask.client] = _by_async(package, client)
            return made[ask.client](ask)

        yield send

    return face


@contextmanager
def mocked() -> Iterator[Face]:
    """An ordinary client whose connections respx has taken over."""
    with httpx.Client() as client, respx.mock(assert_all_called=False) as router:

        @contextmanager
        def face(fake: FakePlugchoice) -> Iterator[Send]:
            router.clear()
            router.calls.clear()
            fake.mount(router)
            yield _sync(_by(httpx, client))

        yield face


@contextmanager
def plugin() -> Iterator[Face]:
    """Ordinary clients of both packages, in turn, as the fixture `plugchoice` finds them."""
    with httpx.Client() as one, httpx2.Client() as other:
        turns = cycle([_by(httpx, one), _by(httpx2, other)])

        @contextmanager
        def face(fake: FakePlugchoice) -> Iterator[Send]:
            answered = next(turns)

            def send(ask: Any) -> tuple[Any, ...]:
                try:
                    return answered(ask)
                except UnknownRouteError:
                    return REFUSED

            with intercepting(fake):
                yield _sync(send)

        yield face


# ASGI.


@contextmanager
def asgi(fake: FakePlugchoice) -> Iterator[Send]:
    """The application, spoken to as a server does."""
    app = fake.asgi

    async def send(ask: Any) -> tuple[Any, ...]:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": ask.body}

        async def put(message: Any) -> None:
            sent.append(message)

        try:
            await app(_scope(ask), receive, put)
        except ConnectionResetError as error:
            return (str(error).split()[3],)
        head, *bodies = sent
        return head["status"], tuple(head["headers"]), b"".join(body["body"] for body in bodies)

    yield send


def _scope(ask: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "method": ask.method,
        "raw_path": f"/api{ask.path}".encode(),
        "headers": [(b"host", b"app.plugchoice.com"), *((name.lower(), value) for name, value in ask.headers)],
        "client": (ask.client, 50_000),
    }


# A socket.


@contextmanager
def live() -> Iterator[Face]:
    """One server for all journeys, each in a world of its own, over connections that are kept."""
    with site() as place:
        lines: dict[str, Line] = {}

        @contextmanager
        def face(fake: FakePlugchoice) -> Iterator[Send]:
            with place.serving(fake) as server:
                address, _, path = server.url.removeprefix("http://").partition("/")

                def send(ask: Any) -> tuple[Any, ...]:
                    line = lines.setdefault(ask.client, Line(ask.client, address))
                    return line.exchange(ask, f"/{path}{ask.path}")

                yield _sync(send)

        try:
            yield face
        finally:
            for line in lines.values():
                line.close()


class Line:
    """A client's connection, opened anew when it has ended."""

    def __init__(self, client: str, address: str) -> None:
        host, _, port = address.partition(":")
        self._client, self._address, self._host = client, (host, int(port)), address.encode()
        self._connection: socket.socket | None = None

    def exchange(self, ask: Any, path: str) -> tuple[Any, ...]:
        """Send a request and read what comes of it."""
        if self._connection is None:
            self._connection = socket.create_connection(self._address, 20, source_address=(self._client, 0))
        try:
            self._connection.sendall(self._written(ask, path))
            head, _, body = self._read_until(b"", b"\r\n\r\n").partition(b"\r\n\r\n")
            return self._answer(ask, head, body) if head else ("empty",)
        except ConnectionResetError:
            self.close()
            return ("reset",)

    def _written(self, ask: Any, path: str) -> bytes:
        headers = [(b"Host", self._host), *ask.headers, (b"Content-Length", b"%d" % len(ask.body))]
        lines = [b"%b: %b" % header for header in headers] + [b"Connection: close"] * ask.closes
        return b"\r\n".join([f"{ask.method} {path} HTTP/1.1".encode(), *lines, b"", ask.body])

    def _read_until(self, read: bytes, mark: bytes = b"", size: int = 0) -> bytes:
        """Read on until the mark, or so many bytes, are there; or until the connection ends."""
        assert self._connection
        while (mark not in read) if mark else len(read) < size:
            chunk = self._connection.recv(65_536)
            if not chunk:
                self.close()
                return read
            read += chunk
        return read

    def _answer(self, ask: Any, head: bytes, body: bytes) -> tuple[Any, ...]:
        first, *lines = head.split(b"\r\n")
        headers = tuple((name, value) for name, _, value in (line.partition(b": ") for line in lines))
        length = 0 if ask.method == "HEAD" else int(dict(headers).get(b"content-length", 0))
        body = self._read_until(body, size=length)
        if len(body) != length:
            return ("truncate",)
        if ask.closes:
            assert self._read_until(b"", size=1) == b""
            assert headers[-1] == (b"connection", b"close"), "the one header that a socket adds"
            headers = headers[:-1]
        return int(first.split()[1]), headers, body

    def close(self) -> None:
        """End the connection; the next request opens another."""
        if self._connection:
            self._connection.close()
        self._connection = None


# The laws.

FACES: dict[str, Callable[[], AbstractContextManager[Face]]] = {
    "httpx": lambda: nullcontext(transport(httpx)),
    "httpx2": lambda: nullcontext(transport(httpx2)),
    "httpx-async": lambda: nullcontext(async_transport(httpx)),
    "httpx2-async": lambda: nullcontext(async_transport(httpx2)),
    "respx": mocked,
    "plugin": plugin,
    "asgi": lambda: nullcontext(asgi),
    "socket": live,
}
ALONE = {"respx", "plugin"}
"""The faces whose requests all come from one address."""
CODES = {200, 201, 204, 302, 400, 404, 405, 409, 413, 422, 429, 500, 502, 503, 504}


def test_the_journeys_meet_whatever_there_is(journeys):
    asks = [step for journey in journeys for step in journey.steps if hasattr(step, "method")]
    answers = [tuple(answer) for journey in journeys for answer in journey.answers]
    entries = [entry for one in journeys for entry in one.end[2]]
    struck = {(entry.method, label.partition(":")[0]) for entry in entries for label in entry.faults}
    bodies = b"".join(answer[2] for answer in answers if len(answer) == 3).decode()
    assert struck >= {(method, kind) for method in ("GET", "POST") for kind in FaultKind}
    assert struck >= {("HEAD", kind) for kind in ("reset", "empty", "truncate")}
    assert {ask.method for ask in asks} == {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
    assert {answer[0] for answer in answers} >= {"reset", "empty", "truncate", *CODES}
    assert {status for status in Status if f'"status":"{status}"' not in bodies} == set()
    assert {code for code in SCENARIOS if f'"public_code":"{code}"' not in bodies} == set()


def test_no_answer_of_a_journey_breaks_the_contract(journeys, core):
    """But for two rules: a clock that is put back shows what is still to come, and turns the order round."""
    for journey in journeys:
        fake = journey.begin(self_check=True)
        for step in journey.steps:
            if not core.do(fake, step):
                core.answer(fake, step)
        found = {violation["rule"] for violation in fake.violations}
        assert found <= {"time.not-in-future", "time.order"}, f"seed {journey.seed}"


@pytest.mark.parametrize("name", FACES)
def test_a_face_answers_every_journey_as_the_core_does(name, journeys, lone_journeys, core):
    one_address = name in ALONE or sys.platform != "linux"  # elsewhere only one loopback address is there
    chosen = lone_journeys if one_address else journeys
    assert len(chosen) >= 1000

    async def play_all(face: Face) -> None:
        for journey in chosen:
            await _play(journey, face, core)

    with FACES[name]() as face:
        asyncio.run(play_all(face))


_ROOT = re.compile(rb"https?://(?:localhost|app\.plugchoice\.com|127\.0\.0\.1:\d+)(?=[/<]|$)")


def _rootless(answer: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return an answer without the root of the host in a redirect, which every face has another of.

    Of the page its beginning counts: where a fault cuts it depends on its length, and so on the root.
    """
    if answer[0] != 302:
        return answer
    headers = [(name, _ROOT.sub(b"", value)) for name, value in answer[1] if name != b"content-length"]
    return 302, headers, answer[2][:15]


async def _play(journey: Any, face: Face, core: Any) -> None:
    fake, due = journey.begin(), iter(journey.answers)
    with face(fake) as send:
        for number, step in enumerate(journey.steps):
            if core.do(fake, step):
                continue
            found, expected = await send(step), tuple(next(due))
            if found == REFUSED:
                assert expected[0] in (204, 400, 404, 503), step
                found = tuple(core.answer(fake, step))  # so that the journals stay the same
            if found == UNDECODABLE:
                assert (b"content-encoding", b"gzip") in expected[1], step
                continue
            assert _rootless(found) == _rootless(expected), f"seed {journey.seed}, step {number}: {step}"
    assert core.end(fake) == journey.end, f"seed {journey.seed}"
