"""What the package weighs where nothing but it was installed, and what it says about the rest."""

import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

import plugproof

MOST_PACKAGES, MOST_BYTES = 12, 30_000_000
OF_THE_ENVIRONMENT = {"pip", "setuptools"}


def test_the_package_alone_is_light():
    """At most twelve packages, itself included, of at most 30 MB on disk."""
    there = [one for one in distributions() if one.metadata["Name"] not in OF_THE_ENVIRONMENT]
    files = [Path(str(file.locate())) for one in there for file in one.files or () if file.suffix != ".pyc"]
    assert len(there) <= MOST_PACKAGES
    assert sum(file.stat().st_size for file in files if file.is_file()) <= MOST_BYTES


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (("serve",), "serve"),
        (("proxy", "http://127.0.0.1:9/api"), "serve"),
        (("check", "http://127.0.0.1:9/api"), "check"),
        (("report",), "check"),
        (("fuzz", "http://127.0.0.1:9/api"), "fuzz"),
        (("mcp",), "mcp"),
    ],
)
def test_a_command_names_the_extra_that_it_misses(arguments, extra):
    """One line, and the exit code of a mistake in the call."""
    command = [sys.executable, "-m", "plugproof", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert ran.stderr.count("\n") == 1
    assert f"pip install 'plugproof[{extra}]'" in ran.stderr


def test_a_name_names_the_extra_that_it_misses():
    """An import error says what to install."""
    with pytest.raises(ImportError, match=r"pip install 'plugproof\[strategies\]'"):
        _ = plugproof.sessions
