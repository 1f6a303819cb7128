"""What contributors are told, what their tools do, and what the checks run are one thing."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()


def test_contributors_are_told_only_of_targets_that_there_are():
    """Every `make TARGET` of CONTRIBUTING.md is one of the Makefile's."""
    told = re.findall(r"make ([a-z]+)", (ROOT / "CONTRIBUTING.md").read_text())
    assert {"quick", "test", "lint"} <= set(told) <= set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


def test_the_fast_tests_are_where_quick_looks_for_them():
    """A folder that moves takes its name in the Makefile along."""
    folders = re.findall(r"^FAST := (.*)$", MAKEFILE, re.MULTILINE)[0].split()
    assert folders
    assert [folder for folder in folders if not list((ROOT / folder).rglob("test_*.py"))] == []


@pytest.mark.parametrize("folder", ["tests", "examples"])
def test_types_are_checked_beyond_the_packages(folder):
    """Tests and examples are among what mypy reads."""
    (command,) = [line for line in MAKEFILE.splitlines() if "-m mypy" in line]
    assert folder in command.split()


def test_pull_requests_are_checked_on_every_promised_python():
    """The workflow's matrix has the versions of the classifiers and runs the whole check."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/checks.yml").read_text())
    job = workflow["jobs"]["checks"]
    promised = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    assert job["strategy"]["matrix"]["python"] == promised
    assert job["steps"][-1]["run"] == ".ci/run"
    assert "pull_request" in workflow[True], "YAML 1.1 reads the key `on` as true"


def test_the_name_of_a_test_has_at_most_60_characters():
    """A test has a name that fits a line of a report, and the law is in its docstring."""
    sources = [path for folder in ("tests", "examples") for path in sorted((ROOT / folder).rglob("*.py"))]
    names = [(name, path) for path in sources for name in re.findall(r"def (test_\w+)", path.read_text("utf-8"))]
    assert names
    assert [(name, str(path.relative_to(ROOT))) for name, path in names if len(name) > 60] == []


ODD = re.compile(
    r"\b(?:that|what|which|it|one|found) (?:is|are) (?:none\b|no (?!longer|room|more))"
    r"|[Ss]ay whether|\blest\b|\bof late\b|\bin peace\b|\bwhat it comes to\b"
)
"""Turns of phrase that nobody says: "what is no number" is "what is not a number", or "anything but a number"."""


def test_texts_are_in_plain_words():
    """Docstrings, messages and pages are free of inversions and quaint words."""
    folders = ("contracts", "mockserver", "strategies", "docs")
    paths = [path for name in folders for path in (ROOT / name).rglob("*") if path.suffix in (".py", ".md")]
    found = [(str(path.relative_to(ROOT)), one) for path in paths for one in ODD.findall(path.read_text("utf-8"))]
    assert found == []


def test_hooks_fetch_nothing():
    """They are all local, and what they call is there."""
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    commands = [hook["entry"].split() for hook in repos[0]["hooks"]]
    assert {command[0] for command in commands} == {".venv/bin/ruff", "make", ".ci/subject"}


def test_editors_and_the_formatter_agree_on_a_line():
    """The longest line is the same to both."""
    told = re.findall(r"max_line_length = (\d+)", (ROOT / ".editorconfig").read_text())
    assert told == [str(PROJECT["tool"]["ruff"]["line-length"])]


@pytest.mark.parametrize(
    ("message", "is_allowed"),
    [
        ("wire: bound the heads of requests\n\nWhy.\n", True),
        ("ci, docs: say why", True),
        ("Merge branch 'a'", True),
        (f"wire: {'x' * 66}", True),
        (f"wire: {'x' * 67}", False),
        ("Bound the heads", False),
        ("wire:bound the heads", False),
        ("", False),
    ],
)
def test_a_subject_is_an_area_and_what(tmp_path, message, is_allowed):
    """At most 72 characters; a refusal says what is allowed."""
    file = tmp_path / "COMMIT_EDITMSG"
    file.write_text(message)
    ran = subprocess.run([ROOT / ".ci/subject", file], capture_output=True, text=True, timeout=60)
    assert (ran.returncode == 0) is is_allowed
    assert is_allowed or "allowed is 'area: what' of at most 72" in ran.stderr
