import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[2] / "Makefile"
TARGETS = re.findall(r"^([a-z]+):", MAKEFILE.read_text(), re.MULTILINE)


@pytest.fixture
def elsewhere(tmp_path):
    """A folder with a space in its name that holds the Makefile and what `.venv` is made from."""
    folder = tmp_path / "some where"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(MAKEFILE.parent / name, folder)
    return folder


def make(folder, *arguments):
    # An outer make would pass its own flags and variables on.
    environment = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )


def test_make_alone_lists_every_target(elsewhere):
    listed = [line.split()[1] for line in make(elsewhere).stdout.splitlines()]
    assert sorted(listed) == sorted(TARGETS)


@pytest.mark.parametrize("target", sorted(set(TARGETS) - {"help", "peers", "constraints", "clean"}))
@pytest.mark.parametrize("python", ["false", "no-such-python"])
def test_an_old_or_absent_python_is_refused_in_one_sentence(elsewhere, target, python):
    """A Python that is too old or absent is refused in one sentence."""
    refused = make(elsewhere, target, f"PYTHON={python}", "NPM=")
    sentence, *end = refused.stderr.splitlines()
    assert refused.returncode == 2
    assert "needs Python 3.11 or newer" in sentence
    assert python in sentence
    assert len(end) == 1
    assert not (elsewhere / ".venv").exists()
