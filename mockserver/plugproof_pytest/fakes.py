"""The fake of each test, from its making until its last report."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from plugproof_mockserver import FakePlugchoice
from plugproof_pytest.marker import read

FAKE = pytest.StashKey[FakePlugchoice]()
"""Where a test's fake is found by whoever reports on the test."""

WHEN_DONE: list[Callable[[FakePlugchoice], None]] = []
"""What looks at a fake when its test has ended."""


@contextmanager
def fake_of(item: pytest.Item) -> Iterator[FakePlugchoice]:
    """Make the fake that a test's markers wish for."""
    fake = item.stash[FAKE] = read(item).fake()
    try:
        yield fake
    finally:
        for look in WHEN_DONE:
            look(fake)
