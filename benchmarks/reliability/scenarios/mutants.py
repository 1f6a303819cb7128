"""Defects put into the code on purpose, one at a time, by cosmic-ray: how many of them the tests find.

There are thousands, so a sample is drawn of each area, always the same one unless `MUTANTS_SEED` is another
number. It is made in a copy of the tree: the tests of the area run on each, and the first that fails finds it.
Two kinds are left out: in unions of types, since whatever is done to them fails at import; and in the examples
beside a rule, which are tests. What changes nothing, so that no test can find it, counts as not found.
"""

import ast
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from benchmarks.reliability.outcome import Outcome

ROOT = Path(__file__).parents[3]
TOOL = ROOT / ".venv" / "mutants" / "bin" / "cosmic-ray"
FEWEST = 0.9
TIMEOUT = 120
EXAMPLES = ("conforming", "violating")
SEED = int(os.environ.get("MUTANTS_SEED", "14"))
ROOTS = ("contracts", "strategies", "mockserver", ".")
CONFIG = """
[cosmic-ray]
module-path = {modules}
timeout = {timeout}
excluded-modules = []
test-command = "{command}"

[cosmic-ray.distributor]
name = "local"
"""
THERE = """
SELECT job_id, module_path, start_pos_row FROM mutation_specs
WHERE operator_name NOT LIKE 'core/ReplaceBinaryOperator_BitOr%'
ORDER BY module_path, start_pos_row, start_pos_col, operator_name, operator_args
"""
FOUND = "SELECT count(*) FROM work_results WHERE test_outcome != 'SURVIVED'"
LEFT = """
SELECT module_path, start_pos_row, operator_name FROM mutation_specs JOIN work_results USING (job_id)
WHERE test_outcome = 'SURVIVED' ORDER BY 1, 2
"""


class Area(NamedTuple):
    """Modules, as globs below the packages, and the tests that are to find what is wrong with them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


AREAS = {
    "limiter": Area(
        ("mockserver/plugproof_mockserver/world/nouns/rate_*.py",),
        ("tests/mockserver/world/test_rate_limiter.py",),
    ),
    "lifecycle": Area(
        (
            "contracts/plugproof_contracts/facts/session_lifecycle.py",
            "mockserver/plugproof_mockserver/engine/transitions.py",
        ),
        (
            "tests/contracts/facts/test_lifecycle.py",
            "tests/mockserver/engine/test_transitions.py",
            "tests/mockserver/world/test_pairs.py",
        ),
    ),
    "rules": Area(("contracts/plugproof_contracts/rules/families/*.py",), ("tests/contracts/rules",)),
    "redaction": Area(("contracts/plugproof_contracts/secrets/*.py",), ("tests/contracts/secrets",)),
    "verdict": Area(
        (
            "contracts/plugproof_contracts/conformance/check_report.py",
            "contracts/plugproof_contracts/reports/builder.py",
        ),
        ("tests/conformance/test_verdict.py", "tests/contracts/reports/test_reports_verdict.py"),
    ),
}


def run_limiter(size: int) -> Outcome:
    """Put so many defects into the limiter."""
    return _run("limiter", size)


def run_lifecycle(size: int) -> Outcome:
    """Put so many defects into the lifecycle."""
    return _run("lifecycle", size)


def run_rules(size: int) -> Outcome:
    """Put so many defects into the rules."""
    return _run("rules", size)


def run_redaction(size: int) -> Outcome:
    """Put so many defects into what keeps secrets out of texts."""
    return _run("redaction", size)


def run_verdict(size: int) -> Outcome:
    """Put so many defects into what decides on a verdict."""
    return _run("verdict", size)


def _run(name: str, size: int) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        _copy(tree)
        _configure(tree, AREAS[name])
        _cosmic_ray(tree, "baseline", "config.toml")
        _cosmic_ray(tree, "init", "config.toml", "session.sqlite")
        with closing(sqlite3.connect(tree / "session.sqlite")) as session:
            there = _draw(session, size, tree)
        _cosmic_ray(tree, "exec", "config.toml", "session.sqlite")
        with closing(sqlite3.connect(tree / "session.sqlite")) as session:
            (found,) = session.execute(FOUND).fetchone()
            left = [f"{Path(path).name}:{row} {operator}" for path, row, operator in session.execute(LEFT)]
    made = found + len(left)
    score = found / made if made else 0.0
    losses = [f"{score:.0%} found; {FEWEST:.0%} are asked for. Left: {', '.join(left)}"] if score < FEWEST else []
    return Outcome(f"{found} of {made} found ({score:.0%}), drawn from {there:,} by {SEED}", tuple(losses))


def _copy(tree: Path) -> None:
    """Copy what git knows of."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)


def _configure(tree: Path, area: Area) -> None:
    modules = [str(path.relative_to(tree)) for pattern in area.modules for path in sorted(tree.glob(pattern))]
    tests = " ".join(area.tests)
    command = f"{sys.executable} -m pytest -q -x -p no:randomly -p no:cacheprovider {tests}"
    (tree / "config.toml").write_text(CONFIG.format(modules=modules, timeout=TIMEOUT, command=command))


def _draw(session: sqlite3.Connection, size: int, tree: Path) -> int:
    """Leave a sample of the mutants; return how many there were."""
    found = session.execute(THERE).fetchall()
    examples = {path: _example_lines(tree / path) for _, path, _ in found}
    there = [job for job, path, row in found if row not in examples[path]]
    drawn = random.Random(SEED).sample(there, min(size, len(there)))
    marks = ",".join("?" * len(drawn))
    for table in ("mutation_specs", "work_items"):
        session.execute(f"DELETE FROM {table} WHERE job_id NOT IN ({marks})", drawn)
    session.commit()
    return len(there)


def _example_lines(path: Path) -> set[int]:
    """Return the lines of what rules are told to find, and not to find."""
    words = (word for word in ast.walk(ast.parse(path.read_text())) if isinstance(word, ast.keyword))
    spans = ((word.lineno, word.end_lineno or 0) for word in words if word.arg in EXAMPLES)
    return {line for first, last in spans for line in range(first, last + 1)}


def _cosmic_ray(tree: Path, *arguments: str) -> None:
    if not TOOL.exists():
        raise RuntimeError("cosmic-ray is not installed: run `make mutants`")
    # A mutant may have the size and the second of what it replaces, so that bytecode would hide it.
    paths = os.pathsep.join(str(tree / root) for root in ROOTS)
    environment = os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([TOOL, *arguments], cwd=tree, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"cosmic-ray {arguments[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
