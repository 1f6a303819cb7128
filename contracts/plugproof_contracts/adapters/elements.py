"""The elements of an array inside a JSON text, one at a time, without decoding the whole text.

A recording may be larger than memory, and one that was cut off is still worth reading up to there.
"""

import re
from collections.abc import Iterator
from mmap import mmap
from typing import NamedTuple, TypeAlias

from plugproof_contracts.adapters.entry import RecordingError

Source: TypeAlias = bytes | mmap

# Possessive, for a string may have many megabytes.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN = re.compile(rb'[^"{}\[\]]*+(' + _STRING + rb"|[{}\[\]])", re.DOTALL)
_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|' + _STRING + rb")*+([{}\[\]])", re.DOTALL)
_STEPS = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}
CUT_OFF = "the file is cut off, or is not the JSON that it began as"


class Element(NamedTuple):
    """One object of the array: its text, and the offset behind it."""

    text: bytes
    end: int


def _matches(pattern: re.Pattern[bytes], source: Source, at: int = 0) -> Iterator[re.Match[bytes]]:
    """Yield matches without a gap; a string that never ends is the end, whatever stands in it."""
    while match := pattern.match(source, at):
        yield match
        at = match.end()


def root_keys(source: Source) -> Iterator[str]:
    """Yield the keys, and the strings right below the root, of the object that the text begins with."""
    depth = 0
    for match in _matches(_TOKEN, source):
        depth += _STEPS.get(match[1], 0)
        if depth == 1 and match[1][:1] == b'"':
            yield match[1][1:-1].decode(errors="replace")
        if depth == 0:
            return


def objects_at(source: Source, path: tuple[str, ...]) -> Iterator[Element]:
    """Yield the objects of the array at `path`; raises `RecordingError` where the text ends early."""
    depth, opened = 0, 0
    for match in _matches(_BRACKET, source, _start_of(source, path)):
        step = _STEPS[match[1]]
        if step > 0 and depth == 0:
            opened = match.start(1)
        depth += step
        if depth < 0:
            return
        if step < 0 and depth == 0:
            yield Element(source[opened : match.end()], match.end())
    raise RecordingError(CUT_OFF)


def _start_of(source: Source, path: tuple[str, ...]) -> int:
    """Return the offset behind the bracket that opens the array at `path`."""
    wanted = [f'"{name}"'.encode() for name in path]
    depth, found, last = 0, 0, b""
    for match in _matches(_TOKEN, source):
        token = match[1]
        if token in (b"{", b"[") and depth == found + 1 and found < len(wanted) and last == wanted[found]:
            found += 1
        depth += _STEPS.get(token, 0)
        found = min(found, max(depth - 1, 0))
        if token == b"[" and found == len(wanted):
            return match.end()
        last = token
    raise RecordingError(f"there is no array at {'.'.join(path)}")
