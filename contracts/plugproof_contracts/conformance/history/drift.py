"""What answers looked like, without a value that identifies anybody, and what changed since.

Field names, their types, the values of enums, names of headers, limits and times: enough to notice
that an API has grown or lost something, though no rule is broken by it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.parsing.files import read_text
from plugproof_contracts.parsing.parsed_response import ParsedResponse, is_object
from plugproof_contracts.parsing.redactions import secrets_of
from plugproof_contracts.secrets.filenames import plain_name
from plugproof_contracts.secrets.scrubber import Scrubber

MOST_TRAITS = 400
"""Of one check; a hostile answer has no end of fields."""

_ENUMS = ("status", "connector_status")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
_WORD = re.compile(r"[A-Za-z_]{1,24}")
_LIMIT = "x-ratelimit-limit"
_TYPES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    dict: "object",
    list: "array",
}
_BY_THE_WAY = frozenset(
    {
        "cf-ray",
        "age",
        "connection",
        "keep-alive",
        "transfer-encoding",
        "content-length",
        "retry-after",
        "x-ratelimit-reset",
    }
)
"""Headers that come and go with the way an answer took."""


class Trait(NamedTuple):
    """One thing that was seen, such as `field`, `get 200`, `/data/energy_kwh: string`."""

    kind: str
    place: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name} ({self.place})"


class Shape(NamedTuple):
    """The traits of all answers of a check, and the seconds that each operation took."""

    traits: frozenset[Trait] = frozenset()
    seconds: dict[str, float] = {}  # noqa: RUF012 - a tuple's default, never changed


def shape_of(exchanges: Iterable[Exchange], seconds: Mapping[str, float]) -> Shape:
    """Return what the given answers look like; a name that may hold a secret is left away."""
    known = list(exchanges)
    clean = Scrubber(secret for exchange in known for secret in secrets_of(exchange))
    found: dict[Trait, None] = {}
    for exchange in known:
        for trait in _traits(ParsedResponse(exchange)):
            if len(found) < MOST_TRAITS and clean(plain_name(trait.name)) == trait.name:
                found[trait] = None
    return Shape(frozenset(found), dict(seconds))


def _traits(answer: ParsedResponse) -> Iterator[Trait]:
    place = f"{answer.name or answer.exchange.method} {answer.code}"
    for name, value in answer.headers:
        if name.lower() not in _BY_THE_WAY and _NAME.fullmatch(name):
            yield Trait("header", place, name.lower())
        if name.lower() == _LIMIT and re.fullmatch(r"\d{1,6}", value, re.ASCII):
            yield Trait("limit", answer.name, value)
    if is_object(answer.document):
        yield from _fields(answer.document, place)
    for name in _ENUMS:
        word = answer.data.get(name)
        if isinstance(word, str) and _WORD.fullmatch(word):
            yield Trait("value", name, word)


def _fields(value: Any, place: str, pointer: str = "", depth: int = 0) -> Iterator[Trait]:
    """Yield the members of an object and those below; a null says nothing about its type."""
    items = value.items() if is_object(value) else ()
    for name, member in items:
        if not _NAME.fullmatch(name):
            continue
        kind = _TYPES.get(type(member))
        yield Trait("field", place, f"{pointer}/{name}")
        if kind:
            yield Trait("type", place, f"{pointer}/{name}: {kind}")
        if depth < 4 and name != "errors":
            yield from _fields(member, place, f"{pointer}/{name}", depth + 1)
            for item in member[:1] if isinstance(member, list) else ():
                yield from _fields(item, place, f"{pointer}/{name}/0", depth + 1)


def drift(before: Shape, now: Shape, known: frozenset[Trait] = frozenset()) -> list[str]:
    """Return what is new, gone or slower, in words; `known` are values seen at any time before.

    Only kinds of answers that both times were seen are compared, for a session may be somewhere else tonight.
    """
    return [*_new(before, now, known), *_gone(before, now), *_slower(before, now)]


def _new(before: Shape, now: Shape, known: frozenset[Trait]) -> Iterator[str]:
    places, values = _places(before), {(trait.place, trait.name) for trait in before.traits | known}
    for trait in sorted(now.traits - before.traits):
        if trait.kind == "value" and (trait.place, trait.name) in values:
            continue
        if (trait.kind, trait.place) in places and not _is_new_null(trait, before):
            yield f"new: {trait}"


def _gone(before: Shape, now: Shape) -> Iterator[str]:
    places = _places(now)
    for trait in sorted(before.traits - now.traits):
        if trait.kind in ("value", "type") or (trait.kind, trait.place) not in places:
            continue
        if not (trait.kind == "field" and _below_a_null(trait, now)):
            yield f"gone: {trait}"


def _is_new_null(trait: Trait, before: Shape) -> bool:
    """Return whether a type is only known now, because the field was null before; a changed one is drift."""
    field = trait.name.partition(":")[0]
    of_field = [one for one in before.traits if one.place == trait.place and one.name.partition(":")[0] == field]
    if trait.kind == "type":
        return not any(one.kind == "type" for one in of_field)
    return trait.kind == "field" and _below_a_null(trait, before)


def _below_a_null(trait: Trait, shape: Shape) -> bool:
    above = trait.name.removesuffix("/0").rpartition("/")[0]
    is_there = Trait("field", trait.place, above) in shape.traits
    kinds = ("object", "array")
    return is_there and not any(Trait("type", trait.place, f"{above}: {kind}") in shape.traits for kind in kinds)


def _places(shape: Shape) -> set[tuple[str, str]]:
    return {(trait.kind, trait.place) for trait in shape.traits}


def _slower(before: Shape, now: Shape) -> Iterator[str]:
    for name, seconds in sorted(now.seconds.items()):
        earlier = before.seconds.get(name)
        if earlier is not None and seconds > 2 * earlier and seconds - earlier > 0.25:
            yield f"slower: {name} took {seconds:.2f} s instead of {earlier:.2f} s"


class _Saved(msgspec.Struct):
    format: str
    traits: list[tuple[str, str, str]]
    seconds: dict[str, float]


_FORMAT = "plugproof-shape/1"
_DECODER: Callable[[bytes], _Saved] = msgspec.json.Decoder(_Saved).decode


def to_json(shape: Shape) -> bytes:
    """Return a shape as a file that `--baseline` takes."""
    saved = _Saved(_FORMAT, sorted((kind, place, name) for kind, place, name in shape.traits), shape.seconds)
    return msgspec.json.format(msgspec.json.encode(saved)) + b"\n"


def read_shape(path: Path) -> Shape:
    """Read such a file; raises `InvalidValueError`."""
    try:
        saved = _DECODER(read_text(path).encode())
    except OSError as error:
        raise InvalidValueError(f"it cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise InvalidValueError("it is not a shape, as --save-shape writes it") from None
    if saved.format != _FORMAT:
        raise InvalidValueError(f"its format is not {_FORMAT}")
    return Shape(frozenset(Trait(*one) for one in saved.traits), saved.seconds)
