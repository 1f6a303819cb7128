import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LINES = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
PINS = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in LINES)}
EXTRAS = PROJECT["project"].get("optional-dependencies", {}).values()
DECLARED = sorted(
    {
        *PROJECT["build-system"]["requires"],
        *PROJECT["project"]["dependencies"],
        *PROJECT["dependency-groups"]["dev"],
        *PROJECT["dependency-groups"]["site"],
        *(requirement for extra in EXTRAS for requirement in extra),
    }
    - {text for text in PROJECT["dependency-groups"]["dev"] if text.startswith("plugproof[")}
    - {text for extra in EXTRAS for text in extra if text.startswith("plugproof[")}
)


@pytest.mark.parametrize("line", LINES)
def test_a_constraint_is_one_exact_version_and_nothing_else(line):
    assert re.fullmatch(r"[\w.-]+==[\w.]+( ; [\w '\".<>=]+)?", line)


@pytest.mark.parametrize("declared", DECLARED)
def test_what_is_declared_is_pinned_within_its_range(declared):
    requirement = Requirement(declared)
    assert requirement.specifier.contains(PINS[canonicalize_name(requirement.name)])
