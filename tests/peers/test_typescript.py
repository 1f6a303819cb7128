"""The TypeScript package by its own tests, as it is packed, and beside the checker on answers drawn at random."""

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from plugproof_contracts.typescript.suite import example
from plugproof_strategies import exchanges, violating_exchanges

ROOT = Path(__file__).parents[2]
NPM = ROOT / ".venv/npm/node_modules"
PACKAGE = ROOT / "contracts/typescript"
EXAMPLE = ROOT / "examples/typescript/session.ts"
DRAWN = 80


def run(folder: Path, *command: str | Path, **variables: str) -> str:
    """Run a command in a folder, and return what it printed."""
    environment = os.environ | variables
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, compiled and packed; the example is compiled with it."""
    if not (NPM / "zod").is_dir():
        absent = "there is no Zod: `make peers` installs it"
        return pytest.fail(absent) if os.environ.get("CI") == "true" else pytest.skip(absent)
    folder = tmp_path_factory.mktemp("typescript") / "contract"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("build", "node_modules"))
    (folder / "node_modules").symlink_to(NPM)
    shutil.copy(EXAMPLE, folder / "test/example.ts")
    run(folder, "npm", "pack", "--silent", "--offline")
    return folder


def test_the_package_passes_its_own_tests(package):
    """Under Node, on what the strictest compiler made."""
    tests = sorted(str(path) for path in (package / "build/test").glob("*.test.js"))
    assert "# fail 0" in run(package, "node", "--test", "--test-reporter=tap", *tests)


def test_the_packed_package_does_what_the_example_shows(package, tmp_path, fake):
    """It is used from a folder that has it and Zod, on a session of the fake."""
    place = tmp_path / "node_modules/@plugproof/contract"
    with tarfile.open(next(package.glob("*.tgz"))) as packed:
        packed.extractall(tmp_path, filter="data")
    shutil.copytree(tmp_path / "package", place)
    (tmp_path / "node_modules/zod").symlink_to(NPM / "zod")
    shutil.copy(package / "build/test/example.js", tmp_path / "example.mjs")
    token = fake.ask("POST", "/sessions", {"status": "charging"})["token"]
    url = f"{fake.api}/v3/public-charging/sessions/{token}"
    assert run(tmp_path, "node", "example.mjs", url) == "charging -> stopping | settling\n"


def test_the_packed_package_holds_no_tests_and_no_address(package):
    """What a user downloads is the code, its types and the README."""
    with tarfile.open(next(package.glob("*.tgz"))) as packed:
        names = packed.getnames()
    others = {f"package/{name}" for name in ("package.json", "README.md", "LICENSE")}
    assert {name for name in names if not name.startswith("package/build/src/")} == others
    assert "package/build/src/index.d.ts" in names


def test_answers_drawn_at_random_are_judged_alike(package, tmp_path):
    """The same rules at the same fields, with the same words, as the checker in Python."""
    told: list[dict[str, object]] = []

    @settings(
        max_examples=DRAWN,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(exchanges(), violating_exchanges().map(lambda drawn: drawn[0])))
    def draw(exchange):
        if (found := example(exchange)) is not None:
            told.append(found)

    draw()
    suite = tmp_path / "suite.json"
    suite.write_text(json.dumps({"examples": told, "moments": []}))
    assert sum(bool(one["findings"]) for one in told) > DRAWN / 10
    command = ("node", "--test", "--test-reporter=tap", "build/test/conformance.test.js")
    assert "# fail 0" in run(package, *command, PLUGPROOF_SUITE=str(suite))
