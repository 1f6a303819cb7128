"""Print the lowest version of each dependency that pyproject.toml allows, as constraints for pip."""

import tomllib
from pathlib import Path

from packaging.requirements import Requirement


def floor(requirement: Requirement) -> str:
    """Return the version after `>=`; a dependency without one has no floor that could be tested."""
    (version,) = (spec.version for spec in requirement.specifier if spec.operator in (">=", "=="))
    return f"{requirement.name}=={version}"


if __name__ == "__main__":
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    print("\n".join(floor(Requirement(text)) for text in project["dependencies"]))
