"""What becomes of a command whose standard output can't be written: its reader has gone, or the disk is full."""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import click

OUTPUT_LOST = 74
"""The exit code for it, EX_IOERR of sysexits.h: 1 would say that the API broke its contract."""

_LOST = {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


class LostOutputError(click.ClickException):
    """Standard output can't be written; a program that closed its end of a pipe is told nothing."""

    exit_code = OUTPUT_LOST

    def __init__(self, error: OSError) -> None:
        super().__init__(f"standard output can't be written: {error.strerror}")
        self._is_told = error.errno == errno.EPIPE

    def show(self, file: Any = None) -> None:
        """Say so on standard error, if that can be written."""
        _discard_the_rest()
        if not self._is_told:
            with suppress(OSError):
                super().show(file)


def is_lost(error: BaseException) -> bool:
    """Return whether an error is that of a stream which can't be written; errors of named files are not."""
    return isinstance(error, OSError) and error.errno in _LOST and error.filename is None


@contextmanager
def ended_when_lost() -> Iterator[None]:
    """End the command with `OUTPUT_LOST` once its output can't be written."""
    try:
        yield
    except OSError as error:
        if not is_lost(error):
            raise
        raise LostOutputError(error) from None


def telling(tell: Callable[..., None]) -> Callable[..., None]:
    """Return what tells the same as long as it can: a server goes on without anybody who reads along."""
    is_over = False

    def told(*given: Any) -> None:
        nonlocal is_over
        if is_over:
            return
        try:
            with ended_when_lost():
                tell(*given)
        except LostOutputError as error:
            is_over = True
            error.show()

    return told


def _discard_the_rest() -> None:
    """Let what is still buffered go nowhere, for the interpreter would try to write it at its end."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
