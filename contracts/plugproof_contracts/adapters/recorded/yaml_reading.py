"""The interactions of a YAML cassette, one at a time, out of the parser's events.

Scalars are text, but for null and binary: a cassette's `12:30` and `off` are no numbers and no booleans. Tags
name classes of the tool that wrote the file, and are passed over: nothing but plain data is made. What an alias
stands for is shared and not copied, so that a short file stays small.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from plugproof_contracts.adapters.recorded.bodies import BodyError, from_base64
from plugproof_contracts.adapters.recorded.recorded_entry import RecordingError
from plugproof_contracts.adapters.vcr import LISTS

DEEPEST = 64
"""Levels of nesting; an interaction has some six."""

MOST_EXPANDED = 32 * 2**20
"""Characters that all aliases of a file may stand for; a few hundred can be made to stand for gigabytes."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BYTE_ORDER_MARK = re.compile(rb"^\xef\xbb\xbf", re.MULTILINE)
_SYMBOL = re.compile(r":[A-Za-z_]+")


class Interaction(NamedTuple):
    """An interaction and the offset behind it, or where a document that has none ends: its number and None."""

    value: Any
    end: int
    missing_in: int = 0


def interactions(text: bytes) -> Iterator[Interaction]:
    """Yield the interactions of all documents; raises `RecordingError` where the text stops being YAML."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from _Composer(yaml.parse(_BYTE_ORDER_MARK.sub(b"", text), loader)).interactions()
    except RecordingError:
        raise
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RecordingError(f"the YAML stops making sense in line {line}") from None
    except yaml.reader.ReaderError as error:
        raise RecordingError(f"the YAML has a character that it cannot have, at offset {error.position}") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise RecordingError("the YAML cannot be read") from None


class _Composer:
    """Makes plain data of events; the events are told apart by their names, for YAML is imported late."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.expanded = 0
        self.end = 0

    def next(self) -> tuple[str, Any]:
        event = next(self.events)
        self.end = event.end_mark.index
        return type(event).__name__.removesuffix("Event"), event

    def interactions(self) -> Iterator[Interaction]:
        number = 0
        while (kind := self.next()[0]) != "StreamEnd":
            if kind == "DocumentStart":
                number += 1
                self.anchors.clear()
                yield from self.document(number)

    def document(self, number: int) -> Iterator[Interaction]:
        """Yield what is in the lists of a document; Ruby's first vcr wrote a list and nothing else."""
        kind, event = self.next()
        if kind == "SequenceStart":
            yield from self.items()
        elif kind == "MappingStart":
            found = False
            while (key := self.next())[0] != "MappingEnd":
                name = self.value(*key, depth=1)
                value = self.next()
                if name in LISTS:
                    found = True
                    yield from self.listed(*value)
                else:
                    self.value(*value, depth=1)
            if not found:
                yield Interaction(None, self.end, missing_in=number)
        elif self.value(kind, event, depth=0) is not None:
            yield Interaction(None, self.end, missing_in=number)

    def listed(self, kind: str, event: Any) -> Iterator[Interaction]:
        if kind == "SequenceStart" and event.anchor is None:
            yield from self.items()
            return
        found = self.value(kind, event, depth=1)
        if not isinstance(found, list | None):
            raise RecordingError(f"a cassette has a list under one of {', '.join(LISTS)}, and this one has none")
        yield from (Interaction(item, self.end) for item in found or ())

    def items(self) -> Iterator[Interaction]:
        while (item := self.next())[0] != "SequenceEnd":
            value = self.value(*item, depth=2)
            yield Interaction(value, self.end)

    def value(self, kind: str, event: Any, depth: int) -> Any:
        if depth > DEEPEST:
            raise RecordingError(f"the YAML has more than {DEEPEST} levels in line {event.start_mark.line + 1}")
        if kind == "Alias":
            return self.aliased(event)
        before = self.expanded - event.start_mark.index
        found: Any
        if kind == "Scalar":
            found = _scalar(event)
        else:
            found = self.mapping(depth) if kind == "MappingStart" else self.sequence(depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = found, self.expanded + self.end - before
        return found

    def aliased(self, event: Any) -> Any:
        line = event.start_mark.line + 1
        if event.anchor not in self.anchors:
            raise RecordingError(f"the YAML refers to what does not come before it, in line {line}")
        found, size = self.anchors[event.anchor]
        self.expanded += size
        if self.expanded > MOST_EXPANDED:
            raise RecordingError(f"the YAML's aliases stand for more than {MOST_EXPANDED} characters")
        return found

    def sequence(self, depth: int) -> list[Any]:
        found = []
        while (item := self.next())[0] != "SequenceEnd":
            found.append(self.value(*item, depth + 1))
        return found

    def mapping(self, depth: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        merged: list[dict[Any, Any]] = []
        while (key := self.next())[0] != "MappingEnd":
            name, value = self.value(*key, depth + 1), self.value(*self.next(), depth + 1)
            if name == "<<":
                merged += [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
            elif isinstance(name, str | bytes):
                found[name] = value
        for one in merged:
            found = one | found
        return found


def _scalar(event: Any) -> Any:
    """Binary that cannot be read is neither text nor null."""
    tag, text = event.tag or "", event.value
    if tag.endswith("binary"):
        try:
            return from_base64(text)
        except BodyError:
            return ()
    is_plain = event.implicit[0] and not tag
    if is_plain and text in _NULLS:
        return None
    return text[1:] if is_plain and _SYMBOL.fullmatch(text) else text
