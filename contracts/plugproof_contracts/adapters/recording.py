"""A file of exchanges: opened, recognised by its content, and read entry by entry."""

import codecs
import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

from plugproof_contracts.adapters import vcr
from plugproof_contracts.adapters.recorded.bodies import BodyDecoder
from plugproof_contracts.adapters.recorded.documents import Reader, recognise
from plugproof_contracts.adapters.recorded.entry_reading import entry_of, mapping_of
from plugproof_contracts.adapters.recorded.json_scanning import Source
from plugproof_contracts.adapters.recorded.recorded_entry import RecordedEntry, RecordingError
from plugproof_contracts.adapters.recorded.yaml_reading import interactions
from plugproof_contracts.parsing.files import is_regular, open_file, read_piped

FORMATS = "a HAR file, a VCR cassette in YAML or JSON, or NDJSON of exchanges"
_CASSETTE = re.compile(
    rb"""^(?:\xef\xbb\xbf|[ \t{?-])*(?::|['"])?(?:http_)?interactions['"]?[ \t]*:"""
    rb"|!ruby/struct:VCR::HTTPInteraction",
    re.MULTILINE,
)
_EMPTY = re.compile(rb"(?:\s|\xef\xbb\xbf)*\Z")
_PACKED = {
    b"\x1f\x8b": "compressed with gzip",
    b"PK\x03\x04": "a zip archive",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ\x00": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"7z\xbc\xaf": "a 7z archive",
}
_WIDE = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_PIECE = 2**20
_RELEASED = 16 * 2**20
"""Bytes of a file that are read before their memory is given back."""
_DONTNEED: int | None = getattr(mmap, "MADV_DONTNEED", None)
"""Windows has no such advice, and takes the memory back by itself."""


class Recording(NamedTuple):
    """A recognised file: its format's name, its size in bytes, and its entries."""

    format: str
    size: int
    entries: Iterator[RecordedEntry]


@contextmanager
def opened(path: Path) -> Iterator[Recording]:
    """Open a recording while the block runs; raises `RecordingError`, and so may going through its entries."""
    try:
        with _mapped(path) as source, _as_utf8(source) as text:
            name, read = _recognised(text)
            yield Recording(name, len(text), _releasing(text, read(text)))
    except OSError as error:
        raise RecordingError((error.strerror or "it cannot be read").lower()) from None


@contextmanager
def _mapped(path: Path) -> Iterator[Source]:
    """A file that can be mapped takes no memory for what is not looked at; a pipe has to be read."""
    with open_file(path) as file:
        if not is_regular(file):
            yield read_piped(file)
        else:
            with _map(file) as source:
                yield source


@contextmanager
def _map(file: IO[bytes]) -> Iterator[Source]:
    if file.seek(0, 2) == 0:
        yield b""
    else:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as source:
            yield source


def _releasing(source: Source, entries: Iterator[RecordedEntry]) -> Iterator[RecordedEntry]:
    """Hand entries on, and give back the memory that the part of the file behind them takes."""
    released = 0
    for entry in entries:
        yield entry
        if entry.end - released >= _RELEASED and isinstance(source, mmap.mmap) and _DONTNEED is not None:
            end = entry.end - entry.end % mmap.PAGESIZE
            source.madvise(_DONTNEED, released, end - released)
            released = end


@contextmanager
def _as_utf8(source: Source) -> Iterator[Source]:
    """Yield the text in UTF-8; editors and shells of Windows write UTF-16."""
    encoding = _wide_encoding(source[:4])
    if encoding is None:
        yield source
        return
    with TemporaryFile() as file:
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        for start in range(0, len(source), _PIECE):
            file.write(decoder.decode(source[start : start + _PIECE]).encode("utf-8", "replace"))
        file.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))
        file.flush()
        with _map(file) as text:
            yield text


def _wide_encoding(head: bytes) -> str | None:
    """Return the encoding of a text whose characters have two bytes or four, also where it has no mark."""
    marked = next((name for mark, name in _WIDE.items() if head.startswith(mark)), None)
    if marked or len(head) < 4:
        return marked
    zeros = "".join("0" if byte == 0 else "." for byte in head)
    return {"0.0.": "utf-16-be", ".0.0": "utf-16-le"}.get(zeros)


def _recognised(source: Source) -> tuple[str, Reader]:
    if _EMPTY.match(source):
        raise RecordingError(f"the file is empty; expected is {FORMATS}")
    packed = next((words for mark, words in _PACKED.items() if source[: len(mark)] == mark), None)
    if packed:
        raise RecordingError(f"the file is {packed}; unpack it first")
    known = recognise(source)
    if known:
        return known
    if _CASSETTE.search(source):
        return "VCR cassette (YAML)", read_yaml
    raise RecordingError(f"the file is no recording; expected is {FORMATS}")


def read_yaml(source: Source) -> Iterator[RecordedEntry]:
    """Yield the interactions of a YAML cassette, whose text is held as a whole."""
    decoder, text = BodyDecoder(), bytes(source)
    try:
        text.decode()
    except UnicodeDecodeError:
        text = text.decode("utf-8", "replace").encode()
    for found in interactions(text):
        if found.missing_in:
            problem = f"document {found.missing_in} has no list under one of {', '.join(vcr.LISTS)}"
            yield RecordedEntry(problem=problem, end=found.end)
        else:
            yield entry_of(vcr.raw_entry(mapping_of(found.value)), decoder)._replace(end=found.end)
