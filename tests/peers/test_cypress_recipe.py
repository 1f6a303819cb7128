"""The Cypress recipe by Cypress' own types; its browser can't be had everywhere, so it is not run."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NPM = ROOT / ".venv/npm/node_modules"
RECIPE = ROOT / "examples/browser/cypress.cy.js"
CHECK = ("--allowJs", "--checkJs", "--noEmit", "--strict", "--skipLibCheck")
AGAINST = ("--lib", "es2022,dom", "--types", "cypress")


def faults(text: str, folder: Path) -> str:
    """Return what TypeScript finds wrong with a test for Cypress."""
    if not (NPM / "cypress").is_dir():
        absent = "there is no Cypress: `make peers` installs its types"
        return pytest.fail(absent) if os.environ.get("CI") == "true" else pytest.skip(absent)
    (folder / "node_modules").symlink_to(NPM)
    (folder / "recipe.cy.js").write_text(text)
    command = [str(NPM / ".bin/tsc"), *CHECK, *AGAINST, "recipe.cy.js"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60).stdout


def test_the_recipe_is_what_cypress_understands(tmp_path):
    assert faults(RECIPE.read_text(), tmp_path) == ""


def test_a_recipe_with_a_wrong_call_is_found(tmp_path):
    """The check can fail: a call that Cypress does not have is an error."""
    assert "redirekt" in faults(RECIPE.read_text().replace("request.redirect", "request.redirekt"), tmp_path)
