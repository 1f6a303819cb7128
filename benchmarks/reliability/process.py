"""The processes that scenarios start, break and end: the fake, and Redis. Each is ended by its own pid."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from redis import Redis

from benchmarks.reliability.call import Caller
from benchmarks.servers import free_port

SERVE = (sys.executable, "-m", "plugproof", "serve", "--json", "--log", "off")
NO_SNAPSHOTS = ("--save", "", "--bind", "127.0.0.1")
DURABLE = ("--appendonly", "yes", "--appendfsync", "always")
PATIENCE = 30.0
"""Seconds after which what does not come is given up."""

Command = Sequence[str]


def wait_until(condition: Callable[[], bool], what: str) -> float:
    """Ask again and again until the answer is yes; return the seconds. Raises `TimeoutError`."""
    began = time.perf_counter()
    while not condition():
        if time.perf_counter() - began > PATIENCE:
            raise TimeoutError(f"{what} did not come within {PATIENCE:g} seconds")
        time.sleep(0.002)  # another process is waited for, on its clock
    return time.perf_counter() - began


def is_listening(port: int) -> bool:
    """Return whether somebody accepts connections at a port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Subject:
    """A process on a port of its own that can be started again and again, with `{port}` in its command."""

    def __init__(self, command: Command) -> None:
        self.port = free_port()
        self._command = [part.format(port=self.port) for part in command]
        self._process: subprocess.Popen[bytes] | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._errors.close()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running process; raises `RuntimeError` before it was started."""
        if self._process is None:
            raise RuntimeError("the process was not started")
        return self._process

    def start(self) -> float:
        """Start it, and return the seconds from then to its first answer."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PLUGPROOF_")}
        self._errors.seek(0)
        self._errors.truncate()
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=self._errors, env=kept)
        return wait_until(self._is_ready, "the first answer")

    def _is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"{self._command[0]} ended with {self.process.returncode}: {self.read_errors()}")
        return self.is_ready()

    def is_ready(self) -> bool:
        """Return whether it answers."""
        return is_listening(self.port)

    def read_errors(self) -> str:
        """Return what it has written to standard error since it was started."""
        size = os.fstat(self._errors.fileno()).st_size
        return os.pread(self._errors.fileno(), size, 0).decode(errors="replace").strip()

    def kill(self) -> None:
        """End it with SIGKILL, and wait until it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self.process.send_signal(number)


class Fake(Subject):
    """`plugproof serve` with some options; `command` may replace the command itself."""

    def __init__(self, *options: str, command: Command = SERVE) -> None:
        super().__init__([*command, "--port", "{port}", *options])

    def is_ready(self) -> bool:
        """Return whether it answers a request, with whatever."""
        with Caller(self.port, timeout=1) as caller:
            return caller.call("GET", "/_plugproof/health").status == 200


class RedisServer(Subject):
    """A Redis of the scenario's own; each write is on the disk before its answer, unless it need not be."""

    def __init__(self, folder: Path, *, is_durable: bool = True) -> None:
        kept = DURABLE if is_durable else ()
        super().__init__(["redis-server", "--port", "{port}", "--dir", str(folder), *NO_SNAPSHOTS, *kept])

    @property
    def url(self) -> str:
        """Where the fake finds it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def is_ready(self) -> bool:
        """Return whether it has read its file and answers."""
        with suppress(Exception), self.client() as client:
            return bool(client.ping())
        return False

    def client(self) -> Redis:
        """Return a client of it."""
        return Redis(port=self.port, socket_timeout=5)
