"""Saying what is wrong with an argument, to Hypothesis' callers and to ours."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from hypothesis.errors import InvalidArgument

from plugproof_contracts.errors import InvalidValueError

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class InvalidArgumentError(InvalidValueError, InvalidArgument):
    """A strategy has an argument that is not allowed; Hypothesis' own `InvalidArgument`, too."""


def one_of(name: str, value: object, allowed: Iterable[T]) -> T:
    """Return the one of `allowed` that equals `value`; raise `InvalidArgumentError` if none does."""
    known = list(allowed)
    for one in known:
        if one == value and type(value) is not bool:
            return one
    raise InvalidArgumentError(f"{name}={value!r} is not possible; allowed: {', '.join(map(str, known))}")


def member(name: str, value: object, of: type[E]) -> E:
    """Return a member of an enum, given itself or its value; raise `InvalidArgumentError` otherwise."""
    return one_of(name, value, of)
