"""Bodies out of recordings: base64 and content encodings undone, as far as that is possible here."""

import zlib
from base64 import b64decode
from binascii import Error
from collections.abc import Callable
from importlib import import_module
from typing import Any

MOST_BYTES = 64 * 2**20
"""Bytes that a body may have once it is decoded; a few kilobytes can be made to inflate to gigabytes."""


class BodyError(ValueError):
    """Why a body that was recorded cannot be read; the text has nothing of the body in it."""


def from_base64(text: str) -> bytes:
    """Undo base64."""
    try:
        return b64decode(text, validate=True)
    except (Error, ValueError):
        raise BodyError("the body's base64 is damaged") from None


def undone(body: bytes, encodings: str | None) -> bytes:
    """Undo the content encodings of a `Content-Encoding` header, unless the recorder did so before.

    It did if the body is UTF-8, which nothing compressed ever is. Raises `BodyError`.
    """
    for encoding in reversed((encodings or "").lower().replace(" ", "").split(",")):
        if encoding not in ("", "identity") and not _is_utf8(body):
            body = _decoder(encoding)(body)
    return body


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decoder(encoding: str) -> Callable[[bytes], bytes]:
    if encoding not in _DECODERS:
        raise BodyError("the body has a content encoding that is none of " + ", ".join(sorted(_DECODERS)))
    return _DECODERS[encoding]


def _inflated(body: bytes, bits: int) -> bytes:
    inflater = zlib.decompressobj(bits)
    try:
        text = inflater.decompress(body, MOST_BYTES)
    except zlib.error:
        raise BodyError("the body's compression is damaged") from None
    if inflater.unconsumed_tail:
        raise BodyError(_TOO_LARGE)
    if not inflater.eof:
        raise BodyError("the compressed body was cut off")
    return text


_TOO_LARGE = f"the body has more than {MOST_BYTES} bytes"


def _gzip(body: bytes) -> bytes:
    return _inflated(body, zlib.MAX_WBITS | 16)


def _deflate(body: bytes) -> bytes:
    """Undo `deflate`, which some servers send without the zlib header that the standard asks for."""
    try:
        return _inflated(body, zlib.MAX_WBITS)
    except BodyError:
        return _inflated(body, -zlib.MAX_WBITS)


def _brotli(body: bytes) -> bytes:
    decoder = _package("brotli", "br").Decompressor()
    return _whole(
        lambda: decoder.process(body, output_buffer_limit=MOST_BYTES + 1), lambda: bool(decoder.is_finished())
    )


def _zstandard(body: bytes) -> bytes:
    decoder = _package("zstandard", "zstd").ZstdDecompressor().decompressobj()
    return _whole(lambda: _in_pieces(decoder, body), lambda: bool(decoder.eof))


def _in_pieces(decoder: Any, body: bytes) -> bytes:
    """Decode a little at a time, for zstandard has no limit of its own."""
    text = bytearray()
    for start in range(0, len(body), 1024):
        text += decoder.decompress(body[start : start + 1024])
        if len(text) > MOST_BYTES or decoder.eof:
            break
    return bytes(text)


def _whole(decode: Callable[[], bytes], is_whole: Callable[[], bool]) -> bytes:
    try:
        text = decode()
    except Exception:
        # Each version of each package has exception classes of its own.
        raise BodyError("the body's compression is damaged") from None
    if len(text) > MOST_BYTES:
        raise BodyError(_TOO_LARGE)
    if not is_whole():
        raise BodyError("the compressed body was cut off")
    return text


def _package(name: str, encoding: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise BodyError(f"the body is {encoding}-encoded, and the package {name} is not installed") from None


_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstandard,
}
