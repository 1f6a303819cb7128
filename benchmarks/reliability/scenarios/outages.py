"""A store that is full, paused or gone: a typed 503 at once, no eleventh request let in, and back by itself.

In each round a fresh world has let in five confirms of the ten of its one minute (the clock stands still) when
the store fails. Four clients then ask for everything there is. When the store is mended, the confirms that are
let in, before, during and after, are never more than ten, and the fake answers from its store again without
having been touched.
"""

import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import count, islice
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from benchmarks.reliability.call import API, Caller, Reply, start
from benchmarks.reliability.outcome import Outcome, slower_than, spread
from benchmarks.reliability.process import SERVE, Fake, RedisServer, wait_until

MOST_SECONDS = 0.25
LIMIT, BEFORE = 10, 5
CLIENTS, ASKED = 4, 10
OPTIONS = ("--auto-pay", "--speed", "0", "--sessions-per-charger", "1000000", "--max-worlds", "1000000")
DISK = "12m"
"""The size of the disk: SQLite keeps up to 4 MB in its log before it writes them into the file itself."""
MOST_WORLDS = 5000
"""Worlds that may be begun until SQLite has used up the room within its file."""
PLANES = ("/_plugproof/health", "/_plugproof/sessions", "/_plugproof/journal", "/_plugproof/limits")
"""What is asked besides the API; none of it may be a 500, whatever the store does."""

Step = Callable[[], object]


class Outage(NamedTuple):
    """How a store is broken and mended; `breaks` may leave a little room that the first requests use up."""

    breaks: Step
    mends: Step


def run_full_disk(rounds: int) -> Outcome:
    """Fill the disk below a SQLite store, and make room again; or limit its files where no disk can be mounted."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        options = (*OPTIONS, "--state", f"sqlite:///{folder}/worlds.db")
        if not _can_mount(folder):
            fake = stack.enter_context(Fake(*options))
            steps = Outage(partial(_limit, fake, 0), partial(_limit, fake, resource.RLIM_INFINITY))
            outcome = _break(fake, steps, rounds)
            return outcome._replace(figures=f"{outcome.figures} (by a limit of files: no disk to mount here)")
        fake = stack.enter_context(Fake(*options, command=(*_on_small_disk(folder), *SERVE)))
        filler = _Filler(Path(f"/proc/{fake.process.pid}/root{folder}/ballast"), fake.port)
        return _break(fake, Outage(filler.fill, filler.free), rounds)


def _on_small_disk(folder: Path) -> list[str]:
    """Return what comes before a command to give it a disk of its own, which ends with it and needs no rights."""
    mounting = f'mount -t tmpfs -o size={DISK} tmpfs {folder} && exec "$@"'
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", mounting, "sh"]


def _can_mount(folder: Path) -> bool:
    tried = [*_on_small_disk(folder), "true"]
    return bool(shutil.which(tried[0])) and not subprocess.run(tried, capture_output=True, check=False).returncode


def _limit(fake: Fake, size: int) -> None:
    """Let a fake write no byte beyond a size into any file."""
    resource.prlimit(fake.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class _Filler:
    """Keeps a disk full: SQLite makes room when it closes its file after a failure."""

    def __init__(self, ballast: Path, port: int) -> None:
        self._ballast, self._port, self._ending = ballast, port, Event()
        self._worlds = count()

    def fill(self) -> None:
        """Leave no room for another byte, from now on, nor in SQLite's own file."""
        self._ending.clear()
        self._write()
        self._thread = Thread(target=self._go_on, daemon=True)
        self._thread.start()
        with Caller(self._port) as caller:
            for number in islice(self._worlds, MOST_WORLDS):
                if start(caller, f"/worlds/filler{number}").is_of_store:
                    return

    def _go_on(self) -> None:
        while not self._ending.wait(0.001):
            self._write()

    def _write(self) -> None:
        with open(self._ballast, "ab", buffering=0) as file:
            for size in (65536, 1):
                with suppress(OSError):
                    while file.write(b"\0" * size):
                        pass

    def free(self) -> None:
        """Give all room back."""
        self._ending.set()
        self._thread.join()
        self._ballast.unlink()


