"""One fake under load for minutes: memory stays flat, and no session, window, world or descriptor is left behind.

Clients lead sessions through their lives in worlds that come and go, from ever new addresses, hang up in the
middle, send half a request, and watch the stream. The clock runs 600 times as fast as time, so that sessions and
windows end by the thousand. What is held in the last third of the time is compared with the middle third; in the
end everybody goes, and the open files have to be those of the beginning.
"""

import os
import random
import socket
import time
from statistics import median
from threading import Event, Thread
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.reliability.call import API, START, Caller, request_bytes
from benchmarks.reliability.outcome import Outcome
from benchmarks.reliability.process import Fake, wait_until
from benchmarks.servers import memory

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONS = (
    "--auto-pay", "--speed", "600", "--token-ttl", "1h", "--payment-window", "15m", "--trust-proxy", "127.0.0.1",
    "--sessions-per-charger", "1000000", "--self-check",
)  # fmt: skip
CLIENTS = 6
WORLDS = 50
EVERY = 0.5
"""Seconds between two looks."""
GROWTH, SLACK = 1.05, 2 * 1024 * 1024
"""How much more may be held in the last third than in the middle one."""
FEWEST = 10
"""Looks in a third of the time; with fewer nothing can be said of growth."""
CODES = ("HAPPY", "DECLINED", "WEBHOOK", "CAPFAIL", "NULLS", "OFFLINE", "STOPFAIL", "no such")


class _Sample(NamedTuple):
    memory: int
    descriptors: int
    sessions: int
    windows: int
    worlds: int


class _Client(Thread):
    """Does one thing after the other, chosen by chance, until it is told to end."""

    def __init__(self, port: int, ending: Event, seed: int) -> None:
        super().__init__(daemon=True)
        self.requests = 0
        self.wrong: list[str] = []
        self._port, self._ending, self._random = port, ending, random.Random(seed)
        self._things: list[Callable[[Caller], None]] = [self._live] * 20
        self._things += [self._hang_up, self._send_half, self._watch, self._end_world]

    def run(self) -> None:
        """Go on until it is told to end."""
        with Caller(self._port) as caller:
            while not self._ending.is_set():
                self._random.choice(self._things)(caller)

    def _world(self) -> str:
        number = self._random.randrange(WORLDS)
        return f"/worlds/w{number}" if number else ""

    def _ask(self, caller: Caller, method: str, path: str, body: object = None) -> bytes:
        address = ".".join(str(self._random.randrange(1, 255)) for _ in range(4))
        reply = caller.call(method, path, body, (("X-Forwarded-For", address), ("X-Plugproof", "1")))
        self.requests += 1
        if reply.status == 0 or reply.status >= 500:
            self.wrong.append(f"{method} was answered {reply.status}")
        return reply.body if reply.status == 201 else b""

    def _live(self, caller: Caller) -> None:
        base = f"{self._world()}{API}"
        found = self._ask(caller, "POST", f"{base}/sessions", START | {"code": self._random.choice(CODES)})
        token = found.split(b'"session_token":"')[-1].split(b'"')[0].decode() if found else "unknown"
        for name in self._random.choices(["/confirm", "", "/stop", "/cancel", "/receipt-email"], k=6):
            body = {"email": "driver@example.org"} if name == "/receipt-email" else None
            self._ask(caller, "POST" if name else "GET", f"{base}/sessions/{token}{name}", body)

    def _hang_up(self, caller: Caller) -> None:
        with socket.create_connection(("127.0.0.1", self._port)) as connection:
            connection.sendall(request_bytes("POST", f"{self._world()}{API}/sessions".encode(), START))

    def _send_half(self, caller: Caller) -> None:
        with socket.create_connection(("127.0.0.1", self._port)) as connection:
            connection.sendall(
                request_bytes("POST", f"{API}/sessions".encode(), START)[: self._random.randrange(1, 150)]
            )

    def _watch(self, caller: Caller) -> None:
        with socket.create_connection(("127.0.0.1", self._port), timeout=10) as connection:
            connection.sendall(request_bytes("GET", f"{self._world()}/_plugproof/stream".encode()))
            connection.recv(100)

    def _end_world(self, caller: Caller) -> None:
        name = f"w{self._random.randrange(1, WORLDS)}"
        self._ask(caller, "DELETE", f"/_plugproof/worlds/{name}")
        self._ask(caller, "PUT", f"/_plugproof/worlds/{name}", {})


def run(seconds: int) -> Outcome:
    """Load one fake for so many seconds."""
    with Fake(*OPTIONS) as fake:
        pid = fake.process.pid
        before = _descriptors(pid)
        ending = Event()
        clients = [_Client(fake.port, ending, seed) for seed in range(CLIENTS)]
        for client in clients:
            client.start()
        samples = _look(fake, seconds)
        ending.set()
        for client in clients:
            client.join()
        losses = [wrong for client in clients for wrong in client.wrong]
        losses += _grown(samples)
        losses += _left_open(pid, before)
        losses += _broken(fake)
    asked = sum(client.requests for client in clients)
    last = samples[-1]
    figures = (
        f"{seconds} s, {asked:,} requests; {last.memory / 2**20:.0f} MB, {last.sessions:,} sessions, "
        f"{last.windows:,} windows, {last.worlds} worlds at the end"
    )
    return Outcome(figures, tuple(losses))


def _look(fake: Fake, seconds: float) -> list[_Sample]:
    """Look again and again for so long."""
    until, samples = time.monotonic() + seconds, []
    with Caller(fake.port) as caller:
        while time.monotonic() < until:
            time.sleep(EVERY)  # the load goes on meanwhile; this only samples it
            samples.append(_sample(fake.process.pid, caller))
    return samples


def _sample(pid: int, caller: Caller) -> _Sample:
    health = caller.call("GET", "/_plugproof/health").content
    windows = len(caller.call("GET", "/_plugproof/limits").content["windows"])
    return _Sample(memory(pid), _descriptors(pid), health["sessions"], windows, health["worlds"])


def _descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def _grown(samples: list[_Sample]) -> list[str]:
    """Return what there is more of in the last third than in the middle one."""
    third = len(samples) // 3
    if third < FEWEST:
        return []
    middle, last = samples[-2 * third : -third], samples[-third:]
    slack = _Sample(SLACK, 10, 200, 200, 2)
    return [
        f"{name} grow from {before:,.0f} to {after:,.0f}"
        for name, allowed in slack._asdict().items()
        for before in [median(getattr(one, name) for one in middle)]
        for after in [median(getattr(one, name) for one in last)]
        if after > before * GROWTH + allowed
    ]


def _left_open(pid: int, before: int) -> list[str]:
    try:
        wait_until(lambda: _descriptors(pid) <= before + 1, "the end of the connections")
    except TimeoutError:
        return [f"{_descriptors(pid)} files are open, and {before} were in the beginning"]
    return []


def _broken(fake: Fake) -> list[str]:
    with Caller(fake.port) as caller:
        found = caller.call("GET", "/_plugproof/violations").content["violations"]
    return [f"{len(found)} answers break the contract: {found[0]}"] if found else []
