"""A file of exchanges: opened, recognised by its content, and read entry by entry."""

import mmap
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from plugproof_contracts.adapters.elements import Source, root_keys
from plugproof_contracts.adapters.entry import Entry, RecordingError
from plugproof_contracts.adapters.har import read_har
from plugproof_contracts.adapters.ndjson import read_ndjson
from plugproof_contracts.adapters.vcr import LISTS, read_json, read_yaml

FORMATS = "a HAR file, a VCR cassette in YAML or JSON, or NDJSON of exchanges"
_LINE_KEYS = frozenset({"method", "url", "status"})
_CASSETTE = re.compile(rb"^(?:http_)?interactions:", re.MULTILINE)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Recording(NamedTuple):
    """A recognised file: its format's name, its size in bytes, and its entries."""

    format: str
    size: int
    entries: Iterator[Entry]


@contextmanager
def opened(path: Path) -> Iterator[Recording]:
    """Open a recording while the block runs; raises `RecordingError`, and so may going through its entries."""
    try:
        with _mapped(path) as source:
            name, read = _recognised(source)
            yield Recording(name, len(source), read(source))
    except OSError as error:
        raise RecordingError((error.strerror or "it cannot be read").lower()) from None


@contextmanager
def _mapped(path: Path) -> Iterator[Source]:
    """A file that can be mapped takes no memory for what is not looked at; a pipe has to be read."""
    with path.open("rb") as file:
        if not stat.S_ISREG(path.stat().st_mode):
            yield file.read()
        elif path.stat().st_size == 0:
            yield b""
        else:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as source:
                yield source


def _recognised(source: Source) -> tuple[str, Callable[[Source], Iterator[Entry]]]:
    head = source[:4096].removeprefix(_BYTE_ORDER_MARK).lstrip()
    if not head:
        raise RecordingError(f"the file is empty; expected is {FORMATS}")
    if head[:2] == b"\x1f\x8b":
        raise RecordingError("the file is compressed; unpack it first")
    known = _by_keys(source) if head[:1] == b"{" else None
    if known is None and _CASSETTE.search(source):
        known = "VCR cassette (YAML)", read_yaml
    if known is None:
        raise RecordingError(f"the file is no recording; expected is {FORMATS}")
    return known


def _by_keys(source: Source) -> tuple[str, Callable[[Source], Iterator[Entry]]] | None:
    for key in root_keys(source):
        if key == "log":
            return "HAR", read_har
        if key in LISTS:
            return "VCR cassette (JSON)", partial(read_json, name=key)
        if key in _LINE_KEYS:
            return "NDJSON", read_ndjson
    return None
