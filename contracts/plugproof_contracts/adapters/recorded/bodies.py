"""Bodies out of recordings: base64 and content encodings undone, as far as that is possible here."""

import zlib
from base64 import b64decode
from binascii import Error
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, TypeAlias

from plugproof_contracts.errors import PlugproofError

MOST_BYTES = 64 * 2**20
"""Bytes that a body may have once it is decoded; a few kilobytes can be made to inflate to gigabytes."""

MOST_BYTES_OF_FILE = 256 * 2**20
"""Bytes that all the encoded bodies of a file may have once they are decoded."""

_URL_SAFE = str.maketrans("-_", "+/")
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"\x78\x01": "deflate", b"\x78\x9c": "deflate"}
"""How compressed bodies begin; a recorder may have dropped the header that names the encoding."""


class BodyError(PlugproofError, ValueError):
    """Why a body that was recorded cannot be read; the text has nothing of the body in it."""


def from_base64(text: str) -> bytes:
    """Undo base64, of either alphabet, whatever lines it is broken into and whether or not it is padded."""
    plain = "".join(text.split()).translate(_URL_SAFE).rstrip("=")
    try:
        return b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (Error, ValueError):
        raise BodyError("the body's base64 is damaged") from None


class BodyDecoder:
    """Undoes content encodings, and stops when a file's bodies become too many bytes."""

    def __init__(self) -> None:
        self._left = MOST_BYTES_OF_FILE

    def undo(self, body: bytes, encodings: str | None) -> bytes:
        """Undo the content encodings of a `Content-Encoding` header, unless the recorder did so before.

        It did if the body is UTF-8, which nothing compressed ever is. Raises `BodyError`.
        """
        for encoding in reversed((encodings or "").lower().replace(" ", "").split(",")):
            if encoding not in ("", "identity") and not _is_utf8(body):
                body = self._decoded(body, encoding)
        return body

    def undo_unnamed(self, body: bytes) -> bytes:
        """Undo the encoding that a body shows by its beginning, for where no header was recorded that names it."""
        found = next((name for magic, name in _MAGIC.items() if body.startswith(magic)), None)
        return body if found is None or _is_utf8(body) else self._decoded(body, found)

    def _decoded(self, body: bytes, encoding: str) -> bytes:
        if encoding not in _DECODERS:
            raise BodyError("the body has a content encoding other than " + ", ".join(sorted(_DECODERS)))
        most = min(MOST_BYTES, self._left)
        text, is_whole = _DECODERS[encoding](body, most + 1)
        self._left = max(self._left - len(text), 0)
        if len(text) > most:
            raise BodyError(_TOO_LARGE if most == MOST_BYTES else _TOO_MUCH)
        if not is_whole:
            raise BodyError("the compressed body was cut off")
        return text


_TOO_LARGE = f"the body has more than {MOST_BYTES} bytes"
_TOO_MUCH = f"the bodies of the file have more than {MOST_BYTES_OF_FILE} bytes once they are decoded"
_DAMAGED = "the body's compression is damaged"

Decoded: TypeAlias = tuple[bytes, bool]
"""What a body decodes to, as far as was asked for, and whether its end was reached."""


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _inflated(body: bytes, bits: int, most: int) -> Decoded:
    inflater = zlib.decompressobj(bits)
    try:
        return inflater.decompress(body, most), inflater.eof
    except zlib.error:
        raise BodyError(_DAMAGED) from None


def _gzip(body: bytes, most: int) -> Decoded:
    return _inflated(body, zlib.MAX_WBITS | 16, most)


def _deflate(body: bytes, most: int) -> Decoded:
    """Undo `deflate`, which some servers send without the zlib header that the standard asks for."""
    try:
        return _inflated(body, zlib.MAX_WBITS, most)
    except BodyError:
        return _inflated(body, -zlib.MAX_WBITS, most)


def _brotli(body: bytes, most: int) -> Decoded:
    decoder = _package("brotli", "br").Decompressor()
    text = _or_damaged(lambda: decoder.process(body, output_buffer_limit=most))
    return text, bool(decoder.is_finished())


def _zstandard(body: bytes, most: int) -> Decoded:
    """Undo zstandard a little at a time, for it has no limit of its own."""
    decoder, text = _package("zstandard", "zstd").ZstdDecompressor().decompressobj(), bytearray()
    for start in range(0, len(body), 1024):
        text += _or_damaged(partial(decoder.decompress, body[start : start + 1024]))
        if len(text) >= most or decoder.eof:
            break
    return bytes(text), bool(decoder.eof)


def _or_damaged(decode: Callable[[], bytes]) -> bytes:
    try:
        return decode()
    except Exception:
        # Each version of each package has exception classes of its own.
        raise BodyError(_DAMAGED) from None


def _package(name: str, encoding: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise BodyError(f"the body is {encoding}-encoded, and the package {name} is not installed") from None


_DECODERS: dict[str, Callable[[bytes, int], Decoded]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstandard,
}
