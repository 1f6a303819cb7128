"""Every claim of README names what holds it, its counts are those of the code, and its links lead somewhere."""

import re
import tomllib

import pytest
from pages.code_blocks import BLOCK, ROOT
from pages.measured_figures import BEGIN, END

from plugproof_contracts.conformance.probing.plan import plan
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session import Status
from plugproof_mockserver.model.session_scenarios import SCENARIOS

README = (ROOT / "README.md").read_text("utf-8")
MARK = re.compile(r"<!-- (?:held by (?P<held>[^>]+)|no claim) -->")
HOLDERS = sorted(
    {name.strip() for mark in MARK.finditer(README) for name in (mark["held"] or "").split(",")} - {""}
)
SOURCES = [path for folder in ("tests", "examples") for path in (ROOT / folder).rglob("test_*.py")]
TESTS = {name for path in SOURCES for name in re.findall(r"def (test_\w+)", path.read_text("utf-8"))}
TARGETS = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]


def passages() -> list[str]:
    """Return every paragraph and every item of a list, but for the table of figures."""
    before, _, rest = README.partition(BEGIN)
    prose = f"{before}{rest.partition(END)[2]}"
    prose = re.sub(r"^(#.*|!\[.*|\[.*\]: .*|`[\w./]+`)$", "", BLOCK.sub("", prose), flags=re.MULTILINE)
    return [part for part in re.split(r"\n\s*\n|\n(?=- )", prose) if part.strip()]


@pytest.mark.parametrize("passage", passages(), ids=lambda passage: passage.strip()[:40])
def test_a_passage_names_what_holds_it(passage):
    """A paragraph or an item names its tests or its measurement, or says that it claims nothing."""
    assert len(MARK.findall(passage)) == 1


@pytest.mark.parametrize("holder", HOLDERS)
def test_what_holds_a_claim_is_there(holder):
    """It is a test of the suite or of the examples, or a target of the Makefile."""
    kind, _, target = holder.partition(" ")
    assert target in TARGETS if kind == "make" else holder in TESTS


@pytest.mark.parametrize(
    "text",
    [
        f"{len(SCENARIOS)} of them reach all {len(Status)} statuses",
        f"It brings {NUMBERS[len(PACKAGES)]} packages",
        f"the same takes {NUMBERS[len(plan(()))]} careful requests",
        f"the {NUMBERS[len(OPERATIONS)]} public-charging operations",
    ],
)
def test_a_count_of_readme_is_that_of_the_code(text):
    """No number in its prose is older than what it counts."""
    assert text in " ".join(README.split())


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", README))))
def test_a_link_leads_to_something(link):
    """A link is a file of the repository; the release makes addresses of them."""
    assert (ROOT / link).exists()
