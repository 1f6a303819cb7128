"""What a client under test is given of the API: where it is, how to get there, and how to wait."""

import atexit
import math
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

from plugproof_contracts.argument_checks import check_arguments
from plugproof_contracts.argument_kinds import Duration
from plugproof_contracts.facts.operations import BASE_URL
from plugproof_mockserver import FakePlugchoice

if TYPE_CHECKING:
    from plugproof_mockserver.faces.transports import AsyncTransport, Transport
    from plugproof_mockserver.live_server import Site


class Api:
    """The API as one client meets it in one run. Its clock moves only when somebody waits or a step moves it."""

    base_url = BASE_URL
    """The base URL that the transports answer, up to and without `/v3`."""

    @check_arguments
    def __init__(
        self, fake: FakePlugchoice, waits: Callable[[float], object], time_limit: Duration = math.inf
    ) -> None:
        self._fake, self._waits, self._ends = fake, waits, ExitStack()
        self.time_limit = time_limit
        """Seconds of real time that one call may take."""
        self.passed: Callable[[], object] = lambda: None
        """What is called when an answer may have taken time on the fake's clock."""
        self.gave_up: Callable[[], object] = lambda: None
        """What is called when the client did not wait for the last answer."""
        self.in_flight: Callable[[], object] | None = None
        """What happens once, while the next answer is on its way to a client that uses `transport()`."""

    def transport(self) -> "Transport":
        """Return a transport for `httpx.Client` and `httpx2.Client`."""
        from plugproof_harness.client.watched_transports import InterruptedTransport

        return InterruptedTransport(self._fake.world, self)

    def async_transport(self) -> "AsyncTransport":
        """Return a transport for `httpx.AsyncClient` and `httpx2.AsyncClient`."""
        from plugproof_harness.client.watched_transports import WatchedTransport

        return WatchedTransport(self._fake.world, self)

    def serve(self) -> str:
        """Serve the fake on a socket for any other client, until the run is over; return the base URL."""
        return self._ends.enter_context(_site().serving(self._fake)).url

    def now(self) -> float:
        """Return the time in seconds since 1970, for clients that ask for it."""
        return self._fake.clock.now.timestamp()

    @check_arguments
    def sleep(self, seconds: float) -> None:
        """Wait: give this to the client in place of `time.sleep`."""
        self._waits(seconds)

    @check_arguments
    async def async_sleep(self, seconds: float) -> None:
        """Wait: give this to the client in place of `asyncio.sleep`."""
        self._waits(seconds)

    def close(self) -> None:
        """Stop serving."""
        self._ends.close()


@cache
def _site() -> "Site":
    """Return the one server of this process, which ends with it."""
    from plugproof_contracts.extras import name_missing_extra

    with name_missing_extra():
        from plugproof_mockserver.live_server import site

    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(site())
