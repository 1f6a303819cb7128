"""A name means one thing in the whole project, so that it can be found and said aloud."""

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted(ROOT.glob("*/plugproof*/**/*.py"))


def repeated(names: Iterable[tuple[str, Path]]) -> dict[str, list[str]]:
    """Return the names that stand in several places, and the places."""
    places: dict[str, list[str]] = defaultdict(list)
    for name, path in names:
        places[name].append(str(path.relative_to(ROOT)))
    return {name: found for name, found in places.items() if len(found) > 1}


def test_every_class_name_is_unique():
    """No two classes of the project have the same name, whatever package or module they are in."""
    classes = (
        (node.name, path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    found = repeated(classes)
    assert not found


def test_every_module_name_is_unique():
    """No two modules of the project have the same name, whatever package or room they are in."""
    found = repeated((path.stem, path) for path in MODULES if path.stem not in ("__init__", "__main__"))
    assert not found
