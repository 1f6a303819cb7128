"""What an annotation allows, as a test of values and as words."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import reduce
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, is_typeddict

import msgspec

SECRETS = frozenset({"token", "secret"})
"""Arguments of which no message shows anything."""
_LONGEST = 12
"""Characters of a text that a message shows: whoever gives a token in a wrong place does not read it there."""


Count = Annotated[int, msgspec.Meta(ge=1)]
"""A whole number from 1."""
Amount = Annotated[int, msgspec.Meta(ge=0)]
"""A whole number from 0."""
Duration = Annotated[float, msgspec.Meta(gt=0)]
"""Seconds, more than none."""
Patience = Annotated[float, msgspec.Meta(ge=0)]
"""Seconds, or none."""


class Kind(NamedTuple):
    """What fits, and how it is told; `is_near` holds for what has the right type alone, `choices` are of texts."""

    fits: Callable[[Any], bool]
    words: str
    is_near: Callable[[Any], bool] = lambda value: False
    choices: tuple[str, ...] = ()

    def must_be(self, value: object) -> str:
        """Return the end of a message about a value that does not fit."""
        hint = suggest_name(value, self.choices) if isinstance(value, str) else ""
        return then(hint, f"it must be {self.words}")


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


ANYTHING = Kind(lambda value: True, "anything")
_PLAIN: dict[Any, Kind] = {
    Any: ANYTHING,
    object: ANYTHING,
    NoneType: Kind(lambda value: value is None, "None"),
    bool: Kind(lambda value: isinstance(value, bool), "True or False"),
    int: Kind(_is_integer, "an integer"),
    float: Kind(_is_number, "a number"),
    str: Kind(lambda value: isinstance(value, str), "a string"),
    bytes: Kind(lambda value: isinstance(value, bytes), "bytes"),
}
_SERIES = (tuple, list, Sequence, Iterable)


def kind_of(annotation: Any, scope: Mapping[str, Any] | None = None) -> Kind:
    """Return what an annotation allows; one that says nothing, or can't be read, allows everything.

    `scope` has the names of an annotation that is a string.
    """
    if isinstance(annotation, str):
        annotation = _evaluate(annotation, scope or {})
    if isinstance(annotation, TypeVar) or (annotation not in _PLAIN and not _is_known(annotation)):
        return ANYTHING
    return _PLAIN.get(annotation) or _composed(annotation, get_origin(annotation), get_args(annotation))


def _is_known(annotation: Any) -> bool:
    return isinstance(annotation, type) or get_origin(annotation) is not None


def _composed(annotation: Any, origin: Any, parts: tuple[Any, ...]) -> Kind:
    if origin in (Union, UnionType):
        return _union([kind_of(part) for part in parts])
    if origin is Annotated:
        return _bounded(kind_of(parts[0]), parts[1:])
    if origin is Literal:
        return _choice(parts)
    if origin is Callable:
        return Kind(callable, "a function")
    if origin in _SERIES:
        return _series(origin, kind_of(parts[0]) if origin is not tuple or ... in parts else ANYTHING)
    if origin is dict or origin is Mapping:
        names, values = map(kind_of, parts)
        return _mapping(ANYTHING if names.choices else names, values)
    if is_typeddict(annotation) or origin is not None:
        return ANYTHING
    return Kind(lambda value: isinstance(value, annotation), _with_article(annotation.__name__))


def _union(kinds: Sequence[Kind]) -> Kind:
    if ANYTHING in kinds:
        return ANYTHING
    *most, last = dict.fromkeys(kind.words for kind in kinds)
    return Kind(
        lambda value: any(kind.fits(value) for kind in kinds),
        f"{', '.join(most)} or {last}" if most else last,
        lambda value: any(kind.is_near(value) for kind in kinds),
        tuple(choice for kind in kinds for choice in kind.choices),
    )


def _choice(choices: tuple[Any, ...]) -> Kind:
    texts = tuple(map(str, choices))
    return Kind(
        lambda value: isinstance(value, str) and value in choices,
        f"one of {', '.join(texts)}" if len(texts) > 1 else texts[0],
        lambda value: isinstance(value, str),
        texts,
    )


def _bounded(kind: Kind, marks: Iterable[Any]) -> Kind:
    """Return a kind with the bounds of `msgspec.Meta`."""
    bounds = [(mark.ge, mark.gt, mark.le) for mark in marks if isinstance(mark, msgspec.Meta)]
    words = [
        (f" from {low}" if low is not None else "")
        + (f" above {over}" if over is not None else "")
        + (f" up to {high}" if high is not None else "")
        for low, over, high in bounds
    ]

    def is_within(value: Any) -> bool:
        return kind.fits(value) and all(
            (low is None or value >= low) and (over is None or value > over) and (high is None or value <= high)
            for low, over, high in bounds
        )

    return Kind(is_within, kind.words + "".join(words), kind.fits)


def _series(origin: Any, item: Kind) -> Kind:
    """A text is no series of texts, and what can be gone through only once is not looked into."""

    def fits(value: Any) -> bool:
        if isinstance(value, str | bytes) or not isinstance(value, Iterable if origin is Iterable else Sequence):
            return False
        return not isinstance(value, Sequence) or all(map(item.fits, value))

    name = {Iterable: "an iterable", Sequence: "a sequence"}.get(origin, f"a {origin.__name__}")
    items = _plural(item)
    return Kind(fits, f"{name} of {items}" if items else name)


def _mapping(key: Kind, value: Kind) -> Kind:
    def fits(given: Any) -> bool:
        return isinstance(given, Mapping) and all(key.fits(name) and value.fits(given[name]) for name in given)

    names, values = _plural(key), _plural(value)
    return Kind(fits, f"a mapping of {names} to {values}" if names and values else "a mapping")


def _plural(kind: Kind) -> str:
    """Return what several of a kind are called; empty where that takes more than a word."""
    article, space, noun = kind.words.partition(" ")
    if kind is ANYTHING or " " in noun:
        return ""
    return f"{noun}s" if space else article


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOaeio' else 'a'} {name}"


class _NotImported:
    """A module that is not imported. Nothing can be an instance of a class of it."""

    def __getattr__(self, name: str) -> type:
        return type(name, (), {})


def _evaluate(text: str, scope: Mapping[str, Any]) -> Any:
    """Return what an annotation means that is written as a string of names, such as `httpx.Request`."""
    with suppress(Exception):
        return reduce(or_, [_look_up(part.split("."), scope) for part in text.split(" | ")])
    return Any


def _look_up(names: Sequence[str], scope: Mapping[str, Any]) -> Any:
    found = scope.get(names[0]) or sys.modules.get(names[0], _NotImported() if len(names) > 1 else None)
    return reduce(getattr, names[1:], found)


def show(name: str, value: object) -> str:
    """Return a value for a message: what is short and harmless as it is, else what it is of."""
    if isinstance(value, str | bytes) and (name in SECRETS or len(value) > _LONGEST):
        return f"a {type(value).__name__} of {len(value)} characters"
    if isinstance(value, int | float | str | bytes | None) and len(text := _written(value)) <= 2 * _LONGEST:
        return text
    kind = type(value)
    return f"the class {value.__name__}" if isinstance(value, type) else _with_article(kind.__name__)


def _written(value: object) -> str:
    try:
        return repr(value)
    except ValueError:  # an integer of more digits than Python writes
        return " " * 100


def suggest_name(name: object, known: Iterable[str]) -> str:
    """Return a question for the nearest name, with a space behind it; empty if none is near."""
    from difflib import get_close_matches

    near = get_close_matches(str(name), list(known), n=1, cutoff=0.7)
    return f"did you mean {near[0]}? " if near else ""


def then(hint: str, rest: str) -> str:
    """Return the end of a message, which begins a sentence of its own where there is a question before it."""
    return f"{hint}{rest[0].upper()}{rest[1:]}" if hint else rest
