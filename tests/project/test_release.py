"""What is released has one version everywhere, and a changelog that says what is new."""

import importlib.util
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plugproof_contracts.version import VERSION

ROOT = Path(__file__).parents[2]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")
PACKAGE = (ROOT / "contracts/typescript/package.json").read_text("utf-8")
TODAY = datetime.now(UTC).date().isoformat()


@pytest.fixture(scope="module")
def release():
    """The script of `make release`."""
    spec = importlib.util.spec_from_file_location("release", ROOT / ".ci/release.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_version_changelog_and_packages_agree(release):
    """The code's version is the latest released section, below what is not released yet, and npm's."""
    assert release.version() == VERSION
    assert list(release.complaints(CHANGELOG, PACKAGE, TODAY)) == []


def test_the_package_takes_its_version_from_the_code():
    """pyproject.toml names the module, and no version of its own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "contracts/plugproof_contracts/version.py"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("## [Unreleased]\n", "", "does not begin with"),
        (f"## [{VERSION}] - ", "## [9.9.9] - ", f"is 9.9.9 and the version {VERSION}"),
        (f"## [{VERSION}] - ", f"## [{VERSION}] - 9", "has the date"),
        (f"## [{VERSION}] - ", f"## [{VERSION}] - soon ", "has the date"),
    ],
)
def test_a_changelog_of_no_release_is_refused(release, old, new, complaint):
    """Without a place for what comes, of another version, or without a day that has been."""
    assert old in CHANGELOG
    found = release.complaints(CHANGELOG.replace(old, new, 1), PACKAGE, TODAY)
    assert any(complaint in one for one in found)


def test_an_npm_package_of_another_version_is_refused(release):
    """The two are released together."""
    (found,) = release.complaints(CHANGELOG, PACKAGE.replace(VERSION, "9.9.9"), TODAY)
    assert "package.json has the version 9.9.9" in found


def test_no_address_is_invented():
    """The project has no public address yet, so its metadata names none."""
    assert "urls" not in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_spelling_is_checked_where_people_read():
    """`make lint`, which CI runs, looks for misspelt words in pages and in code with its messages."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (spelled,) = [line for line in makefile.splitlines() if line.startswith("SPELLED :=")]
    assert {"*.md", "docs", "contracts", "strategies", "mockserver"} <= set(spelled.split())
    assert "codespell_lib --quiet-level 3 $(SPELLED)" in makefile
