"""The examples run, and the page about the plugin shows them as they are."""

import re
import shutil
from pathlib import Path

import pytest

from plugproof_pytest.marker import UNKNOWN_ROUTES
from plugproof_pytest.options import OPTIONS

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path for path in (ROOT / "examples" / "pytest").iterdir() if path.is_dir())
PAGE = (ROOT / "docs" / "reference" / "pytest-plugin.md").read_text("utf-8")
GUIDES = "".join(
    (ROOT / "docs" / "how-to" / f"{name}.md").read_text("utf-8") for name in ("pytest", "frozen-clock")
)
SHOWN = re.findall(r"^`(examples/pytest/\S+)`\n\n```\w+\n(.*?)^```$", GUIDES, re.MULTILINE | re.DOTALL)
FILES = sorted(str(path.relative_to(ROOT)) for folder in EXAMPLES for path in folder.glob("*.*"))


@pytest.fixture
def runs(run_apart, pytester):
    """Asserts that examples run, watched by everything that the plugin has."""

    def runs(*folders, options=()):
        for folder in folders:
            shutil.copytree(folder, pytester.path / folder.name)
        watched = ("--plugchoice-check", "--plugchoice-coverage", "--plugchoice-guard", "-W", "error")
        done = run_apart("", *watched, *options, "-p", "anyio.pytest_plugin")
        assert done.ret == pytest.ExitCode.OK
        assert set(done.parseoutcomes()) <= {"passed", "skipped"}

    return runs


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_an_example_runs(runs, folder):
    runs(folder)


def test_the_examples_run_in_random_order_on_two_workers(runs, two_workers):
    """The examples run together in random order on two workers."""
    runs(*EXAMPLES, options=(*two_workers, "-p", "pytest_randomly"))


def test_the_guides_show_every_file_of_the_examples():
    assert sorted(name for name, _ in SHOWN) == FILES


@pytest.mark.parametrize(("name", "text"), SHOWN)
def test_a_guide_shows_a_file_as_it_is(name, text):
    assert (ROOT / name).read_text() == text


def test_the_page_knows_every_option_and_no_other():
    options = {f"--plugchoice-{row.name}" for row in OPTIONS} | {"--no-plugchoice-guard"}
    assert set(re.findall(r"--(?:no-)?plugchoice-[a-z-]+", PAGE)) == options


def test_the_page_knows_every_argument_of_the_plugins_own():
    assert "`check=False`" in PAGE
    assert f'`unknown_routes="{UNKNOWN_ROUTES[1]}"`' in PAGE
