"""The slim core, what each extra adds, and the one line about an extra that is missing."""

import ast
import importlib.metadata
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import plugproof
from plugproof_cli.versions import packages_of
from plugproof_contracts.extras import EXTRAS, INCLUDED, MissingPackageError, extra_line, require
from plugproof_mockserver import FakePlugchoice

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CORE = {Requirement(text).name for text in PROJECT["dependencies"]}
DECLARED = PROJECT["optional-dependencies"]
FOLDERS = ("contracts", "strategies", "mockserver")
IMPORTED_AS = {"pyyaml": "yaml"}
"""Distributions whose package has another name than they."""
WITH_OTHERS = {"pydantic", "pyrate_limiter", "requests"}
"""What a declared dependency brings for sure: of mcp and Schemathesis."""
OF_USERS = {"httpx", "httpx2", "respx"}
"""Clients of the user's, of which the fake answers those that are there."""
BLOCKED = sorted(
    {package for packages in EXTRAS.values() for package in packages} | OF_USERS | WITH_OTHERS - {"_pytest"}
)
MOST_PACKAGES, MOST_BYTES = 12, 30_000_000


def declared(extra: str) -> set[str]:
    """Return the packages of an extra by the names that are imported."""
    names = {Requirement(text).name for text in DECLARED[extra]} - {"plugproof"}
    return {name.replace("-", "_").lower() for name in names}


@pytest.mark.parametrize("extra", sorted({*DECLARED, *EXTRAS} - {"all"}))
def test_an_extra_is_declared_as_the_code_knows_it(extra):
    """The table in the code and the table in pyproject.toml name the same packages."""
    assert declared(extra) == set(EXTRAS[extra])


@pytest.mark.parametrize("extra", sorted(EXTRAS))
def test_an_extra_includes_what_the_code_knows(extra):
    """`plugproof[mcp]` brings `plugproof[serve]`, and so on."""
    included = {
        name for one in map(Requirement, DECLARED[extra]) if one.name == "plugproof" for name in one.extras
    }
    assert included == set(INCLUDED.get(extra, ()))


def test_all_is_every_extra():
    """`plugproof[all]` leaves none out."""
    (one,) = map(Requirement, DECLARED["all"])
    assert one.extras == set(EXTRAS)


def imported(path: Path) -> set[str]:
    """Return the packages that a module imports, at its top or later."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names)


def test_every_import_is_of_a_declared_dependency():
    """What the packages import is brought by the core or by an extra, or is a client of the user's."""
    known = {IMPORTED_AS.get(name, name) for name in CORE} | {"_pytest", *BLOCKED}
    modules = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    strange = {str(path.relative_to(ROOT)): imported(path) - known for path in modules}
    assert not {
        path: names for path, names in strange.items() if any(not name.startswith("plugproof") for name in names)
    }


def closure(names: set[str]) -> set[str]:
    """Return the distributions that come with some, themselves included."""
    found: set[str] = set()
    waiting: set[str] = {canonicalize_name(name) for name in names}
    while waiting:
        name = waiting.pop()
        found.add(name)
        needed = map(Requirement, importlib.metadata.requires(name) or ())
        waiting |= {
            canonicalize_name(one.name) for one in needed if not one.marker or one.marker.evaluate()
        } - found
    return found


def test_the_plugin_alone_is_light():
    """`pip install plugproof` brings at most twelve packages, itself included, of at most 30 MB."""
    with_it = closure(CORE)
    assert len(with_it) + 1 <= MOST_PACKAGES
    files = [file for name in with_it for file in importlib.metadata.files(name) or () if file.suffix != ".pyc"]
    ours = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix != ".pyc"]
    paths = [*(Path(str(file.locate())) for file in files), *ours]
    assert sum(path.stat().st_size for path in paths if path.is_file()) <= MOST_BYTES


@pytest.fixture(scope="module")
def met(tmp_path_factory) -> dict:
    """What every command and every public name says where no extra is installed."""
    folder = tmp_path_factory.mktemp("blocked")
    (folder / "adapter_on_a_socket.py").write_text(
        "from plugproof import Adapter\n"
        "class Client(Adapter):\n"
        "    def __init__(self, api): api.serve()\n"
        "    def start(self, code, connector_id): ...\n"
        "    def poll(self, session): ...\n"
    )
    environment = os.environ | {"PYTHONPATH": str(folder), "XDG_STATE_HOME": str(folder)}
    command = [sys.executable, Path(__file__).with_name("blocked.py"), ",".join(PROGRAMS), *BLOCKED]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=100, cwd=folder, env=environment
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("call", "package", "extra"),
    [
        ("serve", "uvicorn", "serve"),
        ("proxy", "uvicorn", "serve"),
        ("explore", "starlette", "serve"),
        ("check", "sqlalchemy", "check"),
        ("report", "sqlalchemy", "check"),
        ("inspect --report html", "jinja2", "check"),
        ("fuzz", "schemathesis", "fuzz"),
        ("mcp", "mcp", "mcp"),
    ],
)
def test_a_command_names_the_extra_that_it_misses(met, call, package, extra):
    """It ends at once, with one line and the code of a mistake in the call."""
    assert met["calls"][call] == [2, f"Error: {package} is not installed: pip install 'plugproof[{extra}]'\n"]


@pytest.mark.parametrize("call", ["rules", "scenarios", "lifecycle", "openapi"])
def test_a_command_of_the_core_needs_no_extra(met, call):
    """What only reads the contract works everywhere."""
    assert met["calls"][call][0] == 0


def test_recordings_are_judged_without_an_extra(met):
    """`plugproof inspect` comes with the core: it complains of the file, not of a package."""
    code, output = met["calls"]["inspect"]
    assert code == 3
    assert "no.har" in output


