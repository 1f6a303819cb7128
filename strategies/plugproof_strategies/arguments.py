"""Saying what is wrong with an argument, to Hypothesis' callers and to ours."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import wraps
from typing import Any, NoReturn, TypeVar

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from plugproof_contracts.argument_checks import door_of
from plugproof_contracts.errors import InvalidValueError

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., st.SearchStrategy[Any]])
E = TypeVar("E", bound=StrEnum)


class InvalidArgumentError(InvalidValueError, InvalidArgument):
    """A strategy has an argument that is not allowed; Hypothesis' own `InvalidArgument`, too."""


def one_of(name: str, value: object, allowed: Iterable[T]) -> T:
    """Return the one of `allowed` that equals `value`; raise `InvalidArgumentError` if none does."""
    known = list(allowed)
    for one in known:
        if one == value and type(value) is not bool:
            return one
    raise InvalidArgumentError(f"{name} can't be {value!r}; it must be one of {', '.join(map(str, known))}")


def member(name: str, value: object, of: type[E]) -> E:
    """Return a member of an enum, given itself or its value; raise `InvalidArgumentError` otherwise."""
    return one_of(name, value, of)


def check_arguments(function: F) -> F:
    """Return a strategy function with a door; what it refuses is raised when the strategy is drawn from."""

    @wraps(function)
    def enter(*args: Any, **kwargs: Any) -> st.SearchStrategy[Any]:
        try:
            door_of(function).admit(args, kwargs)
        except InvalidValueError as refusal:
            return _refused(str(refusal))
        return function(*args, **kwargs)

    return enter  # type: ignore[return-value]  # of the same parameters


def _refused(complaint: str) -> st.SearchStrategy[Any]:
    def refuse(_: None) -> NoReturn:
        raise InvalidArgumentError(complaint)

    return st.none().map(refuse)
