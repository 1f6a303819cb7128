"""A file that a user names is read without waiting for anybody, and so is a pipe."""

import os
import threading

import pytest

from plugproof_contracts.parsing import files
from plugproof_contracts.parsing.files import open_file, read_piped, read_text


@pytest.fixture
def pipe(tmp_path):
    """A named pipe, with nobody at either end."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_pipe_without_a_writer_is_refused(pipe):
    """It is told at once, instead of waiting for ever."""
    with pytest.raises(OSError, match="nothing is written into this pipe"):
        read_text(pipe)


@pytest.mark.parametrize("early", [b"", b"first, "])
def test_what_a_slow_writer_writes_is_read(pipe, early):
    """A pipe with a writer is read to its end, however late the writer begins."""
    reads, writes = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), os.open(pipe, os.O_WRONLY)
    os.write(writes, early)
    with open_file(pipe) as file:
        writer = threading.Thread(target=lambda: (os.write(writes, b"then"), os.close(writes)))
        writer.start()
        assert read_piped(file) == early + b"then"
        writer.join()
    os.close(reads)


def test_a_pipe_brings_no_more_than_is_allowed(pipe):
    """One byte more is refused."""
    reads, writes = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), os.open(pipe, os.O_WRONLY)
    os.write(writes, b"12345")
    with open_file(pipe) as file:
        os.close(writes)
        with pytest.raises(OSError, match="more than 4 bytes come out of it"):
            read_piped(file, 4)
    os.close(reads)


def test_a_text_may_have_the_mark_of_windows(tmp_path):
    """Editors of Windows write one before the first letter."""
    path = tmp_path / "facts.toml"
    path.write_bytes(b"\xef\xbb\xbfhold = 1\r\n")
    assert read_text(path) == "hold = 1\r\n"


def test_a_text_without_an_end_is_refused(tmp_path, monkeypatch):
    """A file or a device that is longer than any text of a user takes no memory."""
    monkeypatch.setattr(files, "_MOST_TEXT", 8)
    path = tmp_path / "long.toml"
    path.write_bytes(b"123456789")
    with pytest.raises(OSError, match="more than 8 bytes"):
        read_text(path)
