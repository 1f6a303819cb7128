"""The secrets of one run: tokens and client secrets that a fake issued, or that were seen where secrets stand."""

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from plugproof_mockserver import FakePlugchoice

KEPT_FAKES = 4
"""Reports may still come of the tests that had the last few fakes."""
KEPT_SEEN = 64
STAND_IN = "token~redacted"
"""What stands in a report where a secret was."""
SHORTEST = 12
"""A shorter word where a secret stands is a placeholder of a test, such as `abc`."""

_SECRET_NAMES = ("token", "client_secret")


def names_secret(argument: str) -> bool:
    """Return whether the name of an argument says that it is a secret."""
    return any(name in argument for name in _SECRET_NAMES)


class KnownSecrets:
    """What must not be readable in a report of this run."""

    def __init__(self) -> None:
        self.fakes: deque[FakePlugchoice] = deque(maxlen=KEPT_FAKES)
        """The fakes of the last few tests."""
        self.seen: deque[str] = deque(maxlen=KEPT_SEEN)
        """The last secrets that were seen elsewhere."""
        self.is_watched = False
        """Whether what clients get is recorded: a suite that asks for this uses the plugin from the start."""

    @property
    def is_used(self) -> bool:
        """Whether this run has used the plugin yet."""
        return bool(self.fakes or self.seen or self.is_watched)

    def see(self, secrets: Iterable[str]) -> None:
        """Remember secrets that stand where secrets stand."""
        for secret in secrets:
            if len(secret) >= SHORTEST and "token~" not in secret and secret not in self.seen:
                self.seen.append(secret)


def tokens_of(fake: "FakePlugchoice") -> set[str]:
    """Return the tokens that a fake issued or was asked for."""
    return {*fake.world.sessions.tokens(), *(entry.token for entry in fake.journal if entry.token)}


def forms_of(token: str) -> tuple[str, str]:
    """Return a token of a fake, and the part of its payment's client secret that is secret."""
    from plugproof_mockserver.engine.representation import client_secret

    return token, client_secret(token).split("_")[1]


SECRETS = pytest.StashKey[KnownSecrets]()
"""Where a run keeps its secrets."""
