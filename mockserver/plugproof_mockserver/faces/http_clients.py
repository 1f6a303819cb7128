"""httpx and httpx2, whichever of them is installed; the fake answers the clients of both."""

from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from types import ModuleType

from plugproof_contracts.extras import MissingPackageError

NAMES = ("httpx", "httpx2")


def _installed() -> Iterator[ModuleType]:
    for name in NAMES:
        with suppress(ImportError):
            yield import_module(name)


CLIENTS = tuple(_installed())
"""The packages that are installed, at least one."""

if not CLIENTS:
    raise MissingPackageError("neither httpx nor httpx2 is installed: pip install httpx2", name=NAMES[-1])

TIMEOUTS: tuple[type[Exception], ...] = tuple(client.TimeoutException for client in CLIENTS)
"""What their clients raise when they have waited long enough."""
