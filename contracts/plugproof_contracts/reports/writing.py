"""Writing a file whole or not at all; what is not a file, such as a device or a pipe, is never replaced by one."""

import os
import re
import stat
import tempfile
from errno import ENXIO
from pathlib import Path

_OPEN = re.compile(r"/dev/std(?P<name>out|err)|/(?:dev|proc/self)/fd/(?P<number>\d{1,6})", re.ASCII)
_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0)


def write(path: Path, content: bytes) -> None:
    """Write a file so that it is there complete or, after an `OSError`, as it was before.

    A symbolic link stays one, and what it leads to is written. A terminal, a pipe, another device and what is open
    as `/dev/stdout` get the content. A folder, a socket and a pipe that nobody reads are refused.
    """
    if _is_file_to_be(path):
        _replace(path.resolve(), content)
    else:
        with os.fdopen(_descriptor(path), "wb") as file:
            file.write(content)


def is_writable(path: Path) -> bool:
    """Return whether `write` will find a folder to write in, or something there that takes content."""
    if not _is_file_to_be(path):
        return not path.is_dir() and os.access(path, os.W_OK)
    folder = path.resolve().parent
    return folder.is_dir() and os.access(folder, os.W_OK)


def _is_file_to_be(path: Path) -> bool:
    """Whether there is nothing yet, or a file that is known by its name alone."""
    if _OPEN.fullmatch(os.fspath(path)):
        return False
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _descriptor(path: Path) -> int:
    if opened := _OPEN.fullmatch(os.fspath(path)):
        return os.dup(int(opened["number"] or {"out": 1, "err": 2}[opened["name"]]))
    try:
        descriptor = os.open(path, os.O_WRONLY | _WITHOUT_WAITING)
    except OSError as error:
        raise OSError(error.errno, "nobody reads from it") if error.errno == ENXIO else error from None
    if _WITHOUT_WAITING:
        os.set_blocking(descriptor, True)
    return descriptor


def _replace(path: Path, content: bytes) -> None:
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask()
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".plugproof-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """A temporary file is its owner's alone; a report has the permissions that any new file gets."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
