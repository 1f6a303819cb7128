"""The client under test, as the harness holds it: pressed one button at a time, until its life is over."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from plugproof_harness.adapter import Adapter
from plugproof_harness.api import Api
from plugproof_harness.call import End, Outcome
from plugproof_harness.hearing import NeverEndsError
from plugproof_mockserver import FakePlugchoice

LONGEST_WAIT = 24 * 3600
"""Seconds that one call may wait in all before it counts as one that never ends."""


class Client:
    """An adapter at work on a fake; `passed` is called when it has waited."""

    def __init__(self, adapter: type[Adapter], fake: FakePlugchoice, passed: Callable[[], object]) -> None:
        self._fake, self._passed = fake, passed
        self._waited = 0.0
        self._loop: asyncio.Runner | None = None
        self._api = Api(fake, self._wait)
        self.adapter = adapter(self._api)

    def press(self, button: Callable[[], Any]) -> Outcome:
        """Call the client, and say how that ended."""
        self._waited = 0
        try:
            return Outcome(End.ANSWERED, self._returned(button()))
        except self.adapter.refused as error:
            return Outcome(End.REFUSED, error=error)
        except self.adapter.unsure as error:
            return Outcome(End.UNSURE, error=error)
        except NeverEndsError as error:
            return Outcome(End.NEVER, error=error)
        except Exception as error:
            return Outcome(End.CRASHED, error=error)

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
            raise NeverEndsError
        self._fake.clock.advance(seconds=seconds)
        self._passed()
