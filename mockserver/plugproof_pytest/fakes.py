"""The fake of each test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from plugproof_mockserver import FakePlugchoice
from plugproof_pytest.known_secrets import SECRETS
from plugproof_pytest.marker import read

LISTENERS = pytest.StashKey[list[Callable[[FakePlugchoice], None]]]()
"""What looks at a fake when its test has ended."""


@contextmanager
def fake_of(item: pytest.Item) -> Iterator[FakePlugchoice]:
    """Make the fake that a test's markers ask for."""
    fake = read(item).fake()
    item.config.stash[SECRETS].fakes.append(fake)
    try:
        yield fake
    finally:
        for look in item.config.stash.get(LISTENERS, []):
            look(fake)
