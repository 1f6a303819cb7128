"""Use the built package in clean environments: each extra alone, oldest and newest versions, several Pythons.

    python .ci/matrix.py FOLDER [--all [--page PAGE]] [PYTHON…]

makes the environments below FOLDER, in which the wheel and the sdist lie. Without `--all` it makes those that
every change has to pass: as pinned, and with the oldest dependencies. It prints a line for each, with the packages
that were installed and their size on disk, and ends with 1 when one of them fails. A PAGE gets the table of all.
"""

import csv
import os
import platform
import subprocess
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from floors import EXTRAS, floors

ROOT = Path(__file__).parents[1]
SMOKE = ROOT / ".ci/smoke"
CLIENTS = ("httpx", "httpx2")
BEGIN, END = "<!-- written by make matrix -->\n", "<!-- end -->"
"""Between these marks of a page stands the table."""
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
OLD_PYTEST = "pytest 8.4"
"""The newest of the older major version, which takes versions of its own of what is built on pytest."""
PLUGINS = (
    *("aiohttp", "aioresponses-ng", "httpx", "httpx2", "pytest-asyncio", "pytest-httpx", "pytest-randomly"),
    *("pytest-xdist", "requests", "requests-mock", "respx", "responses", "trio", "vcrpy"),
)
"""What the plugin's own tests need besides the package."""


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
    yield Environment(pythons[0], "all", OLD_PYTEST, "wheel", PLUGINS)
    for python in pythons:
        yield Environment(python, "", "newest", "sdist")
        yield Environment(python, "all", "pinned", "wheel", CLIENTS)


class Outcome(NamedTuple):
    """What became of an environment: what went wrong (nothing when all is well), and what it weighs."""

    environment: Environment
    python: str
    problem: str
    packages: int
    megabytes: float

    def __str__(self) -> str:
        weight = f"{self.packages:>3} packages {self.megabytes:>5.1f} MB"
        return f"{'FAILED' if self.problem else 'ok':<7}{weight}  {self.environment}"


def main(folder: Path, arguments: Sequence[str]) -> int:
    """Make the environments one after the other."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--page", type=Path)
    parser.add_argument("pythons", nargs="*", default=[sys.executable])
    asked = parser.parse_args(arguments)
    outcomes = []
    for number, one in enumerate(whole(asked.pythons) if asked.all else quick(asked.pythons[0])):
        outcomes.append(use(one, folder, folder / str(number)))
        print(outcomes[-1], flush=True)
        print(outcomes[-1].problem, end="")
    if asked.page:
        asked.page.write_text(written(asked.page.read_text("utf-8"), outcomes), encoding="utf-8")
    return int(any(outcome.problem for outcome in outcomes))


def use(one: Environment, folder: Path, place: Path) -> Outcome:
    """Make one environment and try it."""
    (package,) = folder.glob("*.whl" if one.package == "wheel" else "*.tar.gz")
    pins = folder / f"{one.versions}.txt"
    pins.write_text({"pinned": pinned, "lowest": lowest, "newest": str, OLD_PYTEST: old_pytest}[one.versions]())
    python, wanted = place / "bin/python", f"{package}[{one.extra}]" if one.extra else package
    steps: tuple[tuple[object, ...], ...] = (
        (one.python, "-m", "venv", "--clear", place),
        (python, "-m", "pip", "install", "--constraint", pins, wanted, *one.others),
        (python, "-m", "pip", "check"),
        (python, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests(one)),
    )
    problem = next(filter(None, map(run, steps)), "")
    packages = [path for path in place.glob("lib/python*/site-packages/*.dist-info") if not is_of_venv(path)]
    version = subprocess.run([one.python, "-V"], capture_output=True, text=True, check=False).stdout.split()[-1]
    return Outcome(one, version, problem, len(packages), sum(map(size, packages)) / 1e6)


def is_of_venv(info: Path) -> bool:
    """Return whether a distribution was there before anything was installed."""
    return info.name.partition("-")[0] in ("pip", "setuptools")


def size(info: Path) -> int:
    """Return the bytes of a distribution's files, but for what Python compiles of them."""
    with (info / "RECORD").open(encoding="utf-8", newline="") as record:
        files = [info.parent / row[0] for row in csv.reader(record) if not row[0].endswith(".pyc")]
    return sum(path.stat().st_size for path in files if path.is_file())


def written(page: str, outcomes: Iterable[Outcome]) -> str:
    """Return a page with the table of outcomes between its marks."""
    before, _, rest = page.partition(BEGIN)
    return "\n".join((before + BEGIN, *table(outcomes), END)) + rest.partition(END)[2]


def table(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield the lines of the table, with the day and the machine."""
    day = datetime.now(UTC).date().isoformat()
    yield f"Measured on {day}, on {platform.system()} ({platform.machine()}).\n"
    yield "| Python | installed | versions | from | packages | MB | works |"
    yield "|---|---|---|---|---:|---:|---|"
    for outcome in outcomes:
        one = outcome.environment
        name = f"`plugproof[{one.extra}]`" if one.extra else "`plugproof`"
        others = ("what the plugin's tests need",) if one.others == PLUGINS else one.others
        installed, works = ", ".join((name, *others)), "**no**" if outcome.problem else "yes"
        weight = f"{outcome.packages} | {outcome.megabytes:.1f}"
        yield f"| {outcome.python} | {installed} | {one.versions} | {one.package} | {weight} | {works} |"
    yield ""


def tests(one: Environment) -> Iterator[object]:
    """Yield what pytest is told: the smoke tests that an environment has to pass, or the tests of the plugin."""
    if one.versions == OLD_PYTEST:
        yield from ("-c", ROOT / "pyproject.toml", "-n", "2", "--dist", "loadscope", ROOT / "tests/pytest_plugin")
    else:
        yield from ("-c", SMOKE / "pytest.ini", *(SMOKE / f"test_{name}.py" for name in FILES[one.extra]))


def pinned() -> str:
    """Return the versions that `make` installs."""
    return (ROOT / "constraints.txt").read_text()


def old_pytest() -> str:
    """Return these versions, but for pytest and its plugins, with the newest pytest 8.4."""
    return "\n".join(("pytest==8.4.*", *(pin for pin in pinned().splitlines() if not pin.startswith("pytest"))))


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
