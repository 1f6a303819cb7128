"""What users may import: `plugproof` and the packages' own names, and nothing else is shown to them."""

import ast
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import plugproof

ROOT = Path(__file__).parents[2]
PACKAGES = tuple(plugproof._PUBLIC)
HEAVY = {
    "click", "httpx", "httpx2", "hypothesis", "jsonschema_rs", "msgspec", "pytest", "respx", "starlette",
    "uvicorn", "yaml",
}  # fmt: skip
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"^```(?:python|py)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def shown() -> list[tuple[str, str]]:
    """Return every piece of Python that users are shown, with the place where it stands."""
    blocks = [(page.name, block) for page in PAGES for block in CODE.findall(page.read_text("utf-8"))]
    examples = [(path.name, path.read_text("utf-8")) for path in sorted((ROOT / "examples").rglob("*.py"))]
    return blocks + examples


def imports_of(code: str) -> list[tuple[str, str]]:
    """Return module and name of every import of ours; a module that is imported whole has no name."""
    nodes = list(ast.walk(ast.parse(code)))
    named = [
        (one.module or "", alias.name) for one in nodes if isinstance(one, ast.ImportFrom) for alias in one.names
    ]
    whole = [(alias.name, "") for one in nodes if isinstance(one, ast.Import) for alias in one.names]
    return [(module, name) for module, name in named + whole if module.startswith("plugproof")]


@pytest.mark.parametrize(("place", "code"), shown(), ids=lambda value: value if len(value) < 40 else "")
def test_pages_and_examples_import_public_names_only(place, code):
    """What is shown to users may be relied on."""
    try:
        imported = imports_of(code)
    except SyntaxError:  # a fragment, such as a line of output
        return
    allowed = {*plugproof.__all__, "", "__version__"}
    assert not [f"{module}.{name}" for module, name in imported if module != "plugproof" or name not in allowed]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_page_shows_an_import_of_a_private_package(page):
    """Not in its sentences either, nor in commands for a shell."""
    assert not re.findall(r"(?:from plugproof_\w+ import|import plugproof_(?!rules)).*", page.read_text("utf-8"))


@pytest.mark.parametrize("package", PACKAGES)
def test_the_front_package_has_every_public_name(package):
    """`plugproof` re-exports what each package lists in `__all__`, in that order."""
    assert list(plugproof._PUBLIC[package]) == list(importlib.import_module(package).__all__)


def test_every_public_name_is_there():
    """No name is listed that can't be imported, and none stands for two things."""
    names = [name for names in plugproof._PUBLIC.values() for name in names]
    assert sorted(plugproof.__all__) == sorted(names)
    assert len(names) == len(set(names))
    assert all(getattr(plugproof, name) is not None for name in names)


def test_an_unknown_name_is_told():
    """An editor's mistake gets the ordinary error, with a way on."""
    with pytest.raises(AttributeError, match="dir"):
        _ = plugproof.FakePlugchoices
    assert "FakePlugchoice" in dir(plugproof)


def test_importing_the_front_package_imports_nothing_heavy():
    """`import plugproof` is cheap until a name is used."""
    code = "import json, sys, plugproof; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(json.loads(done.stdout))
    assert not loaded & HEAVY
    assert {name for name in loaded if name.startswith("plugproof")} == {"plugproof"}


@pytest.mark.parametrize("module", ["plugproof", "plugproof_mockserver", "plugproof_cli"])
def test_each_package_can_be_run(module):
    """`python -m` starts the command line by each of its names."""
    done = subprocess.run(
        [sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("plugproof ")


@pytest.mark.parametrize("name", [name for name in plugproof.__all__ if name.endswith("Error")])
def test_every_public_exception_has_the_one_base(name):
    """`except PlugproofError` catches whatever plugproof raises on purpose."""
    assert issubclass(getattr(plugproof, name), plugproof.PlugproofError)
