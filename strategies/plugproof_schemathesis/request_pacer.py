"""Waiting between requests, so that an operation is never asked more often than its page allows."""

import time
from collections import deque
from collections.abc import Callable
from threading import Event
from typing import Any

from pyrate_limiter import Limiter

from plugproof_contracts.facts.operations import WINDOW_SECONDS

MARGIN_SECONDS = 1.0
"""Added to the window, for requests that were sent a minute apart may arrive closer together."""


class RequestPacer(Limiter):
    """Admits `hits` in any window of a minute and a second, and lets go of who waits once `stop` is set.

    It is a limiter of pyrate in name, as Schemathesis asks; that one sleeps on when a run is interrupted.
    """

    def __init__(self, hits: int, now: Callable[[], float] = time.monotonic) -> None:
        self.stop = Event()
        self._now = now
        self._sent: deque[float] = deque(maxlen=hits)

    def try_acquire(self, *args: Any, **options: Any) -> bool:
        """Wait until the next request may be sent; raises `KeyboardInterrupt` when the run is to end."""
        if len(self._sent) == self._sent.maxlen:
            due = self._sent[0] + WINDOW_SECONDS + MARGIN_SECONDS
            if self.stop.wait(max(0.0, due - self._now())):
                raise KeyboardInterrupt
        self._sent.append(self._now())
        return True
