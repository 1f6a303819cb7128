"""Worlds by name: made on first use, collected when idle."""

import re
import time
from collections import OrderedDict
from collections.abc import Callable

from plugproof_contracts.errors import PlugproofError
from plugproof_mockserver.world.world import World

DEFAULT = "default"
IDLE_SECONDS = 3600
MOST = 10_000
"""Beyond so many worlds the one that was not used for the longest time goes, idle or not."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class WorldNameError(PlugproofError, ValueError):
    """A name that no world can have; the message says what one can be, and `status` how that is answered."""

    status = 400

    def __init__(self) -> None:
        super().__init__(
            "a world's name is 1 to 64 letters, digits, dots, dashes and underscores, letter or digit first"
        )


class WorldRegistry:
    """Finds worlds by name; `make` makes one. The default world is always there."""

    def __init__(self, make: Callable[[str], World], *, idle_clock: Callable[[], float] = time.monotonic) -> None:
        self._make, self._idle_clock = make, idle_clock
        self.default = make(DEFAULT)
        self._named: OrderedDict[str, tuple[World, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._named) + 1

    def get(self, name: str) -> World:
        """Return a world; raise `WorldNameError` for a name that none can have."""
        if name == DEFAULT:
            return self.default
        found = self._named.pop(name, None)
        world = found[0] if found else self._made(name)
        # Last in line: worlds stand in the order of their last use, so the idle ones are in front.
        self._named[name] = (world, self._idle_clock())
        return world

    def _made(self, name: str) -> World:
        if not _NAME.fullmatch(name):
            raise WorldNameError
        self._collect()
        return self._make(name)

    def _collect(self) -> None:
        since = self._idle_clock() - IDLE_SECONDS
        while self._named and (len(self._named) >= MOST or next(iter(self._named.values()))[1] < since):
            self._named.popitem(last=False)
