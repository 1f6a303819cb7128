"""The example of a good client lives in peace, and each bug of the careless one is found."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from plugproof_harness import BrokenLawError, client_machine, replay
from plugproof_harness.runs.steps import parse_step
from plugproof_harness.search.shrinking import without

EXAMPLES = Path(__file__).parents[2] / "examples/harness"
DOCS = EXAMPLES.parents[1] / "docs"
PAGE = (DOCS / "how-to/harness.md").read_text("utf-8")
LAWS_PAGE = (DOCS / "reference/harness-laws.md").read_text("utf-8")

BUGS = {
    "ConfirmsAgain": ("confirm.not-repeated-blindly", ["start HAPPY 1", "fault confirm 500", "confirm 1"]),
    "HasNoPatience": ("limit.waits", ["limit start", "start HAPPY 1"]),
    "KnowsEveryField": ("client.survives", ["start HAPPY 1", "fault get unknown-field", "poll 1"]),
    "ExpectsABill": ("client.survives", ["start HAPPY 1", "cancel 1"]),
    "TakesATimeoutForANo": (
        "refusal.true",
        ["start HAPPY 1", "meanwhile 1 charging", "fault stop 504", "stop 1"],
    ),
}
"""The law that each bug breaks, and a shortest life in which it does."""


@pytest.fixture(scope="module")
def adapter(examples):
    """Makes the adapter of the examples for a client by name."""

    def make(name: str) -> Any:
        client = getattr(examples.careless, name)
        return type("ScanToPayAdapter", (examples.adapter.ScanToPayAdapter,), {"client": client})

    return make


def live(adapter: Any, examples: int, *phases: Phase) -> None:
    rules = settings(
        max_examples=examples, database=None, deadline=None, phases=phases, report_multiple_bugs=False
    )
    run_state_machine_as_test(client_machine(adapter), settings=rules)


def test_the_good_client_keeps_every_law(adapter):
    """Random runs of the careful client find nothing."""
    live(adapter("ScanToPay"), 60, Phase.generate)


@pytest.mark.parametrize("bug", BUGS)
def test_each_bug_is_found_within_200_runs(adapter, bug):
    """Random runs break the law that the bug is about."""
    with pytest.raises(BrokenLawError) as caught:
        live(adapter(bug), 200, Phase.generate)
    assert caught.value.failure.law == BUGS[bug][0]


@pytest.mark.parametrize(
    ("bug", "phases"), [("ExpectsABill", (Phase.generate, Phase.shrink)), ("HasNoPatience", (Phase.generate,))]
)
def test_a_reported_run_can_be_repeated_and_is_minimal(adapter, bug, phases):
    """Its steps fail again with the same report, and no step can be left out."""
    client = adapter(bug)
    with pytest.raises(BrokenLawError) as caught:
        live(client, 200, *phases)
    told = str(caught.value)
    steps = eval(re.search(r"replay\(ScanToPayAdapter, (\[.*\])\)", told)[1], {})
    with pytest.raises(BrokenLawError) as again:
        replay(client, steps)
    assert str(again.value) == told
    read = [parse_step(step) for step in steps]
    fewer = [without(read, {index}) for index in range(len(read))]
    assert type(caught.value) not in {broken_by(client, map(str, some)) for some in fewer}


def broken_by(client: Any, steps: Iterable[str]) -> type[Exception] | None:
    """Return what goes wrong in a life, be it only that a session is named which is not there."""
    try:
        replay(client, steps)
    except (BrokenLawError, ValueError) as error:
        return type(error)
    return None


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_is_gone_where_it_was_repaired(adapter, bug):
    """The run of each bug is fine with the careful client."""
    law, steps = BUGS[bug]
    replay(adapter("ScanToPay"), steps)
    for name in (bug, "Careless"):
        with pytest.raises(BrokenLawError, match=f"^{law}"):
            replay(adapter(name), steps)


def test_the_example_runs_as_it_stands(pytester):
    """Copied into an empty folder, it passes."""
    shutil.copytree(EXAMPLES, pytester.path, dirs_exist_ok=True)
    done = pytester.runpytest_subprocess(
        "-p", "no:plugproof", "-p", "no:asyncio", "-p", "no:cacheprovider", "-W", "error"
    )
    done.assert_outcomes(passed=1)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_the_page_shows_each_file_as_it_is(path):
    """The page has the text of every Python file of the example."""
    name = f"examples/harness/{path.name}"
    assert f"`{name}`\n\n```python\n{path.read_text()}```\n" in PAGE


def test_the_page_names_every_law_and_every_step():
    """Its tables have the rows of ours, in their order."""
    from plugproof_harness import LAWS
    from plugproof_harness.runs.steps import FORMS

    assert re.findall(r"^\| `([a-z]+\.[a-z-]+)` \|", LAWS_PAGE, re.MULTILINE) == list(LAWS)
    assert re.findall(r"^\| `([a-z]+)(?: [A-Z \[\]]+)?` \|", LAWS_PAGE, re.MULTILINE) == list(FORMS)


def test_the_report_on_the_page_is_the_report_that_is_made(adapter):
    """Word for word."""
    with pytest.raises(BrokenLawError) as caught:
        replay(adapter("TakesATimeoutForANo"), BUGS["TakesATimeoutForANo"][1])
    assert f"```text\n{caught.value}\n```" in PAGE
