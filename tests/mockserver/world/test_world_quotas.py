"""Quotas of a world: what is too much is refused with its name, and what is dropped is counted."""

import pytest

from plugproof_contracts import Status
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.stores.address import StateAddress
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.nouns.journal import Journal
from plugproof_mockserver.world.nouns.world_errors import QuotaError
from plugproof_mockserver.world.nouns.world_quotas import WorldQuotas
from plugproof_mockserver.world.shared.shared_world import SharedWorld
from plugproof_mockserver.world.snapshots.snapshots import restore_snapshot, take_snapshot
from plugproof_mockserver.world.world import World

START = {"code": "HAPPY", "connector_id": 1}


@pytest.fixture(params=["memory", "sqlite"])
def make(request, tmp_path, noon):
    """Makes a world of some quotas, in memory or in a store."""
    if request.param == "memory":
        yield lambda quotas: World(clock=Clock(noon, speed=0), quotas=quotas)
        return
    store = StateAddress(f"sqlite:///{tmp_path}/worlds.db").open()
    yield lambda quotas: SharedWorld(store=store, clock=Clock(noon, speed=0), quotas=quotas)
    store.close()


@pytest.mark.breaches
def test_a_session_too_many_is_refused_by_name(make, ask):
    """The API says 507 with a header of ours, Python raises; all others go on, and room comes with time."""
    world = make(WorldQuotas(sessions=2))
    tokens = [ask(world, "start", json=START).json["session_token"] for _ in range(2)]
    refused = ask(world, "start", json=START)
    assert (refused.status, refused.headers["x-plugproof-quota"]) == (507, "sessions")
    assert "the world has 2 sessions" in refused.json["message"]
    assert "--max-sessions" in refused.json["message"]
    with pytest.raises(QuotaError, match="2 sessions"):
        world.seed_session(Status.CREATED)
    assert [ask(world, "get", token).status for token in tokens] == [200, 200]
    world.advance(48 * 3600 * 10**6)
    assert ask(world, "start", json=START).status == 201


def test_a_snapshot_with_too_many_sessions_is_refused(make, make_world):
    source = make_world()
    for _ in range(3):
        source.seed_session(Status.CREATED)
    world = make(WorldQuotas(sessions=2))
    world.seed_session(Status.CHARGING)
    with pytest.raises(QuotaError, match="the snapshot has 3 sessions, and a world may have 2"):
        restore_snapshot(world, take_snapshot(source))
    assert len(world.sessions) == 1


def entry(path, body=b""):
    return (0, "GET", path, None, None, 404, "a", (), body)


def test_a_journal_keeps_no_more_bytes_than_it_may():
    """The oldest go and are counted; the latest stays, however long it is."""
    journal = Journal(100, most_bytes=100)
    for number in range(10):
        journal.add(entry(f"/{number}" + "x" * 28))
    assert [one.path[:2] for one in journal] == ["/7", "/8", "/9"]
    assert journal.dropped == 7
    journal.add(entry("/" + "y" * 1000))
    assert (len(journal), journal.dropped) == (1, 10)
    journal.clear()
    journal.add(entry("/"))
    assert (len(journal), journal.dropped) == (1, 0)


def test_a_journal_counts_what_its_size_drops():
    journal = Journal(3)
    for number in range(5):
        journal.add(entry(f"/{number}"))
    copy = Journal(3)
    copy.copy_from(journal)
    copy.add(entry("/5"))
    assert (len(journal), journal.dropped, copy.dropped) == (3, 2, 3)


@pytest.mark.breaches
def test_a_journal_of_long_requests_stays_small(make, answer):
    world = make(WorldQuotas(journal_bytes=50_000))
    for number in range(40):
        answer(world, Request("GET", f"/{number}/" + "x" * 30_000, [], b"", "a"))
    assert sum(len(one.path) + len(one.body) for one in world.journal) <= 50_000
    assert next(reversed(list(world.journal))).path.startswith("/39/")
