"""The entries of a text that holds one JSON document or several, of whichever kind each of them is.

Recordings are joined, written one to a line, or put into an array; tools write a line of their own between
them. What is no entry is told with its place, and what follows it is read.
"""

import json
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any, TypeAlias

import msgspec

from plugproof_contracts.adapters import har, ndjson, vcr
from plugproof_contracts.adapters.recorded.bodies import BodyDecoder
from plugproof_contracts.adapters.recorded.entry_reading import RawEntry, entry_of, mapping_of
from plugproof_contracts.adapters.recorded.json_scanning import CUT_OFF, Source, line_of, pieces
from plugproof_contracts.adapters.recorded.recorded_entry import FOREIGN, RecordedEntry, RecordingError
from plugproof_contracts.exchanges.route import route
from plugproof_contracts.facts.operations import PREFIX

LONGEST = 64 * 2**20
"""Bytes of a line, or of an object outside of arrays, that is read; a longer one is passed over."""

HAR, CASSETTE, LINES = "HAR", "VCR cassette (JSON)", "NDJSON"
PATHS: frozenset[tuple[str, ...]] = frozenset({har.PATH, *((name,) for name in vcr.LISTS)})
Reader: TypeAlias = Callable[[Source], Iterator[RecordedEntry]]
_FORMATS: dict[tuple[str, ...], str] = {har.PATH: HAR} | {(name,): CASSETTE for name in vcr.LISTS}
_ENTRY = frozenset({"request", "response"})
_MARK = PREFIX.rpartition("/")[2].encode()
_URL = re.compile(rb'"ur[li]"\s*:\s*("(?:[^"\\]|\\.)*")', re.DOTALL)
_FIRST = re.compile(rb"(?:[\s,\x1e\[]|\xef\xbb\xbf)*(?=\{)")
_LIST = re.compile(rb'"(?:entries|(?:http_)?interactions)"\s*:')
_MEMBER = re.compile(rb'"(?:method|url|status)"\s*:')
_BETWEEN = re.compile(rb"(?:[\s,\x1e]|\xef\xbb\xbf)*")
_NEXT = re.compile(rb"\n[\s,\x1e]*(?=[{\[])")
_NO_ENTRIES = f"there is no array at {'.'.join(har.PATH)}"
_AROUND = b" \t\r\n,\x1e\xef\xbb\xbf"
_LINE_ENDS = re.compile(rb"[ \t\r,\x1e\xef\xbb\xbf]*+(?:\n|\Z)")


def recognise(source: Source) -> tuple[str, Reader] | None:
    """Return the format of the first document and what reads it all; None for no object of JSON that is known.

    Raises `RecordingError` if the document ends too early to be known.
    """
    match = _FIRST.match(source)
    if match is None:
        return None
    start = match.end()
    try:
        found = next(piece for piece in pieces(source, start, PATHS))
    except RecordingError:
        if _has_entry(source, start, min(_end_of_line(source, start, LONGEST), start + LONGEST)):
            return LINES, read_lines
        raise
    if found.path:
        return _FORMATS[found.path], read_documents
    if found.names & ndjson.NAMES or found.names >= _ENTRY:
        # Read by lines, a damaged line costs that line only.
        has_own_line = _LINE_ENDS.match(source, found.end) and source.find(b"\n", start, found.end) < 0
        return LINES, read_lines if has_own_line and b"[" not in source[:start] else read_documents
    if "log" in found.names:
        raise RecordingError(_NO_ENTRIES)
    return None


def _has_entry(source: Source, start: int, end: int) -> bool:
    """Return whether an object with a member of an exchange begins behind all lists of entries."""
    behind = max((found.start() for found in _LIST.finditer(source, start, end)), default=start)
    opened = source.find(b"{", behind, end)
    return opened >= 0 and _MEMBER.search(source, opened, end) is not None


def _end_of_line(source: Source, start: int, most: int | None = None) -> int:
    """Return where a line ends; `most` is how far to look, for a file may be one line of gigabytes."""
    end = source.find(b"\n", start, len(source) if most is None else start + most)
    return len(source) if end < 0 else end


