"""Saying what is wrong with an argument, in Hypothesis' own words."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from hypothesis.errors import InvalidArgument

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def one_of(name: str, value: object, allowed: Iterable[T]) -> T:
    """Return the one of `allowed` that equals `value`; raise `InvalidArgument` with all of them if none does."""
    known = list(allowed)
    for one in known:
        if one == value and type(value) is not bool:
            return one
    raise InvalidArgument(f"{name}={value!r} is not possible; allowed: {', '.join(map(str, known))}")


def member(name: str, value: object, of: type[E]) -> E:
    """Return a member of an enum, given itself or its value; raise `InvalidArgument` otherwise."""
    return one_of(name, value, of)
