"""Many at once on one token and one address, in one process: ten are let in, and one of them moves the session.

Sixty-four threads ask one fake in the same process, and 200 sockets one server. The clock runs, so that a session
that moved twice would show two moments of its authorisation.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Barrier

import httpx2

from benchmarks.reliability.call import API, Caller, request_bytes, start
from benchmarks.reliability.outcome import Outcome
from benchmarks.reliability.process import Fake
from plugproof import FakePlugchoice

LIMIT, THREADS, SOCKETS = 10, 64, 200


def run_threads(size: int) -> Outcome:
    """Race so often in threads, which Python is told to switch between as often as it can."""
    barrier = Barrier(THREADS)
    losses: list[str] = []
    with _switching(), ThreadPoolExecutor(THREADS) as threads:
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
def _switching() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def run_sockets(size: int) -> Outcome:
    """Race so often over sockets, each time in a world of its own."""
    losses: list[str] = []
    with Fake("--auto-pay", "--max-worlds", str(size)) as fake, ExitStack() as stack:
        callers = [stack.enter_context(Caller(fake.port)) for _ in range(SOCKETS)]
        for number in range(size):
            prefix = f"/worlds/w{number}{API}/sessions"
            token = start(callers[0], f"/worlds/w{number}").content["session_token"]
            request = request_bytes("POST", f"{prefix}/{token}/confirm".encode())
            for caller in callers:
                caller.begin(request)
            found = [(reply.status, reply.body) for reply in map(Caller.finish, callers)]
            losses += _wrong(number, found)
    return Outcome(f"{size:,} races of {SOCKETS} sockets, {len(losses)} wrong", tuple(losses))


def _wrong(number: int, found: list[tuple[int, bytes]]) -> Iterator[str]:
    """Yield what is wrong with the answers of one race."""
    statuses = [status for status, _ in found]
    admitted, refused = statuses.count(200), statuses.count(429)
    if (admitted, refused) != (LIMIT, len(found) - LIMIT):
        yield f"race {number + 1}: {admitted} were let in and {refused} refused, of {len(found)}"
    if len({body for status, body in found if status == 200}) != 1:
        yield f"race {number + 1}: the session has moved more than once"
