"""What was used of late, for whoever reports on it: fakes, and tokens that must not be readable."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugproof_mockserver import FakePlugchoice

FAKES: "deque[FakePlugchoice]" = deque(maxlen=4)
"""The fakes of the last few tests."""
SEEN: deque[str] = deque(maxlen=64)
"""The last tokens that were seen elsewhere."""
WATCHES: list[object] = []
"""Who watches this run; a suite that is watched uses the plugin from the start."""
WHEN_DONE: "list[Callable[[FakePlugchoice], None]]" = []
"""What looks at a fake when its test has ended."""


def is_used() -> bool:
    """Say whether this run has used the plugin yet."""
    return bool(FAKES or SEEN or WATCHES)


def forget() -> None:
    """End a run; another may follow in the same process."""
    FAKES.clear()
    SEEN.clear()


def tokens() -> Iterator[str]:
    """Yield the tokens that may turn up in a report."""
    yield from SEEN
    for fake in FAKES:
        yield from fake.world.sessions.tokens()
        yield from (entry.token.reveal() for entry in fake.journal if entry.token)
