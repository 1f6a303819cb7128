"""The scenarios of `make chaos` and `make soak` in small, and that they find what they are there to find."""

import shutil
import sys

import pytest
from benchmarks.reliability import page
from benchmarks.reliability.__main__ import main
from benchmarks.reliability.outcome import Outcome
from benchmarks.reliability.scenario import SCENARIOS
from benchmarks.reliability.scenarios import crowds, hosts, kills, outages, rolling, signals, soak, tokens

LATE = """
from contextlib import contextmanager

from plugproof_cli.main import main
from plugproof_mockserver.stores.sqlite_store import SqliteStore

@contextmanager
def writing(store):
    connection = store._connection or store._open()
    if not connection.in_transaction:
        connection.execute("BEGIN IMMEDIATE")
    yield connection

SqliteStore._writing = writing
main()
"""
"""A fake that answers before it commits, which it never does."""


@pytest.fixture
def redis():
    """The command has to be there: `.ci/run` installs it."""
    assert shutil.which("redis-server"), "these tests need redis-server"


def lost(outcome):
    """Return what was lost; how long something took on a busy machine is the full run's business.

    So is a request that was cut off because its answer took too long.
    """
    return [loss for loss in outcome.losses if "took longer than" not in loss]


@pytest.mark.parametrize(("run", "count"), [(kills.run_sqlite, 1), (kills.run_redis, 1)])
def test_what_was_acknowledged_survives_kill_9(redis, run, count):
    """After a killed fake, and a killed Redis, each acknowledged transition is there."""
    assert not lost(run(count))


def test_a_store_that_commits_late_is_found(tmp_path):
    """The control: a fake that answers before its store has committed loses what it acknowledged."""
    (tmp_path / "late.py").write_text(LATE)
    done = kills.run_sqlite(1, command=(sys.executable, str(tmp_path / "late.py"), "serve", "--json"))
    assert any("is answered 404" in loss for loss in lost(done)), done.figures


def test_a_full_disk_is_a_typed_503():
    """Nothing but the typed 503, no eleventh confirm, and back by itself."""
    assert not lost(outages.run_full_disk(1))


@pytest.mark.parametrize("run", [crowds.run_threads, crowds.run_workers])
def test_a_crowd_is_let_in_as_often_as_one(redis, run):
    """Ten of however many are let in, and one of them moves the session."""
    assert not lost(run(3))


def test_a_rolling_restart_loses_no_request(redis):
    """While the workers are replaced, whoever asks is answered."""
    assert not lost(rolling.run(500))


def test_a_signal_leaves_no_whole_request_unanswered(redis):
    """Who could connect before the end is answered."""
    assert not lost(signals.run_workers(1))


def test_no_hostile_token_is_taken_for_another():
    """No token brings a 5xx, and no spelling of a live one is taken for it."""
    assert not lost(tokens.run(1000))


def test_no_foreign_host_or_page_is_answered():
    """Every plane refuses what comes by another name, and the control plane what comes from another page."""
    assert not lost(hosts.run(500))


def test_a_loaded_fake_leaves_nothing_open():
    """Whoever hangs up, sends half a request or only watches leaves no descriptor behind."""
    assert not lost(soak.run(1))


def test_a_run_replaces_its_row_and_no_other(tmp_path):
    """The page keeps what else it says; a bar in a figure does not break the table, and a miss is told."""
    copy = tmp_path / "reliability.md"
    copy.write_text(f"before\n{page.BEGIN}\n| `gone` | x |\n{page.END}\nafter\n")
    first, second = list(SCENARIOS.values())[:2]
    page.record(first, Outcome("a|b"), 0.5, copy)
    page.record(second, Outcome("2 kills", ("one was lost",)), 0.5, copy)
    text = copy.read_text()
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(SCENARIOS)
    assert "a\\|b | met |" in rows[0]
    assert rows[1].endswith("| 2 kills | **missed**: one was lost |")
    assert all(row.endswith("| not run |") for row in rows[2:])
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")


@pytest.mark.parametrize("arguments", [["chaos", "--only", "soak"], ["--count", "0"], ["--count", "x"], ["calm"]])
def test_a_run_of_nothing_is_refused(arguments):
    """What names no scenario, or too little of one, is a mistake and no success."""
    with pytest.raises(SystemExit, match="2"):
        main(arguments)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=list(SCENARIOS))
def test_every_scenario_can_be_found(scenario):
    """The table names functions that are there, also those that no test runs."""
    assert callable(scenario.find())


def test_the_page_has_a_row_for_each_scenario():
    """No scenario is forgotten on the page, and none stands there that is no more."""
    table = page.PAGE.read_text().partition(page.BEGIN)[2].partition(page.END)[0]
    rows = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
    assert rows == list(SCENARIOS)
