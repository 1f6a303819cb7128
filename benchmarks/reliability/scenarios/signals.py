"""SIGTERM in the midst of work: the fake ends with 0 in time, and answers every request that had come whole.

When the signal comes, some connections have sent half a head, some half a body, and some a whole request whose
answer takes half a second. All the while clients ask on a connection that they keep, and visitors come, each on
a connection of its own, until they are refused: who could connect is answered.

A request that comes when its connection has been closed is not owed an answer. `ask` tells it from a lost one.
"""

import json
import signal
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from benchmarks.reliability.call import API, START, Caller, ask, read_reply, request_bytes, start
from benchmarks.reliability.outcome import Outcome, slower_than, spread
from benchmarks.reliability.process import Fake, RedisServer
from plugproof_mockserver.faces.uvicorn_server import GRACE_SECONDS
from plugproof_mockserver.faces.worker_supervisor import END_SECONDS

MOST_SECONDS = 3.0
EACH = 20
"""Connections of each kind."""
VISITORS = 8
OPTIONS = (
    "--auto-pay", "--rate-limit", "off", "--sessions-per-charger", "1000000", "--fault", "confirm:latency:500ms",
)  # fmt: skip
HALF_HEAD = b"GET /api/v3/public-charging/chargers/HAPPY HTTP/1.1\r\nHost: local"
CHARGER = request_bytes("GET", f"{API}/chargers/HAPPY".encode())
HALF_BODY = request_bytes("POST", f"{API}/sessions".encode(), START)[:-5]


def run_memory(count: int) -> Outcome:
    """End fakes with worlds in memory."""
    return _run(count, "memory")


def run_sqlite(count: int) -> Outcome:
    """End fakes with worlds in SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        return _run(count, f"sqlite:///{folder}/worlds.db")


def run_redis(count: int) -> Outcome:
    """End fakes with worlds in Redis."""
    with tempfile.TemporaryDirectory() as folder, RedisServer(Path(folder)) as redis:
        return _run(count, f"{redis.url}?socket_timeout=5")


def run_workers(count: int) -> Outcome:
    """End fakes of two processes, with worlds in Redis."""
    with tempfile.TemporaryDirectory() as folder, RedisServer(Path(folder)) as redis:
        return _run(count, f"{redis.url}?socket_timeout=5", "--workers", "2")


class _Visitor(Thread):
    """Asks for a charger on one connection after the other, until none is accepted."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port, self.asked, self.too_late = port, 0, 0
        self.losses: list[str] = []

    def run(self) -> None:
        """Ask until a connection is refused."""
        try:
            while True:
                with _connected(self.port) as connection:
                    self._ask(connection)
        except ConnectionRefusedError:
            return
        except OSError as error:
            self.losses.append(f"a connection was left unanswered: {error}")

    def _ask(self, connection: socket.socket) -> bool:
        """Ask once; return whether the connection may go on."""
        self.asked += 1
        try:
            reply = ask(connection, CHARGER)
        except OSError as error:
            self.losses.append(f"a whole request was left unanswered: {error}")
            return False
        if reply is None:
            self.too_late += 1
            return False
        status, headers, _ = reply
        if status != 200:
            self.losses.append(_wrong(status))
        return headers.get("connection") != "close"


class _Regular(_Visitor):
    """Asks for a charger on one and the same connection, until an answer says that it was the last."""

    def run(self) -> None:
        """Ask until the connection is closed."""
        with _connected(self.port) as connection:
            while self._ask(connection):
                pass


def _wrong(status: int) -> str:
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return f"a whole request took longer than the {GRACE_SECONDS:g} seconds that it has, and was answered 503"
    return f"a whole request was answered {status}"


class _Ended(NamedTuple):
    """What came of one signal; requests that were too late are none of the whole ones."""

    seconds: float
    whole: int
    too_late: int
    losses: list[str]

    def tell(self, number: int) -> list[str]:
        """Return the losses in words, with the reason that there may be: workers that take too long are killed."""
        reason = f" (the end took longer than {END_SECONDS:g} seconds)" if self.seconds > END_SECONDS else ""
        return [f"signal {number}: {loss}{reason}" for loss in self.losses]


def _run(count: int, state: str, *options: str) -> Outcome:
    ends: list[_Ended] = []
    for _ in range(count):
        with Fake(*OPTIONS, "--state", state, *options) as fake:
            ends.append(_end(fake))
    losses = [loss for number, end in enumerate(ends, 1) for loss in end.tell(number)]
    ended = [end.seconds for end in ends]
    figures = (
        f"{count} signals, {sum(end.whole for end in ends):,} whole requests, "
        f"{sum('unanswered' in loss for loss in losses)} unanswered, "
        f"{sum(end.too_late for end in ends)} after the end of their connection; ended {spread(ended)}"
    )
    return Outcome(figures, (*losses, *slower_than(MOST_SECONDS, ended, "ends")))


def _end(fake: Fake) -> _Ended:
    """End it in the midst of work."""
    with Caller(fake.port) as caller, ExitStack() as stack:
        token = start(caller).content["session_token"]
        confirm = request_bytes("POST", f"{API}/sessions/{token}/confirm".encode())
        opened = [
            stack.enter_context(_connected(fake.port, sent))
            for sent in (HALF_HEAD, HALF_BODY, confirm)
            for _ in range(EACH)
        ]
        visitors = [kind(fake.port) for kind in (_Visitor, _Regular) for _ in range(VISITORS)]
        for visitor in visitors:
            visitor.start()
        time.sleep(0.1)  # so that the signal meets requests under way
        began = time.perf_counter()
        fake.signal(signal.SIGTERM)
        losses = list(_unanswered(opened[2 * EACH :]))
        status = fake.process.wait(10)
        seconds = time.perf_counter() - began
        for visitor in visitors:
            visitor.join()
            losses += visitor.losses
    if status or (said := fake.read_errors()):
        losses.append(f"it ended with {status}: {said}")
    too_late = sum(visitor.too_late for visitor in visitors)
    return _Ended(seconds, EACH + sum(visitor.asked for visitor in visitors) - too_late, too_late, losses)


@contextmanager
def _connected(port: int, sent: bytes = b"") -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(sent)
        yield connection


def _unanswered(connections: Iterable[socket.socket]) -> Iterator[str]:
    for connection in connections:
        try:
            status, _, body = read_reply(connection)
        except OSError as error:
            yield f"a whole request was left unanswered: {error}"
        else:
            if status != 200 or not json.loads(body)["data"]:
                yield _wrong(status)