def read_lines(source: Source) -> Iterator[RecordedEntry]:
    """Yield the entries of every line; an empty line has none."""
    decoder, start = BodyDecoder(), 0
    while start < len(source):
        end = _end_of_line(source, start)
        if end - start > LONGEST:
            yield RecordedEntry(problem=f"a line of more than {LONGEST} bytes", end=end)
        elif text := source[start:end].strip(_AROUND):
            for entry in _of_object(text, decoder):
                yield entry._replace(end=end)
        start = end + 1


def read_documents(source: Source) -> Iterator[RecordedEntry]:
    """Yield the entries of every document; raises `RecordingError` where the last one ends too early."""
    decoder, at, opened = BodyDecoder(), 0, 0
    while (at := _behind(_BETWEEN, source, at)) < len(source):
        sign = source[at : at + 1]
        if sign == b"{":
            at = yield from _of_document(source, at, decoder)
        elif sign == b"[" or (sign == b"]" and opened):
            opened += 1 if sign == b"[" else -1
            at += 1
        else:
            following = _NEXT.search(source, at)
            reason = f"what stands in line {line_of(source, at)} is no recording, and was passed over"
            at = following.end() if following else len(source)
            yield RecordedEntry(problem=reason, end=at)
    if opened:
        raise RecordingError(CUT_OFF)


def _behind(pattern: re.Pattern[bytes], source: Source, at: int) -> int:
    match = pattern.match(source, at)
    return match.end() if match else at


def _of_document(source: Source, start: int, decoder: BodyDecoder) -> Generator[RecordedEntry, None, int]:
    """Yield the entries of the document that begins here, and return where it ends."""
    end = start
    for piece in pieces(source, start, PATHS):
        end = piece.end
        if piece.path:
            raw_entry = har.raw_entry if piece.path == har.PATH else vcr.raw_entry
            yield _entry(source[piece.start : end], raw_entry, decoder)._replace(end=end)
        elif not piece.has_array and end - piece.start > LONGEST:
            yield RecordedEntry(problem=f"an object of more than {LONGEST} bytes", end=end)
        elif not piece.has_array:
            for entry in _of_object(source[piece.start : end], decoder):
                yield entry._replace(end=end)
    return end


def _entry(text: bytes, raw_entry: Callable[[Mapping[Any, Any]], RawEntry], decoder: BodyDecoder) -> RecordedEntry:
    """Read one entry; of another API's nothing is decoded but the URL."""
    if _MARK not in text and _URL.search(text):
        return RecordedEntry(skipped=FOREIGN)
    found = _decoded(text)
    if isinstance(found, dict):
        return entry_of(raw_entry(found), decoder)
    urls = [str(_decoded(url[1])) for url in _URL.finditer(text)]
    if urls and all(route("", url).base is None for url in urls):
        return RecordedEntry(skipped=FOREIGN)
    return RecordedEntry(problem="the entry is not JSON")


def _of_object(text: bytes, decoder: BodyDecoder) -> Iterator[RecordedEntry]:
    """Read an object that stands by itself: a line, an entry, or a whole recording in a line."""
    found = _decoded(text)
    if not isinstance(found, dict):
        yield RecordedEntry(problem="not an exchange: it is not one JSON object")
        return
    lists = [found[name] for name in vcr.LISTS if isinstance(found.get(name), list)]
    if isinstance(entries := mapping_of(found.get("log")).get("entries"), list):
        yield from (entry_of(har.raw_entry(mapping_of(entry)), decoder) for entry in entries)
    elif lists:
        yield from (entry_of(vcr.raw_entry(mapping_of(one)), decoder) for list_ in lists for one in list_)
    elif found.keys() >= _ENTRY:
        is_har = "startedDateTime" in found or "content" in mapping_of(found["response"])
        yield entry_of((har if is_har else vcr).raw_entry(found), decoder)
    elif "log" in found and not found.keys() & ndjson.NAMES:
        yield RecordedEntry(problem=_NO_ENTRIES)
    else:
        yield entry_of(ndjson.raw_entry(found), decoder)


def _decoded(text: bytes) -> Any:
    """Decode JSON, also where it has NaN, control characters or other bytes than UTF-8; None for anything else."""
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(text.decode("utf-8", "surrogateescape"), strict=False, parse_int=_integer)
    except (ValueError, RecursionError):
        return None


def _integer(text: str) -> float:
    return int(text) if len(text) < 400 else float(text)
