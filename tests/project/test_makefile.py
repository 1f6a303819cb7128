import os
import re
import shutil
import subprocess
import sys
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


@pytest.mark.parametrize(("target", "others"), [("serve", "--group"), ("demo", "--group")])
def test_serving_installs_one_extra_and_no_tools(elsewhere, target, others):
    """Whoever wants the fake alone does not wait for what its tests need."""
    planned = make(elsewhere, "--dry-run", target).stdout
    assert "--editable '.[serve]'" in planned
    assert others not in planned
    # A contributor's .venv is cleared when it is made, whatever fake runs from it.
    assert ".venv/" not in planned


def test_serving_takes_the_environment_that_there_is(elsewhere):
    """A contributor's `.venv` serves, too, and nothing is installed."""
    (elsewhere / ".venv/bin").mkdir(parents=True)
    (elsewhere / ".venv/bin/python").symlink_to(sys.executable)
    (elsewhere / ".venv/ready").write_text(f"{elsewhere}\n")
    planned = make(elsewhere, "--dry-run", "serve").stdout
    assert planned.split() == ["exec", ".venv/bin/plugproof", "serve"]


PROGRESS = MAKEFILE.parent / ".ci/progress"


def test_a_step_tells_what_it_does_and_how_long_it_takes():
    """One line on standard error; what the command says is nobody's business while all goes well."""
    done = subprocess.run([PROGRESS, "Make tea", "echo", "chatter"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(r"Make tea \.\.\. \d+ s\n", done.stderr)


def test_a_step_that_fails_shows_what_was_said():
    """With the code that it failed with."""
    command = [PROGRESS, "Make tea", "sh", "-c", "echo no water; exit 7"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (7, "")
    assert done.stderr == "Make tea ... failed\nno water\n"


def test_a_failed_installation_ends_with_what_it_needs():
    """The last line is ours: pip's own are many, and the cause is far above them."""
    command = [PROGRESS, "Install tea", "sh", "-c", "echo no shop; exit 1"]
    last = subprocess.run(command, capture_output=True, text=True, timeout=60).stderr.splitlines()[-1]
    assert last.startswith("'Install tea' failed: the lines above say why.")
    assert "without a network" in last
