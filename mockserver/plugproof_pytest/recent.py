"""The fakes of the last few tests, for whoever reports on them; their tokens must not be readable there."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugproof_mockserver import FakePlugchoice

FAKES: "deque[FakePlugchoice]" = deque(maxlen=4)

WHEN_DONE: "list[Callable[[FakePlugchoice], None]]" = []
"""What looks at a fake when its test has ended."""


def tokens() -> Iterator[str]:
    """Yield the tokens that the clients of these fakes may know."""
    for fake in FAKES:
        yield from fake.world.sessions.tokens()
        yield from (entry.token.reveal() for entry in fake.journal if entry.token)