def run_redis_full(rounds: int) -> Outcome:
    """Let Redis have no memory left, where it evicts nothing."""
    with _on_redis() as (fake, redis), redis.client() as client:
        client.config_set("maxmemory-policy", "noeviction")
        steps = Outage(partial(client.config_set, "maxmemory", 1), partial(client.config_set, "maxmemory", 0))
        return _break(fake, steps, rounds)


def run_redis_paused(rounds: int) -> Outcome:
    """Stop Redis with SIGSTOP, and let it go on."""
    with _on_redis() as (fake, redis):
        steps = Outage(partial(redis.signal, signal.SIGSTOP), partial(redis.signal, signal.SIGCONT))
        return _break(fake, steps, rounds)


def run_redis_gone(rounds: int) -> Outcome:
    """Kill Redis, and start it again from its file."""
    with _on_redis() as (fake, redis):
        return _break(fake, Outage(redis.kill, redis.start), rounds)


@contextmanager
def _on_redis() -> Iterator[tuple[Fake, RedisServer]]:
    with ExitStack() as stack:
        redis = stack.enter_context(RedisServer(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
        yield stack.enter_context(Fake(*OPTIONS, "--state", redis.url)), redis


def _break(fake: Fake, outage: Outage, rounds: int) -> Outcome:
    losses: list[str] = []
    refused: list[float] = []
    back: list[float] = []
    for number in range(rounds):
        prefix = f"/worlds/w{number}"
        with Caller(fake.port) as caller:
            path = f"{prefix}{API}/sessions/{_started(caller, prefix)}/confirm"
            admitted = [caller.call("POST", path).status for _ in range(BEFORE)].count(200)
            outage.breaks()
            replies = _ask_all(fake.port, prefix, path)
            outage.mends()
            back.append(wait_until(partial(_is_back, caller), "the store"))
            after = [caller.call("POST", path) for _ in range(LIMIT + BEFORE)]
        confirms = [*after, *(reply for method, reply in replies if method == "POST")]
        admitted += [reply.status for reply in confirms].count(200)
        losses += _wrong(number, [reply for _, reply in replies], after, admitted)
        refused += [reply.seconds for _, reply in replies if reply.status == 503]
    slow = slower_than(MOST_SECONDS, refused, "typed 503")
    figures = f"{rounds} outages, {len(refused):,} typed 503: {spread(refused)}; back {spread(back)} later"
    return Outcome(figures, (*losses, *slow))


def _is_back(caller: Caller) -> bool:
    return caller.call("GET", f"{API}/sessions/none").status in (404, 429)


def _ask_all(port: int, prefix: str, confirm: str) -> list[tuple[str, Reply]]:
    """Ask for everything, from several clients at once, and once more when the first has been refused."""
    requests = [("POST", confirm, None), ("GET", confirm.removesuffix("/confirm"), None)]
    requests += [("GET", prefix + path, None) for path in PLANES]

    def ask(_: int) -> list[tuple[str, Reply]]:
        with Caller(port) as caller:
            return [
                ("POST" if path == confirm else "GET", caller.call(method, path, body))
                for _ in range(ASKED)
                for method, path, body in requests
            ]

    with ThreadPoolExecutor(CLIENTS) as threads:
        return [reply for found in threads.map(ask, range(CLIENTS)) for reply in found]


def _started(caller: Caller, prefix: str) -> str:
    """Start a session, once more if the disk of a busy machine was too slow for Redis, and return its token."""
    while True:
        reply = start(caller, prefix)
        if reply.status == 201:
            return str(reply.content["session_token"])
        if not reply.is_of_store:
            raise RuntimeError(f"a start was answered {reply.status}")


def _wrong(number: int, replies: list[Reply], after: list[Reply], admitted: int) -> Iterator[str]:
    for reply in [*replies, *after]:
        is_typed = reply.is_of_store or (reply.status == 200 and b'"unavailable"' in reply.body)
        if reply.status not in (200, 429) and not is_typed:
            yield f"outage {number + 1}: a request was answered {reply.status}"
    if not any(reply.is_of_store for reply in replies):
        yield f"outage {number + 1}: the store did not fail, so nothing was tried"
    if admitted > LIMIT:
        yield f"outage {number + 1}: {admitted} of {LIMIT} confirms were let in"
