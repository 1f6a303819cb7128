"""`plugproof --version --json` tells the versions of all that matters."""

import json
import platform
from importlib.metadata import version

import pytest
from click.testing import CliRunner

from plugproof_cli import versions
from plugproof_cli.main import main
from plugproof_contracts.extras import EXTRAS
from plugproof_contracts.version import VERSION


@pytest.mark.parametrize("arguments", [["--version", "--json"], ["--json", "--version"]])
def test_versions_are_told_as_json(arguments):
    """In whatever order the two options stand."""
    told = json.loads(CliRunner().invoke(main, arguments).stdout)
    assert told["plugproof"] == VERSION
    assert told["python"] == platform.python_version()
    assert list(told["extras"]) == list(EXTRAS)
    assert told["extras"]["serve"]["packages"]["starlette"] == version("starlette")


def test_an_extra_brings_the_packages_of_those_it_includes():
    """`plugproof[mcp]` is not complete without a server."""
    assert set(EXTRAS["serve"]) < set(versions.packages_of("mcp"))


@pytest.mark.parametrize(("missing", "incomplete"), [("starlette", {"serve", "mcp"}), ("redis", {"redis"})])
def test_an_extra_without_a_package_is_not_installed(monkeypatch, missing, incomplete):
    """The package is told as null, by every extra that brings it."""
    installed = versions.installed
    monkeypatch.setattr(versions, "installed", lambda name: None if name == missing else installed(name))
    told = json.loads(versions.as_json())["extras"]
    assert {name for name, extra in told.items() if not extra["installed"]} == incomplete
    assert all(told[name]["packages"][missing] is None for name in incomplete)


def test_json_before_a_command_is_refused():
    """A command has a `--json` of its own, behind it."""
    done = CliRunner().invoke(main, ["--json", "rules"])
    assert done.exit_code == 2
    assert "--version" in done.stderr
