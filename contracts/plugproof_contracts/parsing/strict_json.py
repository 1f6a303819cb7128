"""Reading a JSON body as strictly as the standard (RFC 8259), and going on after a defect.

`json.loads` takes NaN, keeps the last of two equal keys and gives up on deep nesting; strict
parsers stop at the first defect. A checker has to name every defect and still look at the rest.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import chain
from typing import Any, Final, NamedTuple

from plugproof_contracts.parsing.finding import Finding, Text

DEEPEST = 32
"""Levels of nesting that an answer may have; the documented ones have four."""

SAFE_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly."""

MISSING: Final = object()
"""The value of a body that cannot be read."""

_HOLDERS: Final = (dict, list)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\n\r]*")


class JsonDefect(StrEnum):
    """What can be wrong with a JSON text."""

    NOT_UTF8 = "not UTF-8"
    BYTE_ORDER_MARK = "byte order mark"
    MALFORMED = "malformed"
    TRAILING = "trailing data"
    NOT_FINITE = "not finite"
    DUPLICATE_KEY = "duplicate key"
    SURROGATE = "lone surrogate"
    TOO_DEEP = "too deep"
    OUT_OF_RANGE = "out of range"
    NOT_PLAIN = "not plain"


class Reading(NamedTuple):
    """What a body says, `MISSING` if it cannot be read, and what is wrong with how it says it."""

    value: Any
    defects: tuple[tuple[JsonDefect, Finding], ...]

    def of(self, defect: JsonDefect) -> Iterator[Finding]:
        """Yield what was found of one kind of defect."""
        return (finding for kind, finding in self.defects if kind is defect)


class _Reader:
    """One pass over one body, collecting defects; the numbers and keys call back while `json` parses."""

    def __init__(self) -> None:
        self.defects: list[tuple[JsonDefect, Finding]] = []
        self.decoder = json.JSONDecoder(
            object_pairs_hook=self.members,
            parse_int=self.integer,
            parse_float=self.real,
            parse_constant=self.constant,
        )

    def note(self, defect: JsonDefect, expected: str, words: str) -> None:
        self.defects.append((defect, Finding("", expected, Text(words))))

    def members(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
            self.note(JsonDefect.DUPLICATE_KEY, "every key once in its object", f'the key "{twice}" again')
        return members

    def integer(self, text: str) -> int:
        return self.within_range(int(text) if len(text) < 40 else int(text[:39]), text)

    def within_range(self, value: int, text: str) -> int:
        if abs(value) > SAFE_INTEGER:
            self.note(
                JsonDefect.OUT_OF_RANGE, "an integer within ±(2^53 − 1)", f"an integer of {len(text)} characters"
            )
        return value

    def real(self, text: str) -> float:
        """JSON Schema (2020-12, validation 6.1.1): a number without a fraction is an integer, however written."""
        value = float(text)
        if value.is_integer():
            self.note(
                JsonDefect.NOT_PLAIN, "an integer in digits only", text if len(text) < 40 else "another number"
            )
            return self.within_range(int(value), text)
        if value in (float("inf"), float("-inf")):
            self.note(
                JsonDefect.OUT_OF_RANGE, "a number that a double can hold", f"a number of {len(text)} characters"
            )
        return value

    def constant(self, text: str) -> float:
        self.note(JsonDefect.NOT_FINITE, "a number", text)
        return float(text.replace("Infinity", "inf"))

    def text(self, body: bytes) -> str:
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            self.note(JsonDefect.NOT_UTF8, "UTF-8", f"a byte that is not, at offset {error.start}")
            text = body.decode(errors="replace")
        if text.startswith("\ufeff"):
            self.note(JsonDefect.BYTE_ORDER_MARK, "no byte order mark", "a byte order mark")
        return text.removeprefix("\ufeff")

    def parse(self, text: str) -> Any:
        start = _space_after(text, 0)
        try:
            value, end = self.decoder.raw_decode(text, start)
        except RecursionError:
            self.note(JsonDefect.TOO_DEEP, f"at most {DEEPEST} levels", "more levels than can be read")
            return MISSING
        except ValueError as error:
            self.note(JsonDefect.MALFORMED, "a JSON document", _why_malformed(text, start, error))
            return MISSING
        end = _space_after(text, end)
        if end < len(text):
            self.note(
                JsonDefect.TRAILING, "one JSON document", f"{len(text) - end} more characters at offset {end}"
            )
        return value

    def inspect(self, value: Any) -> None:
        """Look for what only the finished value shows, level by level, for the value may be deep."""
        level, depth, broken = [value], 0, False
        while level:
            holders = [item for item in level if isinstance(item, _HOLDERS)]
            depth += bool(holders)
            broken = broken or any(map(_has_surrogate, level))
            level = [child for holder in holders for child in _children(holder)]
        if broken:
            self.note(JsonDefect.SURROGATE, "Unicode text", "half of a surrogate pair in a string")
        if depth > DEEPEST:
            self.note(JsonDefect.TOO_DEEP, f"at most {DEEPEST} levels", f"{depth} levels")


def _space_after(text: str, start: int) -> int:
    match = _SPACE.match(text, start)
    return match.end() if match else start


def _why_malformed(text: str, start: int, error: ValueError) -> str:
    if start == len(text):
        return "nothing"
    at = error.pos if isinstance(error, json.JSONDecodeError) else start
    return f"a text that stops being one at offset {at} of {len(text)}"


def _children(holder: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return chain(holder, holder.values()) if isinstance(holder, dict) else holder


def _has_surrogate(value: Any) -> bool:
    return isinstance(value, str) and not value.isascii() and _SURROGATE.search(value) is not None


def _may_be_odd(body: bytes) -> bool:
    """Return whether a text can hold half of a surrogate pair, which only an escape can write, or be too deep."""
    return b"\\u" in body or body.count(b"{") + body.count(b"[") > DEEPEST


def read(body: bytes) -> Reading:
    """Read a body; never fails, whatever the bytes."""
    reader = _Reader()
    value = reader.parse(reader.text(body))
    if value is not MISSING and _may_be_odd(body):
        reader.inspect(value)
    return Reading(value, tuple(reader.defects))
