"""What `plugproof --version` tells: versions, and which extras are complete."""

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from plugproof_contracts.extras import EXTRAS, INCLUDED
from plugproof_contracts.version import VERSION


def installed(package: str) -> str | None:
    """Return the version of a package, by the name that is imported, or None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def packages_of(extra: str) -> tuple[str, ...]:
    """Return every package that an extra brings, with those of the extras that it includes."""
    others = (package for name in INCLUDED.get(extra, ()) for package in packages_of(name))
    return tuple(dict.fromkeys((*EXTRAS[extra], *others)))


def extra_versions(extra: str) -> dict[str, Any]:
    """Return whether all packages of an extra are installed, and the version of each, None where it is missing."""
    found = {package: installed(package) for package in packages_of(extra)}
    return {"installed": None not in found.values(), "packages": found}


def as_json() -> str:
    """Return all of it as one JSON object."""
    told = {
        "plugproof": VERSION,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.system().lower(),
        "extras": {extra: extra_versions(extra) for extra in EXTRAS},
    }
    return json.dumps(told, indent=2)


def as_text() -> str:
    """Return the line of `--version`."""
    return f"plugproof {VERSION}"
