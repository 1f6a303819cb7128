"""Putting a function in the place of a method for a while."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any


@contextmanager
def replaced(owner: Any, name: str, make: Callable[[Any], Any]) -> Iterator[None]:
    """Put what `make` makes of a class's method in its place until the block ends."""
    real = getattr(owner, name)
    setattr(owner, name, wraps(real)(make(real)))
    try:
        yield
    finally:
        setattr(owner, name, real)
