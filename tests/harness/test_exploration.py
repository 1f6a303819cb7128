"""An exploration tries every cell once, finds what is broken there, and nothing else."""

import asyncio
import time
from pathlib import Path

import pytest
from tests.harness.async_client import CarefulAsync
from tests.harness.planted import plant

from plugproof_contracts import Status
from plugproof_contracts.reports.report_model import Verdict
from plugproof_harness import Adapter, AdapterError, BrokenLawError, explore, replay
from plugproof_harness.exploration.cells import BUTTONS, NONE, RARE, cells, choose
from plugproof_harness.exploration.exploration import MOST_HANGS, MOST_SILENT
from plugproof_harness.exploration.visit import CellState
from plugproof_harness.runs.steps import FAULTS

GRID = [f"{status}/{button}/{trouble}" for status in Status for button in BUTTONS for trouble in (NONE, *FAULTS)]


@pytest.fixture(scope="session")
def careful(examples):
    return examples.adapter.ScanToPayAdapter


def test_the_grid_has_750_cells_and_825_with_limits():
    """Fifteen statuses, five buttons, and no fault or one of nine; a limit makes it eleven."""
    names = [str(cell) for cell in cells()]
    assert len(GRID) == 750
    assert set(GRID) <= set(names)
    assert len([name for name in names if name.endswith("/limit") and not name.startswith("new/")]) == 75
    assert len(names) == len(set(names))


def test_the_pages_tell_how_many_cells_there_are():
    """README and the page on exploring name the number."""
    root = Path(__file__).parents[2]
    for page in ("README.md", "docs/reference/client-map.md"):
        assert f"{len(list(cells()))} cells" in (root / page).read_text("utf-8")


def test_a_good_client_meets_every_cell_and_breaks_no_law(careful):
    """Every status is reached whatever the client does, so nothing is impossible and nothing is a false alarm."""
    found = explore(careful)
    assert found.counts == {CellState.MET: len(list(cells()))}
    assert found.verdict is Verdict.CONFORMS


def test_a_good_client_survives_hostile_answers_as_well(careful):
    """Answers that no good API gives are tried when they are asked for, and a client can be good even then."""
    found = explore(careful, rare=True, only=[f"*/{trouble}" for trouble in RARE])
    assert found.counts == {CellState.MET: 76 * len(RARE)}
    assert not {str(cell) for cell in cells()} & {result.cell for result in found.results}


def test_a_refusal_that_says_to_wait_for_0_seconds_is_met(careful):
    """In the last part of a second of a window the API says so, and a client that never gives up hangs there."""
    found = explore(careful, rare=True, only=["charging/*/limit-0", "new/start/limit-0"])
    assert found.counts == {CellState.MET: 6}
    steps = [step for cell in cells() for step in cell.steps(0) if step.verb == "limit"]
    assert {step.arguments[1:] for step in steps} == {(), ("0",)}


def test_a_client_that_never_waits_is_found_by_limit_0(bent):
    def poll(self, session):
        while (answer := self.http.get(f"/sessions/{session}")).status_code == 429:
            self.api.sleep(int(answer.headers["Retry-After"]))
        return answer.json()["data"]

    found = explore(bent(poll=poll), rare=True, only=["created/poll/limit", "created/poll/limit-0"])
    assert [result.cell for result in found.of(CellState.BROKEN)] == ["created/poll/limit-0"]


def test_a_status_that_nobody_knows_may_be_shown_or_doubted(bent):
    """A crash breaks a law, and so does another status than the one that was told."""
    cell = ["charging/poll/unknown-enum"]

    def show(status):
        def poll(self, session):
            told = self.ask("GET", f"/sessions/{session}")["data"]["status"]
            return {"status": status(told)}

        return bent(poll=poll)

    def doubt(told):
        raise show(str).unsure[0](told)

    ways = (str, doubt, {}.__getitem__, lambda told: "captured")
    verdicts = [explore(show(way), rare=True, only=cell).verdict for way in ways]
    assert verdicts == [Verdict.CONFORMS, Verdict.CONFORMS, Verdict.BROKEN, Verdict.BROKEN]


def test_a_good_async_client_breaks_no_law():
    """Nor does one with httpx2 and coroutines."""
    found = explore(CarefulAsync, only=["new/*", "*/none", "*/504", "*/reset", "*/limit"])
    assert set(found.counts) == {CellState.MET}


