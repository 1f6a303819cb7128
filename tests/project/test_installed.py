"""The package is used as a stranger installs it, and its oldest dependencies are ones that it works with."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
GROUPS = (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
DEPENDENCIES = [
    text for text in dict.fromkeys(text for group in GROUPS for text in group) if not text.startswith("plugproof[")
]


def test_every_dependency_has_one_floor_and_it_is_what_is_tested():
    """`.ci/floors.py` prints exactly the lowest version that is declared."""
    command = [sys.executable, ROOT / ".ci/floors.py"]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()
    clients = [text for text in PYPROJECT["dependency-groups"]["dev"] if text.startswith("httpx")]
    declared = [Requirement(text) for text in (*DEPENDENCIES, *clients)]
    assert len(printed) == len(declared)
    for line, requirement in zip(printed, declared, strict=True):
        name, _, version = line.partition("==")
        assert name == requirement.name
        assert requirement.specifier.contains(version)


@pytest.mark.parametrize("target", ["test", "lint", "installed"])
def test_a_fresh_clone_is_checked_as_a_whole(target):
    """`.ci/run` runs the tests, the linters, and the wheel in clean environments."""
    assert f"quietly make {target}\n" in (ROOT / ".ci/run").read_text()
