"""The fake of each test."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.facts_file import read_facts
from plugproof_pytest.interception.patching import Patches
from plugproof_pytest.known_secrets import SECRETS
from plugproof_pytest.marker import ARGUMENTS, OWN_ARGUMENTS, read, refuse_unknown
from plugproof_pytest.options import facts_path

if TYPE_CHECKING:
    from plugproof_mockserver.live_server import Listener

LISTENERS = pytest.StashKey[list[Callable[[FakePlugchoice], None]]]()
"""What looks at a fake when its test has ended."""
SERVER_LISTENERS = pytest.StashKey[list["Listener"]]()
"""What is told of the answers of the run's server."""


@contextmanager
def fake_of(item: pytest.Item, defaults: Mapping[str, Any]) -> Iterator[FakePlugchoice]:
    """Make the fake that a test's markers ask for, by the suite's `defaults` where they say nothing."""
    fake = _made(item, defaults)
    item.config.stash[SECRETS].fakes.append(fake)
    try:
        yield fake
    finally:
        for look in item.config.stash.get(LISTENERS, []):
            look(fake)


def _made(item: pytest.Item, defaults: Mapping[str, Any]) -> FakePlugchoice:
    __tracebackhide__ = True
    facts = facts_path(item.config)
    if facts is not None:
        try:
            read_facts(facts)
        except ValueError as error:
            pytest.fail(str(error), pytrace=False)
        defaults = {"facts": facts, **defaults}
    try:
        refuse_unknown(defaults, [name for name in ARGUMENTS if name not in OWN_ARGUMENTS])
        return read(item).fake(defaults)
    except (ValueError, TypeError) as error:
        complaint = str(error)
    pytest.fail(f"the fixture plugchoice_settings: {complaint}", pytrace=False)


@contextmanager
def sleeping_on(fake: FakePlugchoice) -> Iterator[list[float]]:
    """Let `time.sleep` advance a fake's clock instead of waiting; yields the seconds of each call.

    Threads that run already, such as a server's, go on sleeping in earnest.
    """
    import time

    others = {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}
    naps: list[float] = []

    def make(real: Any) -> Any:
        def sleep(seconds: float) -> None:
            if threading.get_ident() in others or seconds <= 0:
                real(seconds)
                return
            naps.append(seconds)
            fake.clock.advance(timedelta(seconds=seconds))

        return sleep

    with Patches() as patches:
        patches.add(time, "sleep", make)
        yield naps