def test_each_planted_bug_is_found_in_its_cell_and_nowhere_else(careful):
    """Of bugs in every fourth cell of two buttons, 75 in all, each is found and nothing besides."""
    of_two = [cell for cell in GRID if "/stop/" in cell or "/confirm/" in cell]
    bugs = {cell: ("crashes", "untrue")[number % 2] for number, cell in enumerate(of_two[::4])}
    found = explore(plant(careful, bugs), only=of_two)
    assert {result.cell for result in found.of(CellState.BROKEN)} == set(bugs)
    assert found.verdict is Verdict.BROKEN


def test_a_bug_in_any_cell_of_the_grid_is_found(careful):
    """Planted in every cell at once, a bug is found in each: every cell has a world of its own."""
    some = GRID[::3]
    found = explore(plant(careful, dict.fromkeys(GRID, "untrue")), only=some)
    assert {result.cell for result in found.of(CellState.BROKEN)} == set(some)


def test_a_broken_cell_is_repeated_by_its_replay(examples):
    """The line that is printed breaks the same law again, and failures of one kind stand together."""
    client = examples.careless.TakesATimeoutForANo
    adapter = type("ScanToPayAdapter", (examples.adapter.ScanToPayAdapter,), {"client": client})
    found = explore(adapter, only=["charging/*", "authorized/*"])
    (group,) = found.groups
    failure = group[0].failure
    assert failure.replay == f"replay(ScanToPayAdapter, {list(failure.steps)!r})"
    with pytest.raises(BrokenLawError, match=r"^refusal\.true"):
        replay(adapter, failure.steps)


def test_at_depth_two_a_second_press_is_tried(bent):
    """A client that forgets its session after an answer that was lost breaks nothing before the second press."""

    def stop(self, session):
        try:
            return self.ask("POST", f"/sessions/{session}/stop")["data"]
        except Exception:
            self.is_lost = True
            raise

    def poll(self, session):
        found = self.ask("GET", f"/sessions/{session}")["data"]
        return found | {"status": "failed"} if getattr(self, "is_lost", False) else found

    only = ["charging/stop/reset*", "charging/poll/none*", "charging/stop/unknown-field*"]
    adapter = bent(stop=stop, poll=poll)
    assert explore(adapter, only=only).verdict is Verdict.CONFORMS
    found = explore(adapter, 2, only=only, then=["poll"])
    assert [result.cell for result in found.of(CellState.BROKEN)] == ["charging/stop/reset+poll/none"]


def test_what_follows_a_broken_press_is_impossible(bent):
    """It is not tried, and its reason says that the press before breaks a law already."""
    found = explore(bent(stop=lambda self, session: 1 / 0), 2, only=["charging/stop/none*"])
    assert found.counts == {CellState.BROKEN: 1, CellState.IMPOSSIBLE: 15}
    assert {result.reason for result in found.of(CellState.IMPOSSIBLE)} == {
        "an earlier press breaks a law already"
    }


def test_a_button_that_is_not_there_makes_its_cells_impossible(plain):
    """They are named with their reason, and the rest goes on."""

    class NoStop(Adapter):
        refused, unsure = plain.refused, plain.unsure
        __init__, ask, start, poll = plain.__init__, plain.ask, plain.start, plain.poll

    found = explore(NoStop, only=["charging/*/none"])
    assert {result.cell: result.reason for result in found.of(CellState.IMPOSSIBLE)} == {
        f"charging/{button}/none": f"the adapter has no method {method}"
        for button, method in zip(BUTTONS[1:], ("confirm", "stop", "cancel", "set_email"), strict=True)
    }
    assert found.verdict is Verdict.CONFORMS


def test_a_client_that_asks_nothing_is_spared_its_trouble(bent):
    """Who knows that a session has ended need not ask to stop it, so no answer can be lost."""

    def stop(self, session):
        raise type(self).refused[0]

    found = explore(bent(stop=stop), only=["captured/stop/*"])
    assert {result.cell for result in found.of(CellState.MET)} == {"captured/stop/none", "captured/stop/nulls"}
    assert "the client sends no stop there, so reset can't happen" in {result.reason for result in found.results}


def test_without_a_start_only_the_start_is_met(bent):
    """That the client can't start is one broken law, and not one in every cell."""
    found = explore(bent(start=lambda *given: 1 / 0), only=["new/start/none", "charging/*"])
    assert [result.cell for result in found.of(CellState.BROKEN)] == ["new/start/none"]
    assert {result.reason for result in found.of(CellState.IMPOSSIBLE)} == {
        "to start a session breaks client.survives"
    }


