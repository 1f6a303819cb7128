"""How the plugin is installed, named, left out, and what it imports."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


@pytest.fixture
def installed(pytester, monkeypatch):
    """The plugin as it is installed: by the entry point that the project declares."""
    entry_points = tomllib.loads(PROJECT.read_text())["project"]["entry-points"]["pytest11"]
    folder = pytester.mkdir("site") / "plugproof-0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: plugproof\nVersion: 0\n")
    lines = [f"{name} = {module}" for name, module in entry_points.items()]
    (folder / "entry_points.txt").write_text("\n".join(["[pytest11]", *lines]))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder.parent), *filter(None, sys.path)]))
    pytester.makepyfile("def test_it(plugchoice, plugchoice_server): pass")


DEAR = ("schemathesis", "hypothesispytest", "anyio", "asyncio", "respx", "pytest_httpx")
"""Other plugins that take long to import, by the names of their entry points."""

CHEAPLY = ("-p", "no:cacheprovider", *(f"-pno:{name}" for name in DEAR))


@pytest.mark.parametrize(
    ("conftest", "options"),
    [
        ("", ()),
        ("pytest_plugins = ['plugproof_pytest.plugin']", ()),
        ("pytest_plugins = ['plugproof_pytest']", ()),
        ("", ("-p", "plugproof_pytest.plugin")),
        ("", ("-p", "plugproof")),
        ("", ("-p", "no:plugproof", "-p", "plugproof_pytest.plugin")),
        ("", ("-n", "1")),
    ],
)
@pytest.mark.usefixtures("installed")
def test_the_installed_plugin_may_be_named_once_more(pytester, conftest, options):
    """The installed plugin is active and may be named once more."""
    pytester.makeconftest(conftest)
    pytester.runpytest_subprocess(*CHEAPLY, *options).assert_outcomes(passed=1)


@pytest.mark.usefixtures("installed")
def test_the_installed_plugin_stands_beside_all_others(pytester):
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


@pytest.mark.usefixtures("installed")
def test_the_installed_plugin_can_be_left_out(pytester):
    pytester.runpytest_subprocess(*CHEAPLY, "-p", "no:plugproof").assert_outcomes(errors=1)


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest 8.4 ends before it could tell us")
def test_another_plugin_with_our_options_is_refused(run_apart, pytester):
    pytester.makepyfile(other="def pytest_addoption(parser): parser.addoption('--plugchoice-check')")
    done = run_apart("", "-p", "other")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*plugproof can't add its options*-p no:plugproof*"])


HEAVY = {
    "httpx",
    "httpx2",
    "respx",
    "starlette",
    "hypothesis",
    "schemathesis",
    "jsonschema_rs",
    "msgspec",
    "uvicorn",
}


def test_an_unused_plugin_imports_only_the_standard_library():
    code = (
        "import sys, json, pytest\n"
        "before = set(sys.modules)\n"
        "import plugproof_pytest.plugin\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert {name for name in loaded if not name.startswith("plugproof_pytest")} <= set(sys.stdlib_module_names)


def test_a_whole_run_without_use_imports_nothing_heavy(run_apart):
    done = run_apart(f"""
import sys

def test_nothing_heavy():
    assert not {HEAVY!r} & set(sys.modules)
""")
    done.assert_outcomes(passed=1)
