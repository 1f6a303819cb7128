"""Many at once on one token and one address: ten are let in, and one of them moves the session.

Sixty-four threads ask one fake in the same process, and 200 sockets one server, or four workers on one Redis.
Of the ten that the four workers let in, a fault strikes exactly three.
The clock runs, so that a session that moved twice would show two moments of its authorisation.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Barrier

import httpx2

from benchmarks.reliability.call import API, Caller, request_bytes, start
from benchmarks.reliability.outcome import Outcome
from benchmarks.reliability.process import Fake, RedisServer
from benchmarks.reliability.scenarios.rolling import workers
from plugproof import FakePlugchoice

LIMIT, THREADS, SOCKETS, WORKERS, STRUCK = 10, 64, 200, 4, 3


def run_threads(size: int) -> Outcome:
    """Race so often in threads, which Python is told to switch between as often as it can."""
    barrier = Barrier(THREADS)
    losses: list[str] = []
    with eager_switching(), ThreadPoolExecutor(THREADS) as threads:
        for number in range(size):
            fake = FakePlugchoice(auto_pay=True)
            url = fake.start_session().url("confirm")
            with ExitStack() as stack:
                client = stack.enter_context(httpx2.Client(transport=fake.transport()))

                def confirm(_: int, client: httpx2.Client = client, url: str = url) -> httpx2.Response:
                    barrier.wait()
                    return client.post(url)

                found = [(reply.status_code, reply.content) for reply in threads.map(confirm, range(THREADS))]
            losses += _wrong(number, found)
    return Outcome(f"{size:,} races of {THREADS} threads, {len(losses)} wrong", tuple(losses))


@contextmanager
def eager_switching() -> Iterator[None]:
    """Let the interpreter change threads as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def run_sockets(size: int) -> Outcome:
    """Race so often over sockets, each time in a world of its own."""
    with Fake("--auto-pay", "--max-worlds", str(size)) as fake:
        losses = [loss for number, found in _races(fake, size) for loss in _wrong(number, found)]
    return Outcome(f"{size:,} races of {SOCKETS} sockets, {len(losses)} wrong", tuple(losses))


def run_workers(size: int) -> Outcome:
    """Race so often over sockets to four workers on one Redis."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        redis = stack.enter_context(RedisServer(folder, is_durable=False))
        state = ("--state", f"{redis.url}?socket_timeout=10", "--workers", str(WORKERS))
        fault = ("--fault", f"confirm:502:first={STRUCK}")
        fake = stack.enter_context(Fake("--auto-pay", "--max-worlds", str(size), *state, *fault))
        losses, shares = list[str](), list[int]()
        for number, found in _races(fake, size):
            losses += _wrong(number, found, struck=STRUCK)
            shares = shares or sorted(len(os.listdir(f"/proc/{pid}/fd")) for pid in workers(fake))
    if shares[-2] < SOCKETS // 10:
        losses.append("one worker had nearly all connections, so nothing was tried")
    figures = f"{size:,} races of {SOCKETS} sockets to {WORKERS} workers, {len(losses)} wrong"
    return Outcome(figures, tuple(losses))


def _races(fake: Fake, size: int) -> Iterator[tuple[int, list[tuple[int, bytes]]]]:
    """Yield the number of a race, and its answers."""
    with ExitStack() as stack:
        callers = [stack.enter_context(Caller(fake.port)) for _ in range(SOCKETS)]
        for number in range(size):
            prefix = f"/worlds/w{number}"
            token = start(callers[0], prefix).content["session_token"]
            request = request_bytes("POST", f"{prefix}{API}/sessions/{token}/confirm".encode())
            for caller in callers:
                caller.begin(request)
            yield number, [(reply.status, reply.body) for reply in map(Caller.finish, callers)]


def _wrong(number: int, found: list[tuple[int, bytes]], struck: int = 0) -> Iterator[str]:
    """Yield what is wrong with the answers of one race, in which a fault is to strike so many."""
    statuses = [status for status, _ in found]
    faults, refused = statuses.count(502), statuses.count(429)
    admitted = statuses.count(200) + faults
    if faults != struck:
        yield f"race {number + 1}: a fault for the first {struck} struck {faults}"
    if (admitted, refused) != (LIMIT, len(found) - LIMIT):
        yield f"race {number + 1}: {admitted} were let in and {refused} refused, of {len(found)}"
    if len({body for status, body in found if status == 200}) != 1:
        yield f"race {number + 1}: the session has moved more than once"
