"""A limit on the real time of a call: what stops a client that hangs."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

_AGAIN = 1.0
"""Seconds after which the alarm is raised again, for a client that catches everything and goes on."""


@contextmanager
def limit_time(seconds: float, error: BaseException) -> Iterator[None]:
    """Raise `error` in the block once it has taken so many seconds.

    The alarm is a signal, so there is no limit outside the main thread and on Windows.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise error

    handler = signal.signal(signal.SIGALRM, interrupt)
    remaining, interval = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    began = monotonic()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)
        if remaining:
            # Somebody else's alarm, such as that of a test runner, goes on.
            signal.setitimer(signal.ITIMER_REAL, max(0.001, remaining - (monotonic() - began)), interval)
