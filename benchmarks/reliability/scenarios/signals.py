"""SIGTERM in the midst of work: the fake ends with 0 in time, and answers every request that had come whole.

When the signal comes, some connections have sent half a head, some half a body, and some a whole request whose
answer takes half a second. All the while clients ask on a connection that they keep, and visitors come, each on
a connection of its own, until they are refused: who could connect is answered.
"""

import json
import signal
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread

from benchmarks.reliability.call import API, START, Caller, read_reply, request_bytes, start
from benchmarks.reliability.outcome import Outcome, slower_than, spread
from benchmarks.reliability.process import Fake, RedisServer

MOST_SECONDS = 3.0
EACH = 20
"""Connections of each kind."""
VISITORS = 8
SILENT = 0.3
"""Seconds, well below those after which a silent connection is closed at the end."""
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
        self.port, self.asked = port, 0
        self.losses: list[str] = []

    def run(self) -> None:
        """Ask until a connection is refused."""
        while True:
            try:
                connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
            except OSError:
                return
            self.asked += 1
            with connection:
                with suppress(OSError):
                    connection.sendall(CHARGER)
                self.losses += _unanswered([connection])


class _Regular(_Visitor):
    """Asks for a charger on one and the same connection, until an answer says that it was the last.

    A connection that was silent for `SILENT` may have been closed for that, as HTTP allows at any time.
    """

    def run(self) -> None:
        """Ask until the connection is to be closed."""
        with Caller(self.port) as caller:
            reply, was_silent = caller.send(CHARGER), False
            while reply.status == 200 and reply.headers.get("connection") != "close":
                self.asked += 1
                answered = time.perf_counter()
                caller.begin(CHARGER)
                was_silent = time.perf_counter() - answered > SILENT
                reply = caller.finish()
            if reply.status != 200 and not was_silent:
                self.losses.append(f"a whole request was left unanswered, or answered {reply.status}")


def _run(count: int, state: str, *options: str) -> Outcome:
    losses: list[str] = []
    ended: list[float] = []
    whole = 0
    for number in range(count):
        with Fake(*OPTIONS, "--state", state, *options) as fake:
            seconds, asked, found = _end(fake)
        ended.append(seconds)
        whole += asked
        losses += [f"signal {number + 1}: {loss}" for loss in found]
    unanswered = sum("unanswered" in loss for loss in losses)
    figures = f"{count} signals, {whole:,} whole requests, {unanswered} unanswered; ended {spread(ended)}"
    return Outcome(figures, (*losses, *slower_than(MOST_SECONDS, ended, "ends")))


def _end(fake: Fake) -> tuple[float, int, list[str]]:
    """End it in the midst of work; return the seconds, the whole requests there were, and what was lost."""
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
        fake.signal(signal.SIGTERM)
        began = time.perf_counter()
        losses = list(_unanswered(opened[2 * EACH :]))
        status = fake.process.wait(10)
        seconds = time.perf_counter() - began
        for visitor in visitors:
            visitor.join()
            losses += visitor.losses
    if status or (said := fake.read_errors()):
        losses.append(f"it ended with {status}: {said}")
    return seconds, EACH + sum(visitor.asked for visitor in visitors), losses


@contextmanager
def _connected(port: int, sent: bytes) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
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
                yield f"a whole request was answered {status}"
