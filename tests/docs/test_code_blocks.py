"""What a page shows as code is a tested file, runs, is a recorded run, or is held by a test that is named here."""

import inspect
import re
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.strategies._internal import types
from pages.code_blocks import ROOT, Block, blocks, pages
from pages.recorded_runs import rerun, without_what_passes
from pages.reference.markdown import GENERATED
from tests.docs.code_checks import CHECKS

from plugproof_strategies import hypothesis_entry

RULES = ROOT / "docs" / "reference" / "rules"
MEASURED = "Made by `make "
"""How a page begins whose figures, tables and pictures a measurement writes."""
READ = [
    path
    for path in pages()
    if RULES not in path.parents and not any(mark in path.read_text("utf-8") for mark in (GENERATED, MEASURED))
]
"""The pages that are written by hand; the bytes of the others are compared."""

HELD = {
    ("docs/how-to/harness.md", "refusal.true: in"): "test_the_report_on_the_page_is_the_report_that_is_made",
    (
        "docs/how-to/fuzz.md",
        "from plugproof import plugproof_rules",
    ): "test_the_page_shows_a_test_that_can_be_generated",
    ("docs/how-to/pytest.md", "[pytest]\nplugchoice_facts"): "test_an_ini_file_names_the_facts_of_every_fake",
    ("docs/how-to/pytest.md", "/data/status is"): "test_a_finding_is_one_line_and_a_place_is_told_once",
    ("docs/how-to/shell-completion.md", "# ~/.bashrc"): "test_the_script_of_a_shell_is_printed",
    ("docs/how-to/shell-completion.md", "# ~/.zshrc"): "test_the_script_of_a_shell_is_printed",
    ("docs/how-to/shell-completion.md", "# ~/.config/fish"): "test_the_script_of_a_shell_is_printed",
    ("docs/reference/check.md", "3. PUT"): "test_the_page_shows_a_line_of_a_plan",
    ("docs/reference/client-protocol.md", "→"): "test_the_page_shows_a_run_that_keeps_the_schema",
    ("docs/reference/client-protocol.md", "$ python -m"): "test_the_page_shows_every_check_of_the_script",
    ("docs/explanation/evidence.md", "contradicted"): "test_the_page_shows_what_is_told_of_a_contradiction",
}
"""Blocks that another test holds: the page and how the block begins, and the name of the test."""

TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"def (test_\w+)", path.read_text("utf-8"))
}
"""The name of every test."""

BLOCKS = [block for path in READ for block in blocks(path)]
RECORDED = [path for path in READ if any(block.language == "console" for block in blocks(path))]
EXAMPLES = {
    path.read_text("utf-8").strip()
    for path in (ROOT / "examples").rglob("*")
    if path.suffix in {".py", ".mjs", ".js", ".ts", ".yml", ".toml", ""}
    and path.is_file()
    and "node_modules" not in path.parts
}
"""The text of every file of the examples, each of which has a test of its own."""


def place(block: Block) -> str:
    return f"{block.page}:{block.line}"


def holder(block: Block) -> str | None:
    """Return the test that holds a block, where it is another one than those of this file."""
    found = [test for (page, start), test in HELD.items() if block.page == page and block.text.startswith(start)]
    return found[0] if found else None


def is_an_example(block: Block) -> bool:
    return block.text.strip() in EXAMPLES


def is_in_a_sitting(block: Block) -> bool:
    """Return whether a block is a file that the recorded runs of its page use."""
    return block.file is not None and not is_an_example(block) and ROOT / block.page in RECORDED


@pytest.mark.parametrize("block", BLOCKS, ids=place)
def test_every_block_of_code_has_a_test(block):
    """A block without a language that is checked, and without a test that is named, is no documentation."""
    assert holder(block) or block.language == "console" or block.language in CHECKS, (
        "give the block a language, make it a recorded run (console), or name the test that holds it in HELD"
    )


@pytest.mark.parametrize(
    "block", [block for block in BLOCKS if block.language in CHECKS and not is_an_example(block)], ids=place
)
def test_a_block_is_sound(block):
    """Data can be read, commands and options exist, programs in other languages are files of the examples."""
    assert list(CHECKS[block.language](block)) == []


@pytest.mark.parametrize("test", sorted(set(HELD.values())))
def test_a_named_test_exists(test):
    """The test that holds a block is there."""
    assert test in TESTS


@pytest.mark.parametrize(("page", "start"), HELD)
def test_a_held_block_is_there(page, start):
    """No entry outlives its block."""
    assert [block for block in BLOCKS if block.page == page and block.text.startswith(start)]


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.file], ids=place)
def test_a_named_file_is_shown_as_it_is(block):
    """A block that names a file of the examples has its text."""
    if block.file.startswith("examples/"):
        assert (ROOT / block.file).read_text("utf-8") == block.text
    else:
        assert is_in_a_sitting(block)


@pytest.fixture
def settled(monkeypatch, tmp_path):
    """Try few examples, leave Hypothesis as it was whatever a block sets, and write files elsewhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EXAMPLES_REDIS_URL", raising=False)
    monkeypatch.syspath_prepend(str(ROOT / "examples" / "harness"))
    monkeypatch.setattr(types, "_global_extra_lookup", dict(types._global_extra_lookup))
    hypothesis_entry.register()
    name, ci = settings.get_current_profile_name(), settings.get_profile("ci")
    settings.register_profile("page", settings(max_examples=10, deadline=None, database=None))
    settings.load_profile("page")
    yield
    settings.register_profile("ci", ci)
    settings.load_profile(name)
    for module in ("adapter", "careful"):
        sys.modules.pop(module, None)


@pytest.mark.parametrize(
    "block",
    [
        block
        for block in BLOCKS
        if block.language == "python" and not (holder(block) or is_an_example(block) or is_in_a_sitting(block))
    ],
    ids=place,
)
def test_a_block_of_python_runs_and_so_do_its_tests(block, settled):
    """What stands on a page alone works alone."""
    names: dict[str, object] = {"__name__": "page"}
    exec(compile(block.text, block.page, "exec"), names)
    for name, thing in names.items():
        if name.startswith("test_") and callable(thing) and not inspect.signature(thing).parameters:
            thing()


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: str(Path(path).relative_to(ROOT)))
def test_a_recorded_run_is_what_the_commands_print(path):
    """Run again, they print the same but for times, tokens and sizes; `make recordings` writes what changed."""
    for block, now in rerun(path):
        assert without_what_passes(block.text) == without_what_passes(now), place(block)
