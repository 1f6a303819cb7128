"""`kill -9` under load: what was acknowledged is there when the process is back.

Four clients start sessions, set a receipt email, confirm and cancel, and note each answer of 200 or 201. In the
midst of it a process is killed and started again: the fake, or, with Redis, in turn Redis and the fake. Then
every session is asked for. The clock stands still, so a session is exactly where its last request has brought
it; the request that the kill has cut off may have happened or not. A fifth client asks for a charger, whose 30
hits of the one minute that there is are never more than 30, however often the fake was killed.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

from benchmarks.reliability.call import API, Caller, Reply, start
from benchmarks.reliability.outcome import Outcome, slower_than, spread
from benchmarks.reliability.process import PATIENCE, SERVE, Command, Fake, RedisServer, Subject, wait_until

READY = 1.0
CLIENTS = 4
OPTIONS = (
    "--auto-pay", "--speed", "0", "--sessions-per-charger", "1000000",
    *(f"--limit={name}=100000000/60" for name in ("start", "get", "confirm", "cancel", "receipt-email")),
)  # fmt: skip
ORDER = ("created", "authorized", "abandoned")
"""What a session goes through when it is started, confirmed and cancelled."""
EMAIL = {"email": "driver@example.org"}
MOST_HITS = 30

Acknowledged = dict[str, tuple[str, bool]]
"""The status that each token was last answered with, and whether its email was acknowledged."""


class Client(Thread):
    """Leads one session after the other through its life, until it is told to end."""

    def __init__(self, port: int, ending: Event) -> None:
        super().__init__(daemon=True)
        self.acknowledged: Acknowledged = {}
        self._port, self._ending = port, ending

    def run(self) -> None:
        """Ask until it is told to end."""
        with Caller(self._port, timeout=5) as caller:
            while not self._ending.is_set():
                self._lead(caller)

    def _lead(self, caller: Caller) -> None:
        started = start(caller)
        if started.status != 201:
            return
        token = started.content["session_token"]
        self.acknowledged[token] = ("created", False)
        for name, body in (("receipt-email", EMAIL), ("confirm", None), ("cancel", None)):
            reply = caller.call("POST", f"{API}/sessions/{token}/{name}", body)
            if reply.status != 200:
                return
            data = reply.content["data"]
            self.acknowledged[token] = (data["status"], data["driver_email"] is not None)


class _Counter(Thread):
    """Asks for a charger until it is told to end, and counts how often it was let in."""

    def __init__(self, port: int, ending: Event) -> None:
        super().__init__(daemon=True)
        self.admitted = 0
        self._port, self._ending = port, ending

    def run(self) -> None:
        """Ask until it is told to end."""
        with Caller(self._port, timeout=5) as caller:
            while not self._ending.wait(0.02):
                self.admitted += caller.call("GET", f"{API}/chargers/HAPPY").status == 200


def run_sqlite(count: int, command: Command = SERVE) -> Outcome:
    """Kill a fake with SQLite so many times."""
    with tempfile.TemporaryDirectory() as folder:
        fake = Fake(*OPTIONS, "--state", f"sqlite:///{folder}/worlds.db", command=command)
        with fake:
            return _kill(fake, [fake], count)


def run_redis(count: int) -> Outcome:
    """Kill, in turn, a Redis and the fake on it so many times in all."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        redis = stack.enter_context(RedisServer(folder))
        fake = stack.enter_context(Fake(*OPTIONS, "--state", redis.url))
        return _kill(fake, [redis, fake], count)


def _kill(fake: Fake, victims: list[Subject], count: int) -> Outcome:
    everything: Acknowledged = {}
    losses: list[str] = []
    ready: list[float] = []
    hits = 0
    for number in range(count):
        victim = victims[number % len(victims)]
        with _loaded(fake.port) as (clients, counter):
            time.sleep(random.uniform(0.05, 0.3))  # so that a kill meets any moment of the work
            victim.kill()
        ready.append(_start_again(fake, victim))
        acknowledged = {token: seen for client in clients for token, seen in client.acknowledged.items()}
        losses += [f"kill {number + 1}: {loss}" for loss in _missing(fake.port, acknowledged)]
        everything |= acknowledged
        hits += counter.admitted
    losses += [f"in the end: {loss}" for loss in _missing(fake.port, everything)]
    if hits > MOST_HITS:
        losses.append(f"{hits} hits were admitted of a limit of {MOST_HITS}")
    steps = sum(ORDER.index(status) + 1 + has_email for status, has_email in everything.values())
    figures = f"{count} kills, {steps:,} acknowledged, {len(losses)} lost; ready again {spread(ready)}"
    return Outcome(figures, (*losses, *slower_than(READY, ready, "starts")))


@contextmanager
def _loaded(port: int) -> Iterator[tuple[list[Client], _Counter]]:
    ending = Event()
    clients, counter = [Client(port, ending) for _ in range(CLIENTS)], _Counter(port, ending)
    threads: list[Thread] = [*clients, counter]
    for thread in threads:
        thread.start()
    try:
        yield clients, counter
    finally:
        ending.set()
        for thread in threads:
            thread.join()


def _start_again(fake: Fake, victim: Subject) -> float:
    """Start what was killed; return the seconds until the fake answers from its store."""
    began = time.perf_counter()
    victim.start()
    with Caller(fake.port) as caller:
        wait_until(lambda: caller.call("GET", f"{API}/sessions/none").status == 404, "an answer of the API")
    return time.perf_counter() - began


def _look_up(caller: Caller, token: str) -> Reply:
    """Ask for a session until the store is not too slow to answer, as on a busy machine it is now and then."""
    until = time.monotonic() + PATIENCE
    reply = caller.call("GET", f"{API}/sessions/{token}")
    while reply.is_of_store and time.monotonic() < until:
        time.sleep(0.05)  # a store that was killed comes back on the machine's clock
        reply = caller.call("GET", f"{API}/sessions/{token}")
    return reply


def _missing(port: int, acknowledged: Acknowledged) -> Iterator[str]:
    with Caller(port) as caller:
        for token, (status, has_email) in acknowledged.items():
            reply = _look_up(caller, token)
            if reply.status != 200:
                yield f"a session that was {status} is answered {reply.status}"
                continue
            data = reply.content["data"]
            if ORDER.index(data["status"]) < ORDER.index(status):
                yield f"a session that was {status} is {data['status']}"
            if has_email and data["driver_email"] is None:
                yield "an email that was acknowledged is gone"
