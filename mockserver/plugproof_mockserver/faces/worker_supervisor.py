"""Several worker processes on one socket, and the process that keeps them running.

1. All of them accept connections of one listening socket, which stays open here: while no worker listens,
   connections wait.
2. A worker that ended without being told to is replaced: at once, or after a pause if others did so just before.
3. A rolling restart replaces one after the other: the old one goes on until the new one answers, then takes no new
   connection and ends when those that it has are done.
4. Told to end, all finish what is under way, and what is not done by then is cut off.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from socket import socket, socketpair
from typing import Any

import msgspec

from plugproof_mockserver.faces.uvicorn_server import START_SECONDS, ServerStartError
from plugproof_mockserver.faces.worker_process import DRAIN, END, work

END_SECONDS = 2.6
"""How long workers may take to end: their own grace, and a little for a busy machine."""
LONGEST_PAUSE = 5.0
"""Seconds before a worker that ends again and again is started once more, at most."""
_SHORT_LIFE = 1.0

_SPAWN = get_context("spawn")


class _Worker(msgspec.Struct, eq=False):
    process: SpawnProcess
    pipe: Connection
    began: float
    is_ready: bool = False

    def tell(self, word: bytes) -> None:
        with suppress(OSError):  # it has ended, which is noticed elsewhere
            self.pipe.send_bytes(word)


class Supervisor:
    """Keeps `count` workers running; each calls `make_app` with what is given, in its own process.

    `ready` is called once all of them answer, and `tell` is told in a sentence of what happens to them.
    """

    def __init__(
        self,
        make_app: Callable[..., Any],
        given: tuple[Any, ...],
        listener: socket,
        *,
        count: int,
        receive_seconds: float,
        ready: Callable[[], None],
        tell: Callable[[str], None],
    ) -> None:
        self._work, self._listener = (make_app, given, listener), listener
        self._count, self._receive_seconds = count, receive_seconds
        self._ready, self._tell = ready, tell
        self._serving: list[_Worker] = []
        self._leaving: list[_Worker] = []
        self._old: list[_Worker] = []
        self._next: _Worker | None = None
        self._start_at: list[float] = []
        self._failures = 0
        self._is_announced = self._is_ending = False
        self._had_terminal = _has_terminal()

    def run(self) -> None:
        """Run until SIGINT or SIGTERM; SIGHUP restarts the workers, or ends them with the terminal that they had.

        Raises `ServerStartError`.
        """
        with _signals() as signals:
            self._serving = [self._start() for _ in range(self._count)]
            try:
                while not self._is_ending:
                    self._turn(signals)
            finally:
                self._end(signals)

    def _start(self) -> _Worker:
        here, there = _SPAWN.Pipe()
        process = _SPAWN.Process(target=work, args=(*self._work, there, self._receive_seconds), daemon=True)
        with _signals_held():
            process.start()
        there.close()
        return _Worker(process, here, time.monotonic())

    @property
    def _workers(self) -> list[_Worker]:
        return [*self._serving, *self._leaving, *([self._next] if self._next else [])]

    # One turn: wait until something happens, and do what follows from it.

    def _turn(self, signals: socket) -> None:
        waited: list[Any] = [signals]
        for worker in self._workers:
            waited += [worker.process.sentinel] if worker.is_ready else [worker.process.sentinel, worker.pipe]
        happened = wait(waited, self._patience())
        if signals in happened:
            self._obey(signals.recv(64))
        for worker in self._workers:
            if worker.pipe in happened:
                self._note_ready(worker)
            if worker.process.sentinel in happened:
                self._note_end(worker)
        self._start_what_is_due()
        self._restart_the_next()

    def _patience(self) -> float | None:
        moments = [*self._start_at, *([self._next.began + START_SECONDS] if self._next else [])]
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _obey(self, numbers: bytes) -> None:
        has_lost_terminal = self._had_terminal and not _has_terminal()
        if signal.SIGINT in numbers or signal.SIGTERM in numbers or has_lost_terminal:
            self._is_ending = True
        elif not self._old:
            self._old = list(self._serving)

    def _note_ready(self, worker: _Worker) -> None:
        try:
            worker.pipe.recv_bytes()
        except (EOFError, OSError):
            return  # it has ended
        worker.is_ready = True
        if worker is self._next:
            self._replace(self._old.pop(0), worker)
        elif not self._is_announced and all(one.is_ready for one in self._serving):
            self._is_announced = True
            self._ready()

    def _replace(self, old: _Worker, new: _Worker) -> None:
        self._serving[self._serving.index(old)], self._next = new, None
        self._leaving.append(old)
        old.tell(DRAIN)
        if not self._old:
            self._tell("all workers are new")

    def _note_end(self, worker: _Worker) -> None:
        worker.process.join()
        worker.pipe.close()
        if worker in self._leaving:
            self._leaving.remove(worker)
        elif worker is self._next:
            self._give_up_restart("the new worker ended")
        else:
            self._note_loss(worker)

    def _note_loss(self, worker: _Worker) -> None:
        if not self._is_announced:
            raise ServerStartError("the workers do not start")
        self._serving.remove(worker)
        self._old = [one for one in self._old if one is not worker]
        self._failures = self._failures + 1 if time.monotonic() - worker.began < _SHORT_LIFE else 0
        pause = min(LONGEST_PAUSE, 0.1 * 2**self._failures) if self._failures else 0.0
        self._start_at.append(time.monotonic() + pause)
        self._tell(f"worker {worker.process.pid} ended ({_reason(worker.process)}); another one starts")

    def _start_what_is_due(self) -> None:
        now = time.monotonic()
        due = [at for at in self._start_at if at <= now]
        self._start_at = [at for at in self._start_at if at > now]
        self._serving += [self._start() for _ in due]

    def _restart_the_next(self) -> None:
        if self._next is None and self._old:
            self._next = self._start()
        elif self._next is not None and time.monotonic() > self._next.began + START_SECONDS:
            late, self._next = self._next, None
            late.process.kill()
            self._leaving.append(late)
            self._give_up_restart(f"the new worker took more than {START_SECONDS} seconds")

    def _give_up_restart(self, why: str) -> None:
        self._next, self._old = None, []
        self._tell(f"the restart is given up: {why}; the others go on as they are")

    # The end.

    def _end(self, signals: socket) -> None:
        # Workers accept who waits at the socket before they close it. While it is open here, it takes more.
        self._listener.close()
        left = self._workers
        for worker in left:
            worker.tell(END)
        until = time.monotonic() + END_SECONDS
        while left and (rest := until - time.monotonic()) > 0:
            happened = wait([signals, *(worker.process.sentinel for worker in left)], rest)
            left = [worker for worker in left if worker.process.sentinel not in happened]
            if signals in happened:
                break  # whoever asks twice does not want to wait
        if left:
            self._tell(
                f"{len(left)} of the workers did not end in time and are killed; what they were asked is lost"
            )
        for worker in left:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()


def _has_terminal() -> bool:
    try:
        return os.isatty(0)
    except OSError:
        return False


def _reason(process: SpawnProcess) -> str:
    code = process.exitcode or 0
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _numbers() -> list[signal.Signals]:
    numbers = [signal.SIGINT, signal.SIGTERM]
    hang_up = getattr(signal, "SIGHUP", None)  # Windows has none
    if hang_up is not None and signal.getsignal(hang_up) is not signal.SIG_IGN:
        numbers.append(hang_up)
    return numbers


@contextmanager
def _signals() -> Iterator[socket]:
    """Have signals arrive as bytes of a socket, so that one wait is for them and for workers."""
    here, there = socketpair()
    with here, there:
        there.setblocking(False)
        before = {number: signal.signal(number, lambda *_: None) for number in _numbers()}
        wakeup = signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
        try:
            yield here
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Keep signals of the terminal from a process that has not yet begun to ignore them; ours come later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _numbers())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
