"""A ledger keeps what it is given: from two writers at once, and past a version, a lock and a full disk."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from plugproof_contracts.evidence.ledger import Ledger, LedgerError
from plugproof_contracts.evidence.ledger_entry import Addition, Interval, Sighting, SourceKind
from plugproof_contracts.evidence.ledger_schema import LEDGER_VERSION

BASE = "https://app.plugchoice.com/api"
SEEN = Sighting("money.energy-decimal", 2, 1, 10.0, 20.0, Interval(1, 3))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


@pytest.fixture
def opened(path):
    """Opens the ledger of the test; all are closed at its end."""
    ledgers = []

    def open_one():
        ledgers.append(Ledger(f"sqlite:///{path}"))
        return ledgers[-1]

    yield open_one
    for one in ledgers:
        one.close()


def add(ledger, *, seen=(SEEN,), base=BASE, source=SourceKind.CHECK, recording=None):
    """Add sightings, and return whether they were."""
    (added,) = ledger.add_all([Addition(base, source, tuple(seen), recording)])
    return added


def execute(path, *statements):
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_what_was_added_is_read_back(opened):
    add(opened())
    add(opened(), seen=(SEEN._replace(first=5.0),))
    (entry,) = opened().entries(BASE)
    assert (entry.fact, entry.observed, entry.contradicted) == ("money.energy-decimal", 4, 2)
    assert (entry.first, entry.last, entry.interval) == (5.0, 20.0, Interval(1, 3))


def test_bases_and_kinds_of_source_stay_apart(opened):
    ledger = opened()
    for base, source in ((BASE, SourceKind.CHECK), (BASE, SourceKind.INSPECT), (f"{BASE}/2", SourceKind.CHECK)):
        add(ledger, base=base, source=source)
    assert [(one.base, one.source) for one in ledger.entries()] == [
        (BASE, "check"),
        (BASE, "inspect"),
        (f"{BASE}/2", "check"),
    ]
    assert len(ledger.entries(BASE)) == 2


def test_a_recording_counts_once(opened):
    ledger = opened()
    assert add(ledger, recording="a" * 64)
    assert not add(ledger, recording="a" * 64)
    assert ledger.entries()[0].observed == 2


def test_writers_at_the_same_time_lose_nothing(opened):
    """Eight writers, ten additions each: every one of them is counted."""
    ledgers = [opened() for _ in range(8)]

    def add_ten(ledger):
        for _ in range(10):
            add(ledger)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_ten, ledgers))
    (entry,) = ledgers[0].entries()
    assert (entry.observed, entry.contradicted) == (160, 80)


def test_a_ledger_of_another_version_is_left_alone(opened, path):
    """It is refused by name, on opening and on adding, and nothing in it changes."""
    ledger = opened()
    add(ledger)
    execute(path, f"UPDATE plugproof_versions SET version = {LEDGER_VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="another version of plugproof"):
        opened()
    with pytest.raises(LedgerError, match="nothing was added"):
        add(ledger)
    assert path.read_bytes() == before


def test_a_table_of_another_shape_is_a_clear_line(opened, path):
    execute(path, "CREATE TABLE plugproof_ledger (base TEXT, fact TEXT)")
    ledger = opened()
    with pytest.raises(LedgerError, match="no such column"):
        ledger.entries()


def test_a_full_disk_adds_nothing_and_says_so(opened):
    """All of an addition is kept or none of it."""
    ledger = opened()
    add(ledger)
    with ledger._engine.connect() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {used}")
    many = [SEEN._replace(fact=f"rule.number-{number}") for number in range(2000)]
    with pytest.raises(LedgerError, match="full"):
        add(ledger, seen=many)
    assert [one.fact for one in ledger.entries()] == [SEEN.fact]


def test_a_locked_ledger_is_a_clear_line(opened, path, monkeypatch):
    from plugproof_contracts.evidence import database

    monkeypatch.setitem(database._ARGUMENTS, "sqlite", {"timeout": 0})
    ledger = opened()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LedgerError, match="locked"):
        add(ledger)
    holder.execute("ROLLBACK")
    holder.close()
    assert add(ledger)


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/db", "sqlite:////nowhere/at/all.db"])
def test_an_unusable_url_is_a_clear_line(url):
    with pytest.raises(LedgerError) as refused:
        Ledger(url)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_database_is_a_clear_line(path):
    path.write_bytes(b"not a database, but a letter to somebody")
    with pytest.raises(LedgerError, match="not a database"):
        Ledger(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"not a database")


def test_additions_are_kept_together_or_not_at_all(opened):
    """One that cannot be added takes the others of its batch with it."""
    ledger = opened()
    wrong = Addition(BASE, SourceKind.CHECK, (SEEN._replace(first="yesterday"),))
    with pytest.raises(TypeError):
        ledger.add_all([Addition(BASE, SourceKind.CHECK, (SEEN,)), wrong])
    assert ledger.entries() == []
