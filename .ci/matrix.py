"""Use the built package in clean environments: each extra alone, oldest and newest versions, several Pythons.

    python .ci/matrix.py FOLDER [--all] [PYTHON…]

makes the environments below FOLDER. Without `--all` it makes those that every change has to pass: as pinned, and
with the oldest dependencies. It prints a line for each, and ends with 1 when one of them fails.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from floors import EXTRAS, floors

ROOT = Path(__file__).parents[1]
SMOKE = ROOT / ".ci/smoke"
CLIENTS = ("httpx", "httpx2")
QUIET = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": "1"}
FILES = {
    "": ("core", "alone"),
    "serve": ("core", "serve"),
    "check": ("core", "check"),
    "strategies": ("core", "strategies"),
    "fuzz": ("core", "strategies", "fuzz"),
    "redis": ("core", "strategies"),
    "postgres": ("core", "check", "postgres"),
    "mcp": ("core", "serve", "mcp"),
    "all": ("core", "serve", "check", "strategies", "fuzz", "postgres", "mcp", "clients"),
}
"""The files of `.ci/smoke` that each extra has to pass."""


class Environment(NamedTuple):
    """One clean environment: who runs it, what is installed, and at which versions."""

    python: str
    extra: str
    versions: str
    package: str = "wheel"
    others: tuple[str, ...] = ()

    def __str__(self) -> str:
        name = f"plugproof[{self.extra}]" if self.extra else "plugproof"
        return " ".join((self.python, name, self.versions, self.package, *self.others))


def quick(python: str) -> Iterator[Environment]:
    """Yield what every change has to pass."""
    yield Environment(python, "", "pinned")
    yield Environment(python, "all", "pinned", "sdist", CLIENTS)
    yield Environment(python, "all", "lowest", "wheel", CLIENTS)


def whole(pythons: Sequence[str]) -> Iterator[Environment]:
    """Yield each extra alone, at the oldest versions and at the newest, and all of them on each Python."""
    for extra in ("", *EXTRAS):
        others = CLIENTS if extra == "all" else ()
        yield Environment(pythons[0], extra, "lowest", others=others)
        yield Environment(pythons[-1], extra, "newest", others=others)
    for python in pythons:
        yield Environment(python, "", "newest", "sdist")
        yield Environment(python, "all", "pinned", "wheel", CLIENTS)


def main(folder: Path, arguments: Sequence[str]) -> int:
    """Make the environments one after the other."""
    pythons = [one for one in arguments if one != "--all"] or [sys.executable]
    failed = 0
    for number, one in enumerate(whole(pythons) if "--all" in arguments else quick(pythons[0])):
        began = time.monotonic()
        problem = use(one, folder, folder / str(number))
        print(f"{'FAILED' if problem else 'ok':<7}{time.monotonic() - began:>4.0f} s  {one}", flush=True)
        print(problem, end="")
        failed += bool(problem)
    return int(failed > 0)


def use(one: Environment, folder: Path, place: Path) -> str:
    """Make one environment and try it; return what went wrong, nothing when all is well."""
    (package,) = folder.glob("*.whl" if one.package == "wheel" else "*.tar.gz")
    pins = folder / f"{one.versions}.txt"
    pins.write_text({"pinned": pinned, "lowest": lowest, "newest": str}[one.versions]())
    python, wanted = place / "bin/python", f"{package}[{one.extra}]" if one.extra else package
    steps: tuple[tuple[object, ...], ...] = (
        (one.python, "-m", "venv", "--clear", place),
        (python, "-m", "pip", "install", "--constraint", pins, wanted, *one.others),
        (python, "-m", "pip", "check"),
        (python, "-P", "-m", "pytest", "-q", "-c", SMOKE / "pytest.ini", "-p", "no:cacheprovider", *files(one)),
    )
    return next(filter(None, map(run, steps)), "")


def files(one: Environment) -> list[Path]:
    """Return the smoke tests that an environment has to pass."""
    return [SMOKE / f"test_{name}.py" for name in FILES[one.extra]]


def pinned() -> str:
    """Return the versions that `make` installs."""
    return (ROOT / "constraints.txt").read_text()


def lowest() -> str:
    """Return the oldest versions that are allowed."""
    return "\n".join(floors())


def run(command: Sequence[object]) -> str:
    """Run a command in a neutral place; return its output if it fails."""
    words = list(map(str, command))
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=SMOKE, env=QUIET)
    return done.stdout if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2:]))
