"""What is written of the TypeScript package comes from the tables, and leaves no rule out without a reason."""

import json
from pathlib import Path

import pytest

from plugproof_contracts import RULES
from plugproof_contracts.typescript.__main__ import WRITTEN, main
from plugproof_contracts.typescript.statements import STATED, UNSTATED
from plugproof_contracts.version import VERSION

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "contracts/typescript"
SINGLE = {rule.slug for rule in RULES.values() if not rule.is_trace}


@pytest.mark.parametrize("name", [*WRITTEN, "README.md"])
def test_what_is_committed_is_what_is_generated(tmp_path, name):
    """To the byte; `make typescript` writes it anew."""
    committed = (PACKAGE / name).read_bytes()
    (tmp_path / "README.md").write_bytes((PACKAGE / "README.md").read_bytes())
    main(tmp_path)
    assert (tmp_path / name).read_bytes() == committed


def test_a_rule_of_single_answers_is_stated_or_has_a_reason():
    """One of the two, and not both."""
    assert set(STATED) | set(UNSTATED) == SINGLE
    assert not set(STATED) & set(UNSTATED)


def test_rules_are_stated_in_the_order_of_the_catalogue():
    """Findings come in that order."""
    written = (PACKAGE / "src/generated/rules.ts").read_text("utf-8")
    places = [written.index(f'{{"slug": "{slug}"') for slug in RULES if slug in STATED]
    assert places == sorted(places)


def test_the_readme_names_every_rule_that_is_not_stated():
    """Each in a row of its own, with the level and the reason."""
    rows = (PACKAGE / "README.md").read_text("utf-8").splitlines()
    for rule in RULES.values():
        named = [row for row in rows if row.startswith(f"| `{rule.slug}` | {rule.level} | ")]
        assert len(named) == (rule.slug not in STATED)


def test_the_npm_package_has_the_version_of_plugproof():
    """The two are released together, and without an address of a registry."""
    package = json.loads((PACKAGE / "package.json").read_text("utf-8"))
    assert package["version"] == VERSION
    assert "publishConfig" not in package
    assert (PACKAGE / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert not (PACKAGE / "package-lock.json").exists()


def test_the_page_shows_the_lines_of_the_readme():
    """Those of the example, which `tests/peers/` compiles and runs on the fake."""
    example = (ROOT / "examples/typescript/session.ts").read_text("utf-8")
    for path in (PACKAGE / "README.md", ROOT / "docs/how-to/typescript.md"):
        assert path.read_text("utf-8").partition("```ts\n")[2].partition("```")[0] == example


def test_the_page_counts_the_rules_that_are_checked():
    """Of those that are not, the README has the list."""
    page = (ROOT / "docs/how-to/typescript.md").read_text("utf-8")
    assert f"as data: {len(STATED)} rules are checked" in page
