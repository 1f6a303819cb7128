"""The objects of a JSON text, one at a time, without decoding the whole text.

A recording may be larger than memory, and one that was cut off is still worth reading up to there.
Only strings and brackets are looked at, so that what is wrong between them costs one object only.
"""

import re
from collections.abc import Iterator
from mmap import mmap
from typing import NamedTuple, TypeAlias

from plugproof_contracts.adapters.recorded.recorded_entry import RecordingError

Source: TypeAlias = bytes | mmap

CUT_OFF = "the file is cut off, or is not the JSON that it began as"

# Possessive, for a string may have many megabytes.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN = re.compile(rb'[^"{}\[\]]*+(' + _STRING + rb"|[{}\[\]])", re.DOTALL)
_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|' + _STRING + rb")*+([{}\[\]])", re.DOTALL)
_DEPTH = 8
"""How many brackets may be open in an object that is found at once; entries of HAR have five."""
_LONGEST_NAME = 40
_STEPS = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}


def _nested(depth: int) -> bytes:
    """Return the pattern of a pair of brackets with others in it, as many levels deep."""
    inside = rb"|" + _nested(depth - 1) if depth else b""
    return rb'[{\[](?:[^"{}\[\]]++|' + _STRING + inside + rb")*+[}\]]"


_OBJECT = re.compile(_nested(_DEPTH - 1), re.DOTALL)


class Piece(NamedTuple):
    """An object in one of the arrays that are looked for, or the end of the document they are in.

    `path` leads to the array, and is empty for the document itself, whose `start` and `end` these are then;
    `names` are the strings right below its root: its keys and its texts; `has_array` says whether one of the
    arrays is in it, be it an empty one.
    """

    path: tuple[str, ...]
    start: int
    end: int
    names: frozenset[str] = frozenset()
    has_array: bool = False


def pieces(source: Source, start: int, paths: frozenset[tuple[str, ...]]) -> Iterator[Piece]:
    """Yield the objects of the arrays at `paths` in the object that begins at `start`, and at last its end.

    An array that comes twice is read twice. Raises `RecordingError` where the text ends early.
    """
    holders: list[str] = []
    names, last, at, has_array = set[str](), "", start, False
    while match := _TOKEN.match(source, at):
        token, at = match[1], match.end()
        step = _STEPS.get(token, 0)
        if step == 0:
            last = token[1:-1].decode(errors="replace") if len(token) <= _LONGEST_NAME else ""
            if len(holders) == 1:
                names.add(last)
            continue
        if step < 0:
            holders.pop()
        elif token == b"[" and (path := (*holders[1:], last)) in paths:
            has_array = True
            for piece in _objects(source, at, path):
                yield piece
                at = piece.end
            at = _close(source, at)
        else:
            holders.append(last)
        last = ""
        if not holders:
            yield Piece((), start, at, frozenset(names), has_array)
            return
    raise RecordingError(CUT_OFF)


def _objects(source: Source, start: int, path: tuple[str, ...]) -> Iterator[Piece]:
    depth, opened, at = 0, start, start
    while match := _BRACKET.match(source, at):
        step, at = _STEPS[match[1]], match.end()
        if step > 0 and depth == 0:
            opened = match.start(1)
            if whole := _OBJECT.match(source, opened):
                at = whole.end()
                yield Piece(path, opened, at)
                continue
        depth += step
        if depth < 0:
            return
        if step < 0 and depth == 0:
            yield Piece(path, opened, at)
    raise RecordingError(CUT_OFF)


def _close(source: Source, at: int) -> int:
    """Return the offset behind the bracket that closes an array whose last object ends at `at`."""
    match = _BRACKET.match(source, at)
    return match.end() if match else at


def line_of(source: Source, at: int) -> int:
    """Return the number of the line, from 1, that holds an offset."""
    step = 2**20
    return 1 + sum(source[start : min(start + step, at)].count(b"\n") for start in range(0, at, step))
