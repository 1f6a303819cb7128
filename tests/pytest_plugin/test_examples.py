"""The examples run, and the page about the plugin shows them as they are."""

import re
import shutil
from pathlib import Path

import pytest

from plugproof_pytest.marker import UNKNOWN_ROUTES
from plugproof_pytest.options import OPTIONS

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path for path in (ROOT / "examples" / "pytest").iterdir() if path.is_dir())
PAGE = (ROOT / "docs" / "pytest.md").read_text()
SHOWN = re.findall(r"^\[(examples/\S+)\]\(\.\./\1\)\n\n```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FILES = sorted(str(path.relative_to(ROOT)) for folder in EXAMPLES for path in folder.glob("*.*"))


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("options", [(), ("-n", "2", "-p", "randomly")], ids=["alone", "two-workers"])
def test_an_example_runs(run, pytester, folder, options):
    shutil.copytree(folder, pytester.path, dirs_exist_ok=True)
    watched = ("--plugchoice-check", "--plugchoice-coverage", "--plugchoice-guard", "-W", "error")
    done = run("", *watched, *options, how="subprocess")
    assert done.ret == pytest.ExitCode.OK
    assert set(done.parseoutcomes()) <= {"passed", "skipped"}


def test_the_page_shows_every_file_of_the_examples():
    assert sorted(name for name, _ in SHOWN) == FILES


@pytest.mark.parametrize(("name", "text"), SHOWN)
def test_the_page_shows_a_file_as_it_is(name, text):
    assert (ROOT / name).read_text() == text


def test_the_page_knows_every_option_and_no_other():
    options = {f"--plugchoice-{row.name}" for row in OPTIONS} | {"--no-plugchoice-guard"}
    assert set(re.findall(r"--(?:no-)?plugchoice-[a-z-]+", PAGE)) == options


def test_the_page_knows_every_argument_of_the_plugins_own():
    assert "`check=False`" in PAGE
    assert f'`unknown_routes="{UNKNOWN_ROUTES[1]}"`' in PAGE
