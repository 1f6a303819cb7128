"""The laws of the structure, read from the sources."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]

ALLOWED = {
    "plugproof_contracts": set(),
    "plugproof_strategies": {"plugproof_contracts"},
    "plugproof_schemathesis": {"plugproof_contracts"},
    "plugproof_mockserver": {"plugproof_contracts"},
    "plugproof_cli": {
        "plugproof_contracts",
        "plugproof_mockserver",
        "plugproof_schemathesis",
        "plugproof_harness",
    },
    "plugproof_harness": {"plugproof_contracts", "plugproof_strategies", "plugproof_mockserver"},
    "plugproof_pytest": {"plugproof_contracts", "plugproof_strategies", "plugproof_mockserver"},
    "plugproof": {
        "plugproof_contracts",
        "plugproof_strategies",
        "plugproof_schemathesis",
        "plugproof_mockserver",
        "plugproof_harness",
        "plugproof_pytest",
    },
}
"""What each package may import of ours, besides itself."""

JUDGEMENT = {"errors", "extras", "facts", "secrets", "exchanges", "parsing", "rules", "checking"}
"""What those rooms need that tell how an API was judged."""

ROOMS = {
    "plugproof_contracts": {
        "errors": set(),
        "argument_kinds": set(),
        "literals": set(),
        "argument_checks": {"errors", "argument_kinds"},
        "extras": {"errors"},
        "facts": {"argument_checks"},
        "secrets": {"errors", "argument_checks"},
        "version": set(),
        "pages": {"version"},
        "exchanges": {"errors", "argument_checks", "facts", "secrets"},
        "parsing": {"errors", "facts", "secrets", "exchanges"},
        "rules": {"errors", "argument_checks", "secrets", "facts", "exchanges", "parsing"},
        "adapters": {"errors", "argument_checks", "facts", "secrets", "exchanges", "parsing", "version"},
        "learning": {"errors", "facts", "secrets", "exchanges", "parsing", "adapters"},
        "checking": {"errors", "argument_checks", "literals", "facts", "secrets", "exchanges", "parsing", "rules"}
        | {"adapters"},
        "mutations": {"facts", "exchanges", "rules", "checking"},
        "reports": JUDGEMENT | {"argument_checks", "version", "pages"},
        "evidence": JUDGEMENT | {"learning"},
        "conformance": JUDGEMENT
        | {"argument_checks", "argument_kinds", "evidence", "learning", "adapters", "reports"}
        | {"version", "pages"},
        "typescript": {"facts", "secrets", "exchanges", "parsing", "rules", "checking"},
        "__init__": {
            "errors",
            "extras",
            "adapters",
            "facts",
            "secrets",
            "exchanges",
            "rules",
            "checking",
            "reports",
            "evidence",
            "conformance",
        },
    },
    "plugproof_mockserver": {
        "public_types": set(),
        "model": set(),
        "http": {"model"},
        "engine": {"model", "http"},
        "stores": set(),
        "world": {"model", "http", "engine", "stores"},
        "control": {"model", "http", "engine", "stores", "world"},
        "browser": {"model", "http", "engine", "world"},
        "faces": {"http", "engine", "world"},
        "facts_file": {"model", "http"},
        "fake": {"facts_file", "public_types", "model", "http", "engine", "world", "control", "browser", "faces"},
        "replay": {"model", "http", "engine", "world", "fake"},
        "live_server": {"http", "world", "control", "browser", "faces", "fake"},
        "__init__": {"public_types", "model", "engine", "world", "faces", "fake", "live_server"},
        "__main__": set(),
    },
    "plugproof_harness": {
        "client": set(),
        "laws": {"client"},
        "runs": {"client", "laws"},
        "search": {"client", "laws", "runs"},
        "exploration": {"client", "laws", "runs"},
        "maps": {"exploration"},
        "protocol": {"client"},
        "simulation": {"client", "laws", "runs", "search", "exploration"},
        "__init__": {"client", "laws", "runs", "search", "exploration", "protocol", "simulation"},
    },
    "plugproof_pytest": {
        "known_secrets": set(),
        "options": set(),
        "marker": set(),
        "interception": {"known_secrets"},
        "fakes": {"known_secrets", "options", "marker", "interception"},
        "reporting": {"known_secrets", "marker", "fakes", "interception"},
        "features": {"known_secrets", "options", "interception", "reporting"},
        "plugin": {"known_secrets", "options", "marker", "fakes", "interception", "reporting", "features"},
        "entry": set(),
        "__init__": {"interception"},
    },
}
"""What each room of a package may import of its other rooms, lowest first: an arrow upwards is a defect."""

NEVER_IN_CONTRACTS = {"starlette", "hypothesis", "pytest", "respx"}
HEAVY = NEVER_IN_CONTRACTS | {"uvicorn", "httpx", "httpx2", "jsonschema_rs", "yaml", "jinja2", "rich", "click"}
"""What costs time to import, and which the models therefore do without."""

MACHINE_BOUND = re.compile(
    r"(?<![\w.~/-])/(home|root|work|Users)/[\w.]"
    r"|\b(files\.python[h]osted|registry\.npm[j]s|pypi\.org/[s]imple|deb\.de[b]ian\.org)"
)
"""Folders of one machine, and addresses of registries."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef

PACKAGES = {path.parent.name: path.parent for path in sorted(ROOT.glob("*/plugproof*/py.typed"))}
MODULES = [path for package in PACKAGES.values() for path in sorted(package.rglob("*.py"))]
CONTRACTS = sorted((ROOT / "contracts").rglob("*.py"))


