"""The door of public functions: what it refuses is told with the argument, its value and what is allowed.

1. An argument is held to its annotation, so that a type checker and a run say the same.
2. What an annotation can't tell, such as whether a file is there, the function says itself.
3. `check_arguments` looks before the function runs. Where that would cost, on the way of each request, there is
   `explain_arguments`, which looks when the function has failed.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

import msgspec

from plugproof_contracts.argument_kinds import Kind, kind_of, show, suggest_name, then
from plugproof_contracts.errors import InvalidTypeError, InvalidValueError, PlugproofError

F = TypeVar("F", bound=Callable[..., Any])


def check_arguments(function: F) -> F:
    """Return the function, or the class, with a door; it raises `InvalidTypeError` or `InvalidValueError`."""
    target: Any = function
    if isinstance(target, type):
        name = "__new__" if issubclass(target, tuple) else "__init__"
        setattr(target, name, check_arguments(getattr(target, name)))
        return function

    @wraps(function)
    def enter(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        door_of(function).admit(args, kwargs)
        return function(*args, **kwargs)

    @wraps(function)
    async def enter_async(*args: Any, **kwargs: Any) -> Any:
        door_of(function).admit(args, kwargs)
        return await function(*args, **kwargs)

    # Clients ask whether a function is one of coroutines. Both have the parameters of what they enter, which mypy
    # can't see.
    return enter_async if target.__code__.co_flags & CO_COROUTINE else enter  # type: ignore[return-value]


CO_COROUTINE = 0x80
"""The flag of `inspect`, which takes long to import."""


def explain_arguments(function: F) -> F:
    """Return the function with a door that is looked at when it raises; what was not its caller's fault stays."""

    @wraps(function)
    def enter(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        try:
            return function(*args, **kwargs)
        except Exception:
            try:
                door_of(function).admit(args, kwargs)
            except PlugproofError as refusal:
                raise refusal from None
            raise

    return enter  # type: ignore[return-value]  # of the same parameters


class CheckedStruct(msgspec.StructMeta):
    """The type of structs with a door. Those that msgspec itself makes, of JSON say, do not come through it."""

    if not TYPE_CHECKING:

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            """Make one."""
            door_of(self).admit(args, kwargs)
            return super().__call__(*args, **kwargs)


_OWN = frozenset({"self", "cls", "_cls"})
"""What Python itself puts first."""


class CheckedEnum(StrEnum):
    """An enum of texts that says which texts there are, where it is asked for another one."""

    @classmethod
    def _missing_(cls, value: object) -> None:
        kind = kind_of(cls | Literal[tuple(cls)])
        raise InvalidValueError(f"a {cls.__name__} can't be {show('', value)}; {kind.must_be(value)}")


class Door(NamedTuple):
    """What the parameters of a function take; `others` is that of further keywords, None where it has none."""

    title: str
    by_position: tuple[str, ...]
    kinds: Mapping[str, Kind]
    needed: frozenset[str]
    others: Kind | None

    def admit(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Raise `InvalidTypeError` or `InvalidValueError` for a call that can't be."""
        given = self.by_position[: len(args)]
        if len(args) > len(given):
            most = len(self.by_position) - len(_OWN.intersection(given))
            raise InvalidTypeError(f"{self.title} takes at most {most} arguments by position; {self._takes()}")
        for name, value in zip(given, args, strict=True):
            self._require(name, self.kinds[name], value)
        for name, value in kwargs.items():
            kind = self.kinds.get(name, self.others)
            if kind is None or name in given:
                raise self._surplus(name)
            self._require(name, kind, value)
        if missing := self.needed.difference(given, kwargs):
            lacks = ", ".join(name for name in self.kinds if name in missing)
            raise InvalidTypeError(f"{self.title} lacks {lacks}; {self._takes()}")

    def _require(self, name: str, kind: Kind, value: object) -> None:
        if not kind.fits(value):
            error = InvalidValueError if kind.is_near(value) else InvalidTypeError
            raise error(f"{name} of {self.title} can't be {show(name, value)}; {kind.must_be(value)}")

    def _surplus(self, name: str) -> InvalidTypeError:
        if name in self.kinds:
            return InvalidTypeError(f"{self.title} has {name} by position and by name; give it once")
        hint = suggest_name(name, self.kinds)
        return InvalidTypeError(f"{self.title} has no argument {name!r}; {then(hint, self._takes())}")

    def _takes(self) -> str:
        names = [name for name in self.kinds if name not in _OWN]
        return f"it takes {', '.join(names)}" if names else "it takes none"


@cache
def door_of(function: Callable[..., Any]) -> Door:
    """Return the door of a function, which its annotations make."""
    from inspect import signature  # imported by the first call, as it takes long

    parameters = signature(function).parameters.values()
    names = tuple(p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))
    scope = getattr(function, "__globals__", {})
    kinds: dict[str, Kind] = {}
    others = None
    for parameter in parameters:
        if parameter.kind is parameter.VAR_KEYWORD:
            fields, others = _fields_of(parameter.annotation, scope), kind_of(Any)
            kinds |= fields
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            is_open = parameter.annotation is parameter.empty
            kinds[parameter.name] = kind_of(Any if is_open else parameter.annotation, scope)
    needed = frozenset(p.name for p in parameters if (p.default is p.empty and p.name in names) or _is_needed(p))
    return Door(_title(function), names, kinds, needed, others)


def _is_needed(parameter: Any) -> bool:
    return parameter.kind is parameter.KEYWORD_ONLY and parameter.default is parameter.empty


def _title(function: Callable[..., Any]) -> str:
    return function.__qualname__.rpartition("<locals>.")[2].removesuffix(".__init__").removesuffix(".__new__")


def _fields_of(annotation: Any, scope: dict[str, Any]) -> dict[str, Kind]:
    """Return what the keywords of `**fields: Unpack[…]` take. For unknown names the function has its own words."""
    from typing import Unpack, get_args, get_origin, get_type_hints

    if get_origin(annotation) is not Unpack:
        return {}
    return {name: kind_of(hint, scope) for name, hint in get_type_hints(get_args(annotation)[0]).items()}
