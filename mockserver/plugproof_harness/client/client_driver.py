"""The client under test at work: one call at a time, until the run is over."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from plugproof_contracts.extras import MissingPackageError
from plugproof_harness.client.adapter import Adapter, AdapterError
from plugproof_harness.client.client_api import Api
from plugproof_harness.client.client_call import CallEnding, CallOutcome
from plugproof_harness.client.request_log import EndlessCallError
from plugproof_harness.client.time_limit import limit_time
from plugproof_mockserver import FakePlugchoice

LONGEST_WAIT = 24 * 3600
"""Seconds on the fake's clock that one call may wait in all before it counts as one that never ends."""
TIME_LIMIT = 10.0
"""Seconds of real time that one call may take before it counts as one that never ends."""


_CRASHES = (Exception, SystemExit, asyncio.CancelledError)
"""What ends a call, and must not end the harness with it."""


class ClientDriver:
    """An adapter at work on a fake. Raises `AdapterError`.

    `passed` is called when time has passed, and `gave_up` when the client did not wait for an answer.
    """

    def __init__(
        self,
        adapter: type[Adapter],
        fake: FakePlugchoice,
        passed: Callable[[], object],
        gave_up: Callable[[], object],
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._fake, self._passed, self._time_limit = fake, passed, time_limit
        self._waited = 0.0
        self._loop: asyncio.Runner | None = None
        self.api = Api(fake, self._wait, time_limit)
        self.api.passed, self.api.gave_up = passed, gave_up
        self.adapter: Adapter = self._required(f"{adapter.__name__}(api)", lambda: adapter(self.api))

    def press(self, button: Callable[[], Any]) -> CallOutcome:
        """Call the client; return how that ended."""
        self._waited = 0
        try:
            with self._limited():
                return CallOutcome(CallEnding.ANSWERED, self._returned(button()))
        except (AdapterError, MissingPackageError):
            raise
        except self.adapter.refused as error:
            return CallOutcome(CallEnding.REFUSED, error=error)
        except self.adapter.unsure as error:
            return CallOutcome(CallEnding.UNSURE, error=error)
        except EndlessCallError as error:
            return CallOutcome(CallEnding.NEVER, error=error)
        except _CRASHES as error:
            return CallOutcome(CallEnding.CRASHED, error=error)

    def close(self) -> None:
        """End the client, and what it was given."""
        try:
            self._required("close()", lambda: self._returned(self.adapter.close()))
        finally:
            self.api.close()
            if self._loop:
                self._loop.close()

    def _limited(self) -> Any:
        return limit_time(self._time_limit, EndlessCallError(f"after {self._time_limit:g} s of real time"))

    def _required(self, name: str, action: Callable[[], Any]) -> Any:
        """Do what is the adapter's own part, where whatever goes wrong is a mistake of the adapter."""
        try:
            with self._limited():
                return action()
        except (AdapterError, MissingPackageError):
            raise
        except EndlessCallError as error:
            raise AdapterError(f"{name} did not end within {self._time_limit:g} s") from error
        except _CRASHES as error:
            raise AdapterError(f"{name} raised {type(error).__name__}: {error}") from error

    def _returned(self, value: Any) -> Any:
        if not inspect.iscoroutine(value):
            return value
        self._loop = self._loop or asyncio.Runner()
        return self._loop.run(value)

    def _wait(self, seconds: float) -> None:
        self._waited += seconds
        if self._waited > LONGEST_WAIT:
            raise EndlessCallError("after it had waited for a day")
        self._fake.clock.advance(seconds=seconds)
        self._passed()
