"""The fake of each test."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from plugproof_mockserver import FakePlugchoice
from plugproof_pytest.known_secrets import FAKES, WHEN_DONE
from plugproof_pytest.marker import read


@contextmanager
def fake_of(item: pytest.Item) -> Iterator[FakePlugchoice]:
    """Make the fake that a test's markers wish for."""
    fake = read(item).fake()
    FAKES.append(fake)
    try:
        yield fake
    finally:
        for look in WHEN_DONE:
            look(fake)
