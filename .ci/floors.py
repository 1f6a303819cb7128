"""Print the lowest version of each dependency that pyproject.toml allows, as constraints for pip."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

PYPROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = tuple(PROJECT["optional-dependencies"])
CLIENTS = ("httpx", "httpx2")
"""What users bring, at the versions that the tests are run with."""


def requirements() -> Iterator[Requirement]:
    """Yield each dependency once: of the package, of its extras, and the clients."""
    groups = (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    declared = dict.fromkeys(text for group in groups for text in group)
    yield from (one for one in map(Requirement, declared) if one.name != PROJECT["name"])
    ours = (Requirement(text) for text in PYPROJECT["dependency-groups"]["dev"])
    yield from (one for one in ours if one.name in CLIENTS)


def floors() -> Iterator[str]:
    """Yield the version after `>=` of each; a dependency without one has no floor that could be tested."""
    for requirement in requirements():
        (version,) = (spec.version for spec in requirement.specifier if spec.operator in (">=", "=="))
        yield f"{requirement.name}=={version}"


if __name__ == "__main__":
    print("\n".join(floors()))
