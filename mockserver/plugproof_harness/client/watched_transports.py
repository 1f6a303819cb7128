"""Transports that tell the API of a run what happens to a client's request."""

from typing import Any

from plugproof_mockserver.faces.http_clients import TIMEOUTS
from plugproof_mockserver.faces.transports import AsyncTransport, Transport
from plugproof_mockserver.world.world import World


class InterruptedTransport(Transport):
    """A transport on whose way back something may happen, such as another press of a button."""

    def __init__(self, world: World, api: Any) -> None:
        super().__init__(world)
        self._api = api

    def handle_request(self, request: Any) -> Any:
        """Answer a request, and tell the API what came of it."""
        try:
            return super().handle_request(request)
        except TIMEOUTS:
            self._api.gave_up()
            raise
        finally:
            self._api.passed()
            happen, self._api.in_flight = self._api.in_flight, None
            if happen:
                happen()


class WatchedTransport(AsyncTransport):
    """The same for `async` clients, of which only the time is watched."""

    def __init__(self, world: World, api: Any) -> None:
        super().__init__(world)
        self._api = api

    async def handle_async_request(self, request: Any) -> Any:
        """Answer a request, and tell the API what came of it."""
        try:
            return await super().handle_async_request(request)
        except TIMEOUTS:
            self._api.gave_up()
            raise
        finally:
            self._api.passed()
