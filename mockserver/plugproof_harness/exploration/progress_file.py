"""The progress of an exploration in a file, so that another can go on where it ended.

One line of JSON each: first what was explored, then one result after the other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from plugproof_contracts.errors import PlugproofError
from plugproof_harness.exploration.exploration import Notice
from plugproof_harness.exploration.visit import CellResult, CellState

_SETTLED = (CellState.MET, CellState.IMPOSSIBLE)
"""What is not tried again. What is broken is: it may have been repaired meanwhile."""


class _Head(msgspec.Struct, frozen=True):
    plugproof_explore: int
    adapter: str


_Line = TypeVar("_Line")


class ProgressError(PlugproofError, ValueError):
    """The file is not one of this exploration."""


def read_progress(path: Path, adapter: str) -> dict[str, CellResult]:
    """Return the results that stand by their cells, none without a file; raise `ProgressError` for another's."""
    if not path.exists():
        return {}
    if not path.is_file():
        raise ProgressError("it is not a regular file")
    head, *lines = path.read_bytes().splitlines() or [b""]
    if (found := _decoded(head, _Head)) is None:
        raise ProgressError("it does not hold the progress of an exploration")
    if found != _Head(1, adapter):
        raise ProgressError(f"it holds the progress of {found.adapter}, and this is {adapter}")
    results = [result for line in lines if (result := _decoded(line, CellResult))]
    return {one.cell: one for one in results if one.state in _SETTLED}


def _decoded(line: bytes, kind: type[_Line]) -> _Line | None:
    """Read a line; None for one that was cut off when the exploration was killed."""
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.MsgspecError:
        return None


@contextmanager
def keep_progress(path: Path, adapter: str) -> Iterator[Notice]:
    """Yield what appends a result to the file; raises `OSError` when it can't be written."""
    is_new = not path.exists() or not path.stat().st_size
    with path.open("ab", buffering=0) as file:
        # A line that was cut off ends here, and spoils none of ours.
        file.write(msgspec.json.encode(_Head(1, adapter)) + b"\n" if is_new else b"\n")
        yield lambda result: file.write(msgspec.json.encode(result) + b"\n")
