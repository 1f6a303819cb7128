"""What a process saw of a world in a store: it saves asking, and is never taken for what there is now."""

from itertools import count

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plugproof_contracts import Status
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.settings import Limit, Settings
from plugproof_mockserver.stores.address import StateAddress
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.nouns.session_store import UnknownSessionError
from plugproof_mockserver.world.pipeline import answer
from plugproof_mockserver.world.shared.shared_world import SharedWorld
from plugproof_mockserver.world.snapshots.snapshots import put_snapshot, take_snapshot
from plugproof_mockserver.world.world import World

BASE = "/v3/public-charging/sessions"
LIMIT = Settings(limits={"confirm": Limit(3, 10), "get": Limit(2, 20)})
_RUNS = count()


@pytest.fixture(scope="module")
def stores(redis_url):
    found = [StateAddress(redis_url).open() for _ in range(2)]
    yield found
    for store in found:
        store.close()


def sides(stores, noon, **given):
    name = f"seen-{next(_RUNS)}"
    return [SharedWorld(store=store, clock=Clock(noon, speed=0), name=name, **given) for store in stores]


def confirm(world, token):
    return answer(world, Request("POST", f"{BASE}/{token}/confirm"))


def scripts(store):
    return sum(found["calls"] for name, found in store._client.info("commandstats").items() if "evalsha" in name)


def test_a_request_about_what_was_seen_is_one_script(stores, noon):
    """A confirm that changes the session, and one that does not: the hit, the session and the journal together."""
    here, _ = sides(stores, noon)
    token = here.seed_session(Status.CREATED).token
    for _ in range(3):
        confirm(here, token)
    before = scripts(stores[0])
    for _ in range(5):
        assert confirm(here, token).status == 200
    assert scripts(stores[0]) - before == 5


STEPS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(("confirm", "get", "stop", "reset", "wait", "event", "start"))),
    max_size=12,
)


@settings(max_examples=25)
@given(steps=STEPS)
@example(steps=[(0, step) for step in ("confirm", "reset", "wait", "event")])
def test_two_processes_answer_as_one_world_does(stores, noon, steps):
    """Whatever one of them does behind the other's back, limits, sessions and refusals are those of one world."""
    worlds = sides(stores, noon, settings=LIMIT, seed=3)
    memory = World(LIMIT, clock=Clock(noon, speed=0), seed=3, name=worlds[0].name)
    token = memory.seed_session(Status.CREATED).token
    assert worlds[0].seed_session(Status.CREATED).token == token
    for side, step in steps:
        assert act(worlds[side], token, step) == act(memory, token, step)
    now = memory.clock.now()
    assert sorted(worlds[0].limiter.open_windows(now)) == sorted(memory.limiter.open_windows(now))


def act(world, token, step):
    """Do one thing, and return what it shows."""
    if step == "reset":
        return world.reset()
    if step == "wait":
        return world.advance(4_000_000)
    if step == "event":
        try:
            return world.apply_event(token, Event.PAID)
        except Exception as error:
            return type(error), str(error)
    if step == "start":
        return answer(
            world, Request("POST", "/v3/public-charging/chargers/HAPPY/start", body=b'{"connector_id":1}')
        )
    method, path = ("GET", token) if step == "get" else ("POST", f"{token}/{step}")
    return answer(world, Request(method, f"{BASE}/{path}"))


def test_a_refusal_is_never_that_of_an_older_world(stores, noon):
    """What a process saw last may be why it refuses; then the store is asked before it does."""
    here, there = sides(stores, noon)
    token = here.seed_session(Status.CAPTURED).token
    confirm(there, token)
    here.reset()
    with pytest.raises(UnknownSessionError):
        there.apply_event(token, Event.REFUNDED)
    assert confirm(there, token).status == 404
    here.transact(lambda: here.sessions.store(World(clock=Clock(noon, speed=0)).seed_session(Status.CAPTURED)))
    other = here.sessions.tokens()[0]
    assert there.apply_event(other, Event.REFUNDED).token == other


def test_a_window_that_was_restored_is_counted_on(stores, noon):
    """A window that came with a snapshot takes every hit that it has room for, and no more."""
    memory = World(clock=Clock(noon, speed=0))
    token = memory.seed_session(Status.CAPTURED).token
    confirm(memory, token)
    here, there = sides(stores, noon)
    put_snapshot(here, take_snapshot(memory))
    statuses = [confirm((here, there)[turn % 2], token).status for turn in range(11)]
    assert statuses == [200] * 9 + [429] * 2
