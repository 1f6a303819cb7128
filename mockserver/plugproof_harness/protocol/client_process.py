"""The process of a client: one question at a time, and one answer for each."""

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, Full, Queue
from time import monotonic
from typing import IO, Any

import msgspec

from plugproof_contracts.errors import PlugproofError
from plugproof_harness.client.adapter import AdapterError
from plugproof_harness.client.request_log import EndlessCallError

MOST_BYTES = 1 << 20
"""The longest line that is read; a view of a session has some hundred bytes."""
_KEPT_LINES = 20
_GRACE = 1.0
"""Seconds that a process may take to end once its output has ended or its input is closed."""


class ProcessEndedError(PlugproofError):
    """The process ended before it answered; the text has its exit code and its last words."""


class ClientProcess:
    """Starts a command when it is first asked something, and again when it has ended meanwhile."""

    def __init__(self, command: Sequence[str]) -> None:
        self.command = tuple(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: Queue[bytes | None] = Queue()
        self._errors: deque[str] = deque(maxlen=_KEPT_LINES)
        atexit.register(self.kill)

    @property
    def is_running(self) -> bool:
        """Whether there is a process to ask."""
        return self._process is not None

    def write(self, message: dict[str, Any]) -> None:
        """Send one message.

        Raises `AdapterError` when the process has written something unasked, and `ProcessEndedError`.
        """
        process = self._process or self._start()
        with suppress(Empty):
            self._refuse_unasked(self._lines.get_nowait())
        with suppress(BrokenPipeError, OSError):
            # A process that has ended is told of when its answer is read.
            stdin = _pipe(process.stdin)
            stdin.write(msgspec.json.encode(message) + b"\n")
            stdin.flush()

    def read(self, seconds: float) -> dict[str, Any]:
        """Return the next message; the process is killed when that fails in any way.

        Raises `ProcessEndedError`, `AdapterError` for what is not an object of JSON, and
        `EndlessCallError` after so many seconds.
        """
        try:
            return _decoded(self._next(monotonic() + seconds, seconds))
        except BaseException:
            self.kill()
            raise

    def end(self) -> int | None:
        """Close the input and return the exit code; None when the process does not end by itself."""
        if self._process is None:
            return None
        with suppress(OSError):
            _pipe(self._process.stdin).close()
        try:
            return self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            return None
        finally:
            self.kill()

    def kill(self) -> None:
        """End the process and whatever it has started."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
        for thread in self._threads:
            thread.join(_GRACE)
        for pipe in (process.stdin, process.stdout, process.stderr):
            with suppress(OSError):
                _pipe(pipe).close()

    def _start(self) -> "subprocess.Popen[bytes]":
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own command
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=sys.platform != "win32",
            )
        except OSError as error:
            raise AdapterError(f"{self.command[0]!r} can't be started: {error.strerror}") from None
        self._process, self._lines = process, Queue(maxsize=_KEPT_LINES)
        self._errors.clear()
        self._threads = [
            threading.Thread(
                target=self._collect, args=(_pipe(process.stdout), self._lines, process), daemon=True
            ),
            threading.Thread(target=self._listen, args=(_pipe(process.stderr),), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        return process

    def _collect(self, pipe: IO[bytes], lines: "Queue[bytes | None]", process: object) -> None:
        """Hand on the lines of standard output; who floods it waits until somebody reads."""
        with suppress(ValueError, OSError):
            while line := pipe.readline(MOST_BYTES):
                while self._process is process:
                    with suppress(Full):
                        lines.put(line, timeout=0.1)
                        break
                else:
                    return
        with suppress(Full):
            lines.put(None, timeout=_GRACE)

    def _listen(self, pipe: IO[bytes]) -> None:
        with suppress(ValueError, OSError):
            while line := pipe.readline(MOST_BYTES):
                if text := line.decode("utf-8", "replace").strip():
                    self._errors.append(text)

    def _next(self, until: float, seconds: float) -> bytes:
        try:
            line = self._lines.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            raise EndlessCallError(f"after {seconds:g} s of real time") from None
        if line is None:
            raise ProcessEndedError(self._last_words())
        return line

    def _refuse_unasked(self, line: bytes | None) -> None:
        if line is None:
            words = self._last_words()
            self.kill()
            raise ProcessEndedError(words)
        self.kill()
        raise AdapterError(f"the client's process wrote {quote(line)} although nothing was asked")

    def _last_words(self) -> str:
        process = self._process
        code: object = None
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(_GRACE) if process else None
        # What it wrote last may still be on its way.
        if len(self._threads) > 1:
            self._threads[1].join(_GRACE)
        how = f"ended with exit code {code}" if code is not None else "closed its standard output"
        said = _telling(self._errors)
        return f"the client's process {how}{f': {said}' if said else ' and said nothing'}"


def _telling(lines: Sequence[str] | deque[str]) -> str:
    """Return the line of standard error that names the error: the first that has one, or the last of all."""
    named = [line for line in lines if "Error" in line or "Exception" in line or "panic" in line]
    return (named or list(lines) or [""])[-1][:300]


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:  # pragma: no cover - all three are pipes
        raise OSError("no pipe")
    return pipe


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        message = msgspec.json.decode(line)
    except msgspec.DecodeError:
        raise AdapterError(
            f"the client's process wrote {quote(line)}, which is not a line of JSON;"
            " standard output is for the protocol, all else goes to standard error"
        ) from None
    if not isinstance(message, dict):
        raise AdapterError(f"the client's process wrote {quote(line)}, which is not an object")
    return message


def quote(line: bytes) -> str:
    """Return a short, printable form of a line."""
    text = line.decode("utf-8", "replace").rstrip("\n")
    return repr(text if len(text) <= 80 else f"{text[:80]}…")
