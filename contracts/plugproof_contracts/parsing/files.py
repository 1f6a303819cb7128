"""Reading what a user names: a file, or a pipe into which something is written."""

import errno
import os
import stat
from pathlib import Path
from typing import IO

MOST_PIPED = 256 * 2**20
"""Bytes that a pipe or a device may bring; a file may be longer, for it need not be held in memory."""
_MOST_TEXT = 2**20
_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0)


def open_file(path: str | Path) -> IO[bytes]:
    """Open a file for reading without waiting for a writer; raises `OSError`."""
    file = open(path, "rb", opener=_open_at_once)  # noqa: SIM115 - whoever calls closes it
    if _WITHOUT_WAITING and is_regular(file):
        os.set_blocking(file.fileno(), True)
    return file


def is_regular(file: IO[bytes]) -> bool:
    """Return whether a file has a length, and can be mapped."""
    return stat.S_ISREG(os.fstat(file.fileno()).st_mode)


def read_piped(file: IO[bytes], most: int = MOST_PIPED) -> bytes:
    """Read what comes out of an open file; raises `OSError` for a pipe without a writer and for more bytes."""
    is_pipe = stat.S_ISFIFO(os.fstat(file.fileno()).st_mode)
    first = _read_at_once(file, most)
    if is_pipe and first == b"":
        raise OSError(errno.ENXIO, "nothing is written into this pipe")
    if _WITHOUT_WAITING:
        os.set_blocking(file.fileno(), True)
    content = (first or b"") + file.read(most + 1 - len(first or b""))
    if len(content) > most:
        raise OSError(errno.EFBIG, f"more than {most:,} bytes come out of it")
    return content


def read_text(path: str | Path) -> str:
    """Return a text of at most 1 MB in UTF-8, without its mark; raises `OSError` or `UnicodeDecodeError`."""
    with open_file(path) as file:
        return read_piped(file, _MOST_TEXT).decode("utf-8-sig")


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | _WITHOUT_WAITING)


def _read_at_once(file: IO[bytes], most: int) -> bytes | None:
    """Return what is there already, None while a writer has written nothing."""
    try:
        return os.read(file.fileno(), min(most, 2**16))
    except BlockingIOError:
        return None
