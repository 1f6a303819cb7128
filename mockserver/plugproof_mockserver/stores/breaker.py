"""A breaker: while a store is away, one transaction now and then waits for it, and all others fail at once."""

import time
from collections.abc import Callable

from plugproof_mockserver.stores.store import StoreUnavailableError

PAUSE_SECONDS = 0.5
"""How long a store that failed is left alone."""


class Breaker:
    """Remembers the trouble of a store; `clock` tells seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._trouble: str | None = None
        self._until = 0.0
        self.since: float | None = None
        """When the trouble began, in seconds since 1970; None while there is none."""

    def check(self) -> None:
        """Raise `StoreUnavailableError` while the store is left alone."""
        if self._trouble is not None and self._clock() < self._until:
            raise StoreUnavailableError(self._trouble)

    def fail(self, trouble: str) -> StoreUnavailableError:
        """Note a failure, and return the error to raise."""
        self._trouble, self._until = trouble, self._clock() + PAUSE_SECONDS
        self.since = self.since or time.time()
        return StoreUnavailableError(trouble)

    def succeed(self) -> None:
        """Note that the store works."""
        self._trouble = self.since = None