PROGRAMS = sorted(
    ".".join(path.relative_to(ROOT / folder).with_suffix("").parts).removesuffix(".__main__")
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
    if 'if __name__ == "__main__":' in path.read_text("utf-8")
)
"""Every module that `python -m` runs."""


def test_the_programs_are_found():
    """Those that users are told of are among them."""
    assert {"plugproof", "plugproof_cli.demo", "plugproof_harness.protocol"} <= set(PROGRAMS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_names_the_extra_that_it_misses(met, name):
    """It does its work, complains of its arguments, or names the extra in one line; it shows no traceback."""
    code, output = met["programs"][name]
    assert "Traceback" not in output
    assert code in (0, 1, 2)
    if "is not installed" in output:
        assert code == 2
        assert output.count("\n") == 1
        assert "pip install 'plugproof[" in output


@pytest.mark.parametrize(("name", "extra"), [("plugproof_cli.demo", "serve"), ("plugproof", "serve")])
def test_a_program_that_serves_names_the_extra(met, name, extra):
    """The demo and the command need the same extra, and no client."""
    assert met["programs"][name][0] == 2
    assert f"pip install 'plugproof[{extra}]'" in met["programs"][name][1]


MODULES_OF = {
    "check": ("plugproof_contracts.conformance.conformance_check", "plugproof_cli.commands.report"),
    "fuzz": ("plugproof_schemathesis.fuzz_run", "plugproof_schemathesis.fuzz_report"),
    "mcp": ("plugproof_cli.mcp_server",),
    "serve": ("plugproof_mockserver.live_server", "plugproof_mockserver.faces.uvicorn_server"),
    "strategies": ("plugproof_strategies", "plugproof_harness"),
}
"""What each extra is for; to import it needs no other extra."""


@pytest.mark.parametrize("extra", sorted(MODULES_OF))
def test_an_extra_alone_needs_no_other(extra):
    """Its modules can be imported where the packages of all other extras are missing."""
    there = {name.replace("-", "_") for name in closure({canonicalize_name(one) for one in packages_of(extra)})}
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        f"from blocked import Blocker; sys.meta_path.insert(0, Blocker({set(BLOCKED) - there!r}))\n"
        + "\n".join(f"import {module}" for module in MODULES_OF[extra])
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


EXTRA_OF_NAME = {
    **dict.fromkeys(plugproof._PUBLIC["plugproof_strategies"], "strategies"),
    **dict.fromkeys(plugproof._PUBLIC["plugproof_schemathesis"], "fuzz"),
    "client_machine": "strategies",
    "CheckOptions": "check",
    "HistoryError": "check",
    "run_check": "check",
    "LiveServer": "serve",
    "ServerStartError": "serve",
    "UnknownRouteError": "httpx2",
    "Transport": "httpx2",
    "AsyncTransport": "httpx2",
}
"""What each public name needs besides the core: an extra, or a client."""


@pytest.mark.parametrize("name", plugproof.__all__)
def test_a_public_name_names_the_extra_that_it_misses(met, name):
    """A name of the core is there; any other one tells in one line what to install."""
    needed, line = EXTRA_OF_NAME.get(name), met["names"][name]
    wanted = f"plugproof[{needed}]" if needed in EXTRAS else needed
    assert line.count("\n") == 0
    assert line == "" if wanted is None else "pip install" in line and wanted in line


def test_a_missing_package_is_an_import_error():
    """`pytest.importorskip` and `except ImportError` work as with any package."""
    with pytest.raises(ImportError, match="no_such_package") as caught:
        require("no_such_package")
    assert not isinstance(caught.value, MissingPackageError)
    assert issubclass(MissingPackageError, ModuleNotFoundError)
    assert extra_line("no_such_package") is None


@pytest.mark.parametrize(
    ("fixture", "line"),
    [
        ("plugchoice", "neither httpx nor httpx2 is installed: pip install httpx2"),
        ("plugchoice_server", "starlette is not installed: pip install 'plugproof[serve]'"),
    ],
)
def test_a_fixture_names_what_it_misses(pytester, monkeypatch, fixture, line):
    """The test fails with one line, without a traceback."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    pytester.makeconftest(
        f"import sys\nfrom blocked import Blocker\nsys.meta_path.insert(0, Blocker(set({BLOCKED!r})))\n"
    )
    pytester.makepyfile(f"def test_it({fixture}): pass")
    done = pytester.runpytest_subprocess(
        *("-p", "plugproof_pytest.plugin", "-p", "no:cacheprovider"),
        *(
            f"-pno:{name}"
            for name in ("schemathesis", "hypothesispytest", "anyio", "asyncio", "respx", "pytest_httpx")
        ),
    )
    done.assert_outcomes(errors=1)
    assert line in done.stdout.lines
    assert "Traceback" not in done.stdout.str()


@pytest.mark.parametrize("missing", ["httpx", "httpx2"])
def test_one_client_is_enough(missing):
    """The fake answers whichever of httpx and httpx2 is there."""
    there = ({"httpx", "httpx2"} - {missing}).pop()
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        f"from blocked import Blocker; sys.meta_path.insert(0, Blocker({{{missing!r}}}))\n"
        f"import {there}; from plugproof import FakePlugchoice\n"
        f"client = {there}.Client(transport=FakePlugchoice().transport())\n"
        "print(client.get('https://app.plugchoice.com/api/v3/public-charging/chargers/HAPPY').status_code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "200\n", done.stderr


def test_an_asgi_application_names_what_it_misses(monkeypatch):
    """`fake.asgi` is a Starlette application, which an extra brings."""
    for name in [name for name in sys.modules if name.startswith("plugproof_mockserver.browser")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    with pytest.raises(MissingPackageError, match=r"plugproof\[serve\]"):
        _ = FakePlugchoice().asgi
