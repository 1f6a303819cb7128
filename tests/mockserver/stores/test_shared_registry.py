"""Worlds in a store: all processes agree which there are, which have ended, and how many there may be."""

import pytest

from plugproof_contracts import Status
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.model.timestamps import SECOND
from plugproof_mockserver.stores.store import DIRECTORY, Table
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.nouns.journal import KEPT_BODY
from plugproof_mockserver.world.nouns.world_errors import Ending, QuotaError, WorldGoneError, WorldTakenError
from plugproof_mockserver.world.nouns.world_quotas import WorldQuotas
from plugproof_mockserver.world.pipeline import answer
from plugproof_mockserver.world.registries.shared_registry import MOST_TRIED, TOUCH_SECONDS, SharedRegistry
from plugproof_mockserver.world.shared.shared_journal import KEPT_PATH
from plugproof_mockserver.world.shared.shared_world import SharedWorld


class Wall:
    """The time of day, turned by hand for all processes."""

    def __init__(self):
        self.at = 1.8e9

    def __call__(self):
        return self.at


@pytest.fixture
def wall():
    return Wall()


def empty(transaction):
    transaction.clear(Table.WORLDS)
    transaction.record = b"\x80"


@pytest.fixture
def process(opened, noon, wall, request):
    """Return a function that makes the registry of one more process; each test has a prefix of its own."""
    store = opened()
    store.transact(
        DIRECTORY, lambda transaction: (transaction.clear("worlds"), setattr(transaction, "record", b"\x80"))
    )

    def make(**options):
        def world(name):
            clock = Clock(noon, speed=0, wall=lambda: int(wall() * SECOND))
            return SharedWorld(store=store, clock=clock, name=name)

        store = opened()
        return SharedRegistry(world, store, wall=wall, **options)

    return make


def ask(world, path="/v3/public-charging/chargers/HAPPY"):
    return answer(world, Request("GET", path))


def test_a_world_that_one_process_ends_is_gone_in_all(process):
    """Whoever used it a moment ago is told with its next request, and by a process that starts later too."""
    here, there = process(), process()
    world = here.get("a")
    token = there.get("a").seed_session(Status.CREATED).token
    path = f"/v3/public-charging/sessions/{token}"
    assert ask(world, path).status == 200
    there.delete("a")
    gone = ask(world, path)
    assert gone.status == 410
    assert b"with 1 sessions: it was deleted" in gone.body
    with pytest.raises(WorldGoneError):
        process().get("a")


def test_a_world_begins_anew_for_all(process):
    """What the old one had is nowhere, and the new one is there for who knew the old."""
    here, there = process(), process()
    there.get("a").seed_session(Status.CREATED)
    world = here.get("a")
    there.delete("a")
    assert there.lease("a", 60) is True
    there.get("a").seed_session(Status.CHARGING)
    assert [state.status for state in world.sessions.all(world.clock.now())] == [Status.CHARGING]


def test_a_lease_ends_for_who_does_not_ask_the_list(process, wall):
    """The world itself knows, so that a request that comes late finds no session and no 404 of its token."""
    here, there = process(), process()
    there.lease("a", 30)
    world = here.get("a")
    there.lease("a", 10)
    wall.at += 10
    assert ask(world).status == 410
    assert here.endings == there.endings == {Ending.LEASE: 1}


def test_a_longer_lease_is_longer_for_all(process, wall):
    """Also for a process that has read the shorter one."""
    here, there = process(), process()
    here.lease("a", 10)
    world = here.get("a")
    there.lease("a", 100)
    wall.at += 50
    assert ask(world).status == 200
    assert here.get("a").name == "a"
    assert here.status("a").lease_left == 50


def test_the_quota_is_for_all_processes_together(process):
    """One more than may be is refused wherever it is asked for; an empty one makes room everywhere."""
    here, there = process(most=2), process(most=2)
    here.get("a").seed_session(Status.CREATED)
    empty = there.get("b")
    there.get("c").seed_session(Status.CREATED)
    assert here.names() == ["a", "c", "default"]
    with pytest.raises(QuotaError):
        here.get("d")
    assert here.refused == there.refused == 1
    # Who used the one that made room wants it again: there is no room, and it says so.
    assert ask(empty).status == 507


def test_an_empty_world_that_made_room_comes_again(process):
    """Its next use is like its first, for who still knows it too."""
    here, there = process(most=1), process(most=1)
    world = there.get("a")
    here.get("b")
    assert there.endings == {Ending.ROOM: 1}
    assert ask(world).status == 200
    assert here.names() == ["a", "default"]


def test_sessions_that_have_expired_make_room(process):
    """A world whose sessions are all over is as good as an empty one, however many there are of them."""
    assert MOST_TRIED >= 1
    worlds = process(most=1)
    worlds.get("a").apply_event(worlds.get("a").seed_session(Status.CREATED).token, "expire_token")
    assert worlds.get("b").name == "b"


def test_use_is_noted_for_all(process, wall):
    """A world that another process uses is not idle; one that nobody used for a week is gone with its reason."""
    here, there = process(), process()
    here.get("a").seed_session(Status.CREATED)
    wall.at += here.idle_seconds
    there.get("a")
    wall.at += TOUCH_SECONDS
    assert here.get("a").name == "a"
    wall.at += here.idle_seconds + 1
    with pytest.raises(WorldGoneError, match="nobody used it for a week"):
        there.find("a") if there.sweep() is None else None


def test_a_fork_is_there_for_all(process):
    """A name is taken wherever it was taken."""
    here, there = process(), process()
    token = here.get("a").seed_session(Status.CHARGING).token
    there.fork("a", "b")
    assert here.get("b").sessions.tokens() == [token]
    with pytest.raises(WorldTakenError):
        here.fork("a", "b")


def test_a_world_keeps_its_lease_through_a_reset_and_a_restore(process):
    """Both replace what is in the world, not how long it is kept."""
    worlds = process()
    worlds.lease("a", 60)
    worlds.get("a").reset()
    worlds.get("a").copy_from(worlds.default)
    assert worlds.status("a").lease_left == 60
    assert ask(worlds.get("a")).status == 200


def test_the_journal_counts_what_has_gone(opened, noon):
    """What is dropped is a number in a store too, for all processes that note in it."""
    ten = WorldQuotas(None, 10 * (KEPT_BODY + KEPT_PATH))
    sides = [
        SharedWorld(store=opened(), clock=Clock(noon, speed=0), name="journal-of-many", quotas=ten)
        for _ in range(2)
    ]
    for number in range(13):
        sides[number % 2].journal.add((noon, "GET", f"/{number}", None, None, 404, "", (), b""))
    for side in sides:
        assert (len(side.journal), side.journal.dropped) == (10, 3)
        assert [entry.path for entry, _ in side.journal.after(11)[0]] == ["/11", "/12"]
    sides[0].journal.clear()
    assert sides[1].journal.dropped == 0
    assert sides[1].journal.after(13) == ([], 0)
