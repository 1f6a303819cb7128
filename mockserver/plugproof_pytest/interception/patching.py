"""Replacing methods of other people's classes for a while, and putting them back.

Others replace the same methods, and undo it in an order of their own: `monkeypatch` may put a replacement
of ours back after its test has ended. So a replacement that was undone hands on to what it replaced, and one that
is found in place is passed over by the next.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

Make = Callable[[Any], Any]
"""Makes a replacement of the method that it replaces."""


def module_if_there(name: str) -> Any:
    """Return an installed module, or None: other people's tools may be missing, or too old for their own needs."""
    try:
        return import_module(name)
    except Exception:
        return None


class Patch:
    """One replacement of one method."""

    __slots__ = ("_inner", "_is_own", "_name", "_owner", "_real", "_replacement", "is_active")

    def __init__(self, owner: Any, name: str, make: Make) -> None:
        self._owner, self._name = owner, name
        self._is_own, self._real = name in vars(owner), getattr(owner, name)
        while (below := _undone(self._real)) is not None:
            self._is_own, self._real = below._is_own, below._real
        self._inner = make(self._real)
        self.is_active = True
        self._replacement = self._hand_on()
        setattr(owner, name, self._replacement)

    def _hand_on(self) -> Any:
        def replacement(*arguments: Any, **named: Any) -> Any:
            __tracebackhide__ = True
            return (self._inner if self.is_active else self._real)(*arguments, **named)

        # functools.wraps takes as long as all the rest, and this runs four times in the setup of a test.
        replacement.__wrapped__ = self._real  # type: ignore[attr-defined]
        replacement.plugproof_patch = self  # type: ignore[attr-defined]
        return replacement

    def undo(self) -> None:
        """Put the method back; where another replacement lies on top, leave that and only hand on from now on."""
        self.is_active = False
        if vars(self._owner).get(self._name) is not self._replacement:
            return
        bottom = self
        while (below := _undone(bottom._real)) is not None:
            bottom = below
        if bottom._is_own:
            setattr(self._owner, self._name, bottom._real)
        else:
            delattr(self._owner, self._name)

    def is_undone(self, method: Any) -> bool:
        """Return whether a method is this replacement, not a copy of its attributes, and is no longer wanted."""
        return method is self._replacement and not self.is_active


def _undone(method: Any) -> Patch | None:
    patch = getattr(method, "plugproof_patch", None)
    return patch if isinstance(patch, Patch) and patch.is_undone(method) else None


class Patches:
    """A stack of replacements, which are undone together, the last one first; also a context manager."""

    def __init__(self) -> None:
        self._stack: list[Patch] = []

    def add(self, owner: Any, name: str, make: Make) -> None:
        """Replace a method by what `make` makes of it; do nothing where there is none of that name."""
        if getattr(owner, name, None) is not None:
            self._stack.append(Patch(owner, name, make))

    def undo(self) -> None:
        """Undo every replacement."""
        while self._stack:
            self._stack.pop().undo()

    def __enter__(self) -> "Patches":
        return self

    def __exit__(self, *_: object) -> None:
        self.undo()