@pytest.mark.parametrize(
    ("methods", "reason"),
    [
        ({"poll": lambda self, session: "garbage"}, "poll returned a str without `status`"),
        ({"close": lambda self: 1 / 0}, "close() raised ZeroDivisionError: division by zero"),
        ({"__init__": lambda self, api: 1 / 0}, "Bent(api) raised ZeroDivisionError: division by zero"),
    ],
)
def test_what_an_adapter_does_wrong_is_inconclusive(bent, methods, reason):
    """The reason names it, the verdict is that something could not be checked, and the end comes soon."""
    found = explore(bent(**methods), only=["*/poll/*"])
    results = found.of(CellState.INCONCLUSIVE)
    assert results[0].reason.startswith(reason)
    assert len(results) <= MOST_SILENT
    assert f"{MOST_SILENT} cells in a row" in found.ended
    assert found.verdict is Verdict.UNCHECKED


def test_a_client_that_hangs_is_stopped_and_told(bent):
    """Each such call costs the time limit, so after a few the rest is left; the law says what happened."""

    def poll(self, session):
        while True:
            time.sleep(0.01)

    found = explore(bent(poll=poll), only=["*/poll/none"], time_limit=0.1)
    broken = found.of(CellState.BROKEN)
    assert {result.failure.law for result in broken} == {"client.ends"}
    assert broken[0].failure.complaint.endswith("was not done after 0.1 s of real time")
    assert len(broken) == MOST_HANGS
    assert found.counts[CellState.UNTRIED] == 15 - MOST_HANGS


def test_an_async_client_that_hangs_is_stopped(bent):
    """The time limit holds inside an event loop, too."""

    async def poll(self, session):
        await asyncio.sleep(60)

    found = explore(bent(poll=poll), only=["created/poll/none"], time_limit=0.1)
    assert [result.failure.law for result in found.of(CellState.BROKEN)] == ["client.ends"]


@pytest.mark.parametrize("error", [SystemExit(0), asyncio.CancelledError(), RecursionError(), MemoryError()])
def test_no_exception_of_a_client_ends_the_exploration(bent, error):
    """Whatever it raises breaks `client.survives`, and the next cell is tried."""

    def poll(self, session):
        raise error

    found = explore(bent(poll=poll), only=["created/poll/*"])
    assert {result.failure.law for result in found.of(CellState.BROKEN)} == {"client.survives"}
    assert len(found.of(CellState.BROKEN)) == 14


def test_with_fail_fast_the_first_broken_law_is_the_last(bent):
    """What comes after it is left untried."""
    found = explore(bent(poll=lambda self, session: 1 / 0), only=["*/poll/none"], fail_fast=True)
    assert found.counts == {CellState.BROKEN: 1, CellState.UNTRIED: 14}


def test_an_interruption_keeps_what_was_found(bent):
    """Ctrl-C ends the exploration, not its report."""

    def confirm(self, session):
        raise KeyboardInterrupt

    found = explore(bent(confirm=confirm), only=["created/*/none"])
    assert found.counts == {CellState.MET: 1, CellState.UNTRIED: 4}
    assert found.ended == "it was interrupted"
    assert found.verdict is Verdict.UNCHECKED


def test_an_exploration_is_the_same_every_time(careful):
    """Nothing in it is left to chance."""
    bugs = dict.fromkeys(GRID[::50], "crashes")
    first, second = (explore(plant(careful, bugs), only=["new/*", "created/*"]) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"depth": 0}, "the depth can't be 0; it must be from 1 to 4"),
        ({"then": ["dance"]}, "there is no button 'dance'; there are poll, confirm"),
        (
            {"only": ["charging/dance/none"]},
            "no cell is named 'charging/dance/none'; a cell is",
        ),
        ({"vat": 300}, "vat can't be 300"),
    ],
)
def test_what_there_is_not_is_refused_at_once(plain, arguments, complaint):
    """The message names the value and what is allowed."""
    with pytest.raises(ValueError, match=complaint):
        explore(plain, **arguments)


def test_what_is_no_adapter_can_not_be_explored():
    """The same is said as by the state machine."""
    with pytest.raises(AdapterError, match="is no adapter"):
        explore(object)


def test_a_cell_of_two_presses_can_be_named_alone(careful):
    """Its name is enough: nobody has to give the depth, too."""
    found = explore(careful, only=["charging/stop/reset+poll/none"])
    assert [result.cell for result in found.results] == ["charging/stop/reset+poll/none"]
    assert (found.depth, found.counts) == (2, {CellState.MET: 1})


def test_a_pattern_names_cells():
    """A star stands for any text, and several patterns add up."""
    found = list(cells())
    assert len(choose(found, ["*/stop/504"])) == 15
    assert len(choose(found, ["*/stop/504", "new/*"])) == 15 + 16
    assert choose(found, []) == found
