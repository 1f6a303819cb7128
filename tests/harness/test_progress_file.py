"""The progress of an exploration is kept, and what was fine is not tried again."""

import os

import pytest

from plugproof_harness import explore
from plugproof_harness.exploration.progress_file import ProgressError, keep_progress, read_progress
from plugproof_harness.exploration.visit import CellResult, CellState

ONLY = ["created/*/none"]
FINE = CellResult("created/stop/none", CellState.MET)


def test_what_was_met_is_not_tried_again_and_what_was_broken_is(bent, tmp_path):
    """So a bug that was repaired is looked at anew, and the rest is left in peace."""
    path = tmp_path / "progress"
    with keep_progress(path, "Bent") as keep:
        explore(bent(poll=lambda self, session: 1 / 0), only=ONLY, notice=keep)
    known = read_progress(path, "Bent")
    assert len(known) == 4
    tried = []
    found = explore(bent(), only=ONLY, known=known, notice=tried.append)
    assert [result.cell for result in tried] == ["created/poll/none"]
    assert found.counts == {CellState.MET: 5}


@pytest.mark.parametrize("cut", [1, 2, 10, 30])
def test_a_line_that_was_cut_off_costs_one_result(tmp_path, cut):
    """An exploration that is killed may leave half a line, and the next one goes on after it."""
    path = tmp_path / "progress"
    with keep_progress(path, "Bent") as keep:
        keep(FINE)
        keep(CellResult("created/poll/none", CellState.MET))
    path.write_bytes(path.read_bytes()[:-cut])
    with keep_progress(path, "Bent") as keep:
        keep(CellResult("created/email/none", CellState.MET))
    whole = {"created/poll/none"} if cut == 1 else set()
    assert set(read_progress(path, "Bent")) == {FINE.cell, "created/email/none", *whole}


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x00\xff", b"{}", b"[1]\n", b'{"plugproof_explore": 2}'])
def test_another_file_is_not_taken_for_progress(tmp_path, content):
    """It is named as what it is not, and nothing is written to it."""
    path = tmp_path / "progress"
    path.write_bytes(content)
    with pytest.raises(ProgressError, match="does not hold the progress of an exploration"):
        read_progress(path, "Bent")
    assert path.read_bytes() == content


def test_what_is_no_file_is_not_read(tmp_path):
    """A pipe would keep the reader waiting for ever."""
    path = tmp_path / "progress"
    os.mkfifo(path)
    with pytest.raises(ProgressError, match="it is not a regular file"):
        read_progress(path, "Bent")


def test_the_progress_of_another_adapter_is_refused(tmp_path):
    """What one client has met says nothing of another."""
    path = tmp_path / "progress"
    with keep_progress(path, "Bent"):
        pass
    with pytest.raises(ProgressError, match="it holds the progress of Bent, and this is Other"):
        read_progress(path, "Other")


def test_without_a_file_nothing_is_known(tmp_path):
    """The first exploration begins it."""
    assert read_progress(tmp_path / "progress", "Bent") == {}
