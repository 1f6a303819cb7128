"""Rolling restarts under load: every request is answered while one worker after the other is replaced.

Some clients keep their connection, others come on a new one for each request. All the while SIGHUP tells the
fake to replace its workers, again as soon as none of them is left.
"""

import signal
import tempfile
import threading
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path

from benchmarks.reliability.call import API, Caller, start
from benchmarks.reliability.outcome import Outcome, spread
from benchmarks.reliability.process import Fake, RedisServer, wait_until

WORKERS = 2
CLIENTS = 8
OPTIONS = (
    "--auto-pay", "--rate-limit", "off", "--sessions-per-charger", "1000000", "--workers", str(WORKERS),
)  # fmt: skip


class _Client(threading.Thread):
    """Asks again and again, and notes what is not answered as it should be."""

    def __init__(self, port: int, token: str, numbers: "count[int]", most: int, *, keeps: bool) -> None:
        super().__init__(daemon=True)
        self.losses: list[str] = []
        self._port, self._path, self._keeps = port, f"{API}/sessions/{token}", keeps
        self._numbers, self._most = numbers, most

    def run(self) -> None:
        """Ask until all clients together have asked often enough."""
        kind = "kept" if self._keeps else "new"
        with Caller(self._port) as caller:
            while (number := next(self._numbers)) < self._most:
                reply = caller.call(*(("GET", self._path) if number % 2 else ("POST", f"{self._path}/confirm")))
                if reply.status != 200:
                    self.losses.append(
                        f"a request on a {kind} connection was answered {reply.status or 'nothing'}"
                    )
                if not self._keeps:
                    caller.close()


def run(size: int) -> Outcome:
    """Ask so often in all, and restart all the while."""
    with ExitStack() as stack:
        redis = stack.enter_context(RedisServer(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
        fake = stack.enter_context(Fake(*OPTIONS, "--state", f"{redis.url}?socket_timeout=5"))
        with Caller(fake.port) as caller:
            token = start(caller).content["session_token"]
        numbers = count()
        clients = [_Client(fake.port, token, numbers, size, keeps=bool(n % 2)) for n in range(CLIENTS)]
        for client in clients:
            client.start()
        restarts = _restart(fake, clients)
        losses = [loss for client in clients for loss in client.losses]
    if not restarts:
        losses.append("no restart was over before the requests were")
    times = f"{len(restarts)} restarts of {WORKERS} workers, each {spread(restarts)}"
    return Outcome(f"{size:,} requests, {len(losses)} lost; {times}", tuple(losses))


def _restart(fake: Fake, clients: list[_Client]) -> list[float]:
    """Replace the workers again and again while any client asks; return the seconds that each time took."""
    took: list[float] = []
    while any(client.is_alive() for client in clients):
        before = workers(fake)
        fake.signal(signal.SIGHUP)
        took.append(wait_until(partial(_are_replaced, fake, before), "the end of the old workers"))
    return took


def _are_replaced(fake: Fake, before: set[int]) -> bool:
    return len(before - workers(fake)) >= WORKERS


def workers(fake: Fake) -> set[int]:
    """Return the processes that a fake has started and that run."""
    pid = fake.process.pid
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
