"""Redocly and Spectral have nothing to say of our documents: printed, served, and the control plane's."""

import json
import os
import subprocess
from pathlib import Path

import httpx2
import pytest

SUMMARY_IS_ENOUGH = {"extends": ["spectral:oas"], "rules": {"operation-description": "off"}}
OFFLINE = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


@pytest.fixture(scope="module")
def documents(fake, document, plugproof_links, tmp_path_factory) -> list[Path]:
    """Every document that we give away, as a file."""
    folder = tmp_path_factory.mktemp("documents")
    served = {"served": f"{fake.api}/openapi.json", "control": f"{fake.control}/openapi.json"}
    for name, url in served.items():
        (folder / f"{name}.json").write_bytes(httpx2.get(url).raise_for_status().content)
    return [document, plugproof_links, *sorted(folder.iterdir())]


def lint(*command):
    """Run a linter and return what it exited with and what it said."""
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ | OFFLINE)
    return ran.returncode, ran.stdout + ran.stderr


def broken(document: Path, folder: Path) -> Path:
    """The document without a description of its first answer."""
    found = json.loads(document.read_text())
    path = next(iter(found["paths"].values()))
    del next(iter(path.values()))["responses"]
    (folder / "broken.json").write_text(json.dumps(found))
    return folder / "broken.json"


def test_redocly_finds_nothing(redocly, documents, tmp_path):
    """Not even its strictest set of rules does."""
    strict = (redocly, "lint", "--extends=recommended-strict")
    code, said = lint(*strict, *documents)
    assert code == 0, said
    assert lint(*strict, broken(documents[-1], tmp_path))[0] == 1


def test_spectral_finds_nothing(spectral, documents, tmp_path):
    """Not even a hint; an operation that has a summary needs no description besides."""
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps(SUMMARY_IS_ENOUGH))
    strict = (spectral, "lint", "--ruleset", rules, "--fail-severity", "hint")
    code, said = lint(*strict, *documents)
    assert code == 0, said
    assert lint(*strict, broken(documents[-1], tmp_path))[0] == 1