def tracked() -> list[Path]:
    """Return the files that are in the repository or about to be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in sorted(set(listed.split("\0"))) if name and (path := ROOT / name).is_file()]


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[1]


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts[1:]
    return ".".join(parts).removesuffix(".__init__")


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> set[str]:
    """Return the dotted names that a module imports, at whatever depth and moment."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), dotted(path.parent))
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


def imported(path: Path) -> set[str]:
    """Return the top-level packages that a module imports."""
    return {name.partition(".")[0] for name in imports(path)}


def room_of(name: str) -> str:
    """Return the room that a dotted name lies in; a name of the package itself lies in `__init__`."""
    package, _, rest = name.partition(".")
    room = rest.partition(".")[0]
    return room if room in ROOMS[package] else "__init__"


def public(node: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    """Yield the public functions and classes that a module or a class defines, and theirs."""
    for child in node.body:
        if isinstance(child, Definition) and not child.name.startswith("_"):
            yield child
            if isinstance(child, ast.ClassDef):
                yield from public(child)


def is_overload(node: ast.AST) -> bool:
    return any(ast.unparse(decorator) == "overload" for decorator in getattr(node, "decorator_list", ()))


def lengths(path: Path) -> list[int]:
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, Function)]
    return [(node.end_lineno or node.lineno) - node.lineno + 1 for node in functions]


def python(code: str, *arguments: str) -> str:
    """Run code in a fresh interpreter in which a warning is an error, and return what it printed."""
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_package_is_known_typed_and_shipped():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert set(PACKAGES) <= set(ALLOWED)
    assert {path.parent.name for path in ROOT.glob("*/plugproof*/__init__.py")} <= set(PACKAGES)
    assert {label(path) for path in PACKAGES.values()} == set(project["targets"]["wheel"]["packages"])
    assert {label(path.parent) for path in PACKAGES.values()} == set(project["dev-mode-dirs"])


@pytest.mark.parametrize("path", [path for path in MODULES if path.stem != "__main__"], ids=label)
def test_imports_run_downwards_only(path):
    """A `__main__` is run and never imported, so the one of the fake may reach for the command line."""
    ours = {name for name in imported(path) if name in ALLOWED}
    assert ours <= ALLOWED[package_of(path)] | {package_of(path)}


def test_no_module_imports_itself_by_a_detour():
    """A package's face imports what lies in it, and what lies in it is imported below it: faces stand aside."""
    known = {dotted(path) for path in MODULES if path.stem != "__init__"}
    graph = {dotted(path): modules_of(path, known) for path in MODULES if path.stem != "__init__"}
    TopologicalSorter(graph).prepare()


def modules_of(path: Path, known: set[str]) -> set[str]:
    return {module for name in imports(path) for module in (name, name.rpartition(".")[0]) if module in known}


@pytest.mark.parametrize("path", [path for path in MODULES if package_of(path) in ROOMS], ids=label)
def test_rooms_import_downwards_only(path):
    package, room = package_of(path), room_of(dotted(path))
    used = {room_of(name) for name in imports(path) if name.partition(".")[0] == package}
    assert used <= ROOMS[package][room] | {room}


@pytest.mark.parametrize("package", ROOMS)
def test_every_room_is_in_the_table_and_in_no_circle(package):
    """Every room is in the table, and none leads back to itself."""
    here = {
        path.stem
        for path in PACKAGES[package].iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert here == set(ROOMS[package])
    TopologicalSorter(ROOMS[package]).prepare()


def test_a_room_has_at_most_12_modules():
    """A folder of more is split, in the packages and beside them."""
    beside = [path for folder in ("benchmarks", "pages") for path in (ROOT / folder).rglob("*.py")]
    sizes = Counter(path.parent for path in [*MODULES, *beside] if not path.stem.startswith("__"))
    assert [label(folder) for folder, size in sizes.items() if size > 12] == []


@pytest.mark.parametrize("path", CONTRACTS, ids=label)
def test_the_contract_imports_no_server_generator_or_runner(path):
    """The contract knows no server, no generator and no test runner."""
    assert not imported(path) & NEVER_IN_CONTRACTS


@pytest.mark.parametrize("path", [path for path in tracked() if path.suffix == ".py"], ids=label)
def test_a_module_has_at_most_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_the_median_function_has_fewer_than_ten_lines():
    assert median(length for path in MODULES for length in lengths(path)) < 10


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_whatever_is_public_says_what_it_is_for(path):
    silent = [node for node in public(tree(path)) if not (ast.get_docstring(node) or is_overload(node))]
    assert not [f"line {node.lineno}: {node.name}" for node in silent]


@pytest.mark.parametrize("path", tracked(), ids=label)
def test_no_file_names_a_folder_of_one_machine_or_a_registry(path):
    text = path.read_text(encoding="utf-8", errors="replace")
    assert not [match.group() for match in MACHINE_BOUND.finditer(text)]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_can_be_the_first_to_be_imported(package):
    names = [dotted(path) for path in PACKAGES[package].rglob("*.py") if path.stem != "__main__"]
    python(
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    for ours in [module for module in sys.modules if module.startswith('plugproof_')]:\n"
        "        del sys.modules[ours]\n"
        "    importlib.import_module(name)\n",
        *names,
    )


def test_importing_the_contract_imports_nothing_heavy():
    loaded = python("import sys, plugproof_contracts; print(*sys.modules)").split()
    assert "plugproof_contracts" in loaded
    assert not HEAVY & set(loaded)
