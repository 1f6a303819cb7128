"""A report is written whole or not at all, and never in the place of what is not a file."""

import os
import socket
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from plugproof_contracts.reports.writing import is_writable, write


def test_a_file_is_written_whole_or_stays_as_it_was(tmp_path):
    path = tmp_path / "report"
    write(path, b"first")
    write(path, b"second")
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o600 == 0o600
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="directory"):
        write(tmp_path / "folder", b"third")
    with pytest.raises(OSError, match="No such file"):
        write(tmp_path / "none" / "report", b"third")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["folder", "report"]


def test_a_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "report"
    path.write_bytes(b"first")
    path.chmod(0o640)
    write(path, b"second")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_one_and_what_it_leads_to_is_written(tmp_path, is_there):
    (tmp_path / "far").mkdir()
    path, far = tmp_path / "near", tmp_path / "far" / "report"
    if is_there:
        far.write_bytes(b"first")
    path.symlink_to(far)
    assert is_writable(path)
    write(path, b"second")
    assert path.is_symlink()
    assert far.read_bytes() == b"second"
    assert [one.name for one in (tmp_path / "far").iterdir()] == ["report"]


def test_a_pipe_gets_the_content_and_stays_one(tmp_path):
    path, content = tmp_path / "pipe", b"x" * 300_000
    os.mkfifo(path)
    with os.fdopen(
        os.open(path, os.O_RDWR), "rb"
    ) as reading:  # to read and write, so that no end is read too soon
        with ThreadPoolExecutor(1) as pool:
            got = pool.submit(reading.read, len(content))
            write(path, content)
        assert got.result() == content
    assert path.is_fifo()


def test_what_takes_nothing_is_refused_and_stays(tmp_path, monkeypatch):
    """A pipe that nobody reads, and a socket."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        for name in ("pipe", "socket"):
            with pytest.raises(OSError, match="nobody reads from it"):
                write(tmp_path / name, b"x")
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "socket").is_socket()


def test_a_device_gets_the_content(tmp_path):
    path = tmp_path / "nowhere"
    path.symlink_to("/dev/null")
    assert is_writable(path)
    write(path, b"x")
    assert path.is_char_device()


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/stderr"])
def test_an_open_file_is_written_on_where_it_is(tmp_path, name):
    """Under that name it is neither replaced nor begun anew."""
    code = (
        "import sys; from pathlib import Path; from plugproof_contracts.reports.writing import write\n"
        "print('before', flush=True); write(Path(sys.argv[1]), b'report\\n'); print('behind')"
    )
    with (tmp_path / "out").open("wb") as out:
        subprocess.run([sys.executable, "-c", code, name], stdout=out, stderr=out, check=True, timeout=60)
    assert (tmp_path / "out").read_bytes() == b"before\nreport\nbehind\n"


def test_a_loop_of_links_is_refused(tmp_path):
    path = tmp_path / "a"
    path.symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(path)
    assert not is_writable(path)
    with pytest.raises(OSError, match="symbolic links"):
        write(path, b"x")


def test_a_folder_that_cannot_be_written_in_is_known_beforehand(tmp_path):
    assert is_writable(tmp_path / "report")
    assert not is_writable(tmp_path)
    assert not is_writable(tmp_path / "none" / "report")
