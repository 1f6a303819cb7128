"""The examples in other languages speak the protocol, keep the laws, and their glue is short."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from plugproof_harness import command_adapter, explore
from plugproof_harness.exploration.visit import CellState
from plugproof_harness.protocol.conformance import check_protocol

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples/harness"
TSC = ROOT / ".venv/npm/node_modules/.bin/tsc"
SOME = ["new/*", "charging/*", "created/confirm/*", "captured/*/none"]
BUGS = {
    "ConfirmsAgain": ("confirm.not-repeated-blindly", "created/confirm/*"),
    "HasNoPatience": ("limit.waits", "new/start/limit"),
    "KnowsEveryField": ("client.survives", "*/poll/unknown-field"),
    "ExpectsABill": ("client.survives", "*/poll/none"),
    "TakesATimeoutForANo": ("refusal.true", "charging/stop/*"),
}
"""The law that each bug breaks, and where."""


def program(name: str, reason: str, *, is_required: bool = False) -> str:
    """Return the path of a program; without it the test is skipped, or fails where CI has to have it."""
    if found := shutil.which(name):
        return found
    return pytest.fail(reason) if is_required and os.environ.get("CI") == "true" else pytest.skip(reason)


def build(*command: object, folder: Path) -> None:
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def typescript(tmp_path_factory):
    """The TypeScript example, checked and compiled."""
    node = program("node", "node is not installed", is_required=True)
    compiler = program(str(TSC), "there is no TypeScript: `make peers` installs it", is_required=True)
    built = tmp_path_factory.mktemp("typescript")
    types = TSC.parents[1] / "@types"
    build(compiler, "-p", ".", "--outDir", built, "--typeRoots", types, folder=EXAMPLES / "typescript")
    shutil.copy(EXAMPLES / "typescript/package.json", built)
    return [node, str(built / "adapter.js")]


@pytest.fixture(scope="module")
def go(tmp_path_factory):
    """The Go example, built."""
    built = tmp_path_factory.mktemp("go") / "client"
    build(program("go", "go is not installed"), "build", "-o", built, ".", folder=EXAMPLES / "go")
    return [str(built)]


@pytest.fixture(scope="module")
def java(tmp_path_factory):
    """The Java example, compiled."""
    compiler, runtime = (program(name, "java is not installed") for name in ("javac", "java"))
    built = tmp_path_factory.mktemp("java")
    sources = (EXAMPLES / "java").glob("*.java")
    build(compiler, "-Xlint:all,-serial", "-Werror", "-d", built, *sources, folder=built)
    return [runtime, "-XX:TieredStopAtLevel=1", "-cp", str(built), "Main"]


def explored(command: list[str], only: list[str]):
    adapter: Any = command_adapter(command)
    try:
        return explore(adapter, only=only)
    finally:
        adapter.process.kill()


@pytest.mark.parametrize("language", ["typescript", "go", "java"])
def test_an_example_speaks_the_protocol_and_keeps_the_laws(language, request):
    """The conformance script passes, every cell is met, and no law is broken."""
    command = request.getfixturevalue(language)
    assert [check for check in check_protocol(command) if check.complaint] == []
    assert set(explored(command, SOME).counts) == {CellState.MET}


@pytest.mark.parametrize("bug", BUGS)
def test_each_careless_bug_is_found_in_typescript(typescript, bug):
    """The same five bugs as in Python break the same laws."""
    law, cells = BUGS[bug]
    found = explored([*typescript, bug], [cells])
    assert {result.failure.law for result in found.of(CellState.BROKEN)} == {law}
    assert set(explored(typescript, [cells]).counts) == {CellState.MET}


@pytest.mark.parametrize("path", ["typescript/glue.ts", "go/glue.go", "java/Glue.java"])
def test_the_glue_is_at_most_40_lines(path):
    """Whoever writes it anew for another language reads it on one screen."""
    assert len((EXAMPLES / path).read_text().splitlines()) <= 40
