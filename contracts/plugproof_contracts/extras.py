"""The extras of the package, and the one line that names an extra where a package of it is missing.

`pip install plugproof` brings what the plugin and `check()` need. All else comes with an extra, and is imported
when it is first used, below `name_missing_extra`.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from plugproof_contracts.errors import PlugproofError

EXTRAS = {
    "serve": (
        "anyio",
        "h11",
        "httptools",
        "jinja2",
        "prometheus_client",
        "sse_starlette",
        "starlette",
        "uvicorn",
        "uvloop",
    ),
    "check": ("h11", "jinja2", "pygal", "sqlalchemy"),
    "strategies": ("hypothesis", "jsonschema_rs"),
    "fuzz": ("jinja2", "schemathesis"),
    "redis": ("redis",),
    "postgres": ("psycopg",),
    "mcp": ("mcp",),
}
"""Each extra with the packages that are looked for when it is missing, by the names that are imported."""

INCLUDED = {"fuzz": ("strategies",), "mcp": ("serve",), "postgres": ("check",), "redis": ("strategies",)}
"""The extras that an extra brings besides its own packages."""

_EXTRA_OF = {package: extra for extra, packages in EXTRAS.items() for package in packages} | {
    "h11": "check",
    "jinja2": "check",
}


class MissingPackageError(PlugproofError, ModuleNotFoundError):
    """A package that the use needs is not installed; the text says what to install."""


def extra_line(package: str) -> str | None:
    """Return the line about a missing package, or None for a package that no extra brings."""
    extra = _EXTRA_OF.get(package)
    return extra and f"{package} is not installed: pip install 'plugproof[{extra}]'"


@contextmanager
def name_missing_extra() -> Iterator[None]:
    """Raise `MissingPackageError` in place of the error about a package that an extra brings."""
    try:
        yield
    except MissingPackageError:
        raise
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        line = extra_line(package)
        if line is None:
            raise
        raise MissingPackageError(line, name=package) from None


@contextmanager
def exit_without_extra() -> Iterator[None]:
    """End a program with the line about the extra that it misses, and exit code 2."""
    try:
        with name_missing_extra():
            yield
    except MissingPackageError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


def require(package: str) -> None:
    """Raise `MissingPackageError` where a package of an extra is missing."""
    with name_missing_extra():
        import_module(package)


def import_public(package: str, home: str, name: str) -> object:
    """Import a public name of a package of ours from its module."""
    with name_missing_extra():
        found: object = getattr(import_module(f"{package}.{home}"), name)
        return found
