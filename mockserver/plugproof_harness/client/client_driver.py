"""The client under test at work: one call at a time, until the run is over."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from plugproof_harness.client.adapter import Adapter
from plugproof_harness.client.client_api import Api
from plugproof_harness.client.client_call import CallEnding, CallOutcome
from plugproof_harness.client.request_log import EndlessCallError
from plugproof_mockserver import FakePlugchoice

LONGEST_WAIT = 24 * 3600
"""Seconds that one call may wait in all before it counts as one that never ends."""


class ClientDriver:
    """An adapter at work on a fake; `passed` is called when it has waited."""

    def __init__(self, adapter: type[Adapter], fake: FakePlugchoice, passed: Callable[[], object]) -> None:
        self._fake, self._passed = fake, passed
        self._waited = 0.0
        self._loop: asyncio.Runner | None = None
        self._api = Api(fake, self._wait)
        self.adapter = adapter(self._api)

    def press(self, button: Callable[[], Any]) -> CallOutcome:
        """Call the client; return how that ended."""
        self._waited = 0
        try:
            return CallOutcome(CallEnding.ANSWERED, self._returned(button()))
        except self.adapter.refused as error:
            return CallOutcome(CallEnding.REFUSED, error=error)
        except self.adapter.unsure as error:
            return CallOutcome(CallEnding.UNSURE, error=error)
        except EndlessCallError as error:
            return CallOutcome(CallEnding.NEVER, error=error)
        except Exception as error:
            return CallOutcome(CallEnding.CRASHED, error=error)

    def close(self) -> None:
        """End the client, and what it was given."""
        try:
            self._returned(self.adapter.close())
        finally:
            self._api.close()
            if self._loop:
                self._loop.close()

    def _returned(self, value: Any) -> Any:
        if not inspect.iscoroutine(value):
            return value
        self._loop = self._loop or asyncio.Runner()
        return self._loop.run(value)

    def _wait(self, seconds: float) -> None:
        self._waited += seconds
        if self._waited > LONGEST_WAIT:
            raise EndlessCallError
        self._fake.clock.advance(seconds=seconds)
        self._passed()
