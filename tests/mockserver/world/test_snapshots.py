"""Snapshots: a world restored from one, and a fork, answer as the world itself goes on to answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugproof_contracts import Status
from plugproof_mockserver import FakePlugchoice, WorldSnapshot
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.settings import LimiterStore
from plugproof_mockserver.stores.address import StateAddress
from plugproof_mockserver.world import pipeline
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.shared.shared_world import SharedWorld
from plugproof_mockserver.world.snapshots.snapshots import restore_snapshot, take_snapshot
from plugproof_mockserver.world.world import World

BASE = "/v3/public-charging"
CALLS = st.one_of(
    st.tuples(st.just("start"), st.sampled_from(["HAPPY", "WEBHOOK", "CAPFAIL", "X1", "no"])),
    st.tuples(st.sampled_from(["", "/confirm", "/stop", "/cancel", "/receipt-email"]), st.integers(0, 3)),
    st.tuples(st.just("charger"), st.sampled_from(["HAPPY", "X1"])),
    st.tuples(st.just("seed"), st.sampled_from(list(Status))),
    st.tuples(st.just("event"), st.tuples(st.sampled_from(list(Event)), st.integers(0, 3))),
    st.tuples(st.just("set"), st.tuples(st.sampled_from(["status", "meter_start"]), st.integers(0, 3))),
    st.tuples(st.just("advance"), st.integers(0, 4_000_000_000)),
    st.tuples(st.just("clock"), st.integers(-90, 90)),
    st.tuples(st.just("change"), st.sampled_from([True, False, None])),
    st.tuples(st.just("fault"), st.sampled_from(["500", "html", "unknown-field"])),
    st.tuples(st.just("respond"), st.integers(200, 204)),
)
JOURNEYS = st.lists(CALLS, max_size=12)


def play(fake, calls):
    """Do what the calls say and return every answer, to the byte."""
    return [_play(fake, what, argument) for what, argument in calls]


def _play(fake, what, argument):
    tokens = fake.world.sessions.tokens() or ["0" * 40]
    if what == "start":
        body = b'{"code": "%b", "connector_id": 1}' % argument.encode()
        return _ask(fake, "POST", "/sessions", body)
    if what == "charger":
        return _ask(fake, "GET", f"/chargers/{argument}")
    if what in ("", "/confirm", "/stop", "/cancel", "/receipt-email"):
        body = b'{"email": "a@example.com"}' if what == "/receipt-email" else b""
        path = f"/sessions/{tokens[argument % len(tokens)]}{what}"
        return _ask(fake, "POST" if what else "GET", path, body)
    try:
        _change(fake, tokens, what, argument)
    except (ValueError, LookupError) as error:
        return str(error)
    return None


def _ask(fake, method, path, body=b""):
    headers = [(b"content-type", b"application/json")]
    answer = pipeline.answer(fake.world, Request(method, BASE + path, headers, body, "10.0.0.1"))
    return answer.wire_head() + answer.body


def _change(fake, tokens, what, argument):
    world = fake.world
    if what == "seed":
        fake.seed_session(argument)
    elif what == "event":
        world.apply_event(tokens[argument[1] % len(tokens)], argument[0])
    elif what == "set":
        world.amend(tokens[argument[1] % len(tokens)], {argument[0]: "odd"})
    elif what == "advance":
        world.advance(argument)
    elif what == "clock":
        world.set_clock(world.clock.now() + argument * 10**6)
    elif what == "change" and argument is None:
        world.chargers.remove("X1")
    elif what == "change":
        fake.set_charger("X1", online=argument)
    elif what == "fault":
        fake.faults.add("*", argument, rate=0.5)
    else:
        fake.respond("get", status=argument, first=1, json={})


@pytest.mark.breaches
@settings(deadline=None, max_examples=60)
@given(before=JOURNEYS, after=JOURNEYS, race=st.booleans(), store=st.sampled_from(list(LimiterStore)))
def test_a_restored_fake_and_a_fork_answer_to_the_byte(before, after, race, store):
    """Whatever happened before and is asked then, and all that they are at the end is the same."""
    options = {"seed": 1, "limiter_race": race, "limiter_store": store}
    fake = FakePlugchoice(**options)
    play(fake, before)
    document = fake.snapshot().to_json()
    fork, other = fake.fork(), FakePlugchoice(**options)
    play(other, after)
    other.restore(WorldSnapshot.from_json(document))
    assert other.snapshot().to_json() == document
    expected = play(fake, after)
    assert play(fork, after) == expected
    assert play(other, after) == expected
    assert other.snapshot() == fake.snapshot() == fork.snapshot()


class Kept:
    """As much of a fake as the journeys use, over a world in a store."""

    seed_session, set_charger, faults = (
        FakePlugchoice.seed_session,
        FakePlugchoice.set_charger,
        FakePlugchoice.faults,
    )
    respond = FakePlugchoice.respond

    def __init__(self, world):
        self.world = world


JOURNEY = [
    ("start", "HAPPY"),
    ("start", "CAPFAIL"),
    ("change", True),
    ("seed", Status.CHARGING),
    ("/confirm", 0),
    ("/confirm", 2),
    ("advance", 90_000_000),
    ("respond", 203),
    ("", 1),
    ("start", "X1"),
    ("/stop", 2),
    ("", 0),
]


@pytest.mark.breaches
def test_a_world_in_a_store_is_restored_and_forked_as_in_memory(tmp_path, noon):
    """From memory to a store, within it, and back: the same answers to the byte."""
    store = StateAddress(f"sqlite:///{tmp_path}/worlds.db").open()
    there = [SharedWorld(store=store, clock=Clock(noon, speed=0), seed=1, name=name) for name in "ab"]
    here = [World(clock=Clock(noon, speed=0), seed=1, name="c") for _ in range(2)]
    play(Kept(here[0]), JOURNEY)
    snapshot = take_snapshot(here[0])
    restore_snapshot(there[0], snapshot)
    there[1].copy_from(there[0])
    restore_snapshot(here[1], take_snapshot(there[0]))
    steps = [("", 0), ("/confirm", 1), ("/stop", 2), ("advance", 40_000_000), ("", 2), ("charger", "X1")]
    answers = [play(Kept(world), steps) for world in (*here, *there)]
    store.close()
    assert answers == [answers[0]] * 4


def test_a_running_clock_goes_on_from_the_moment_of_the_snapshot():
    fake, other = FakePlugchoice(), FakePlugchoice(clock="real")
    fake.clock.run(2)
    other.restore(fake.snapshot())
    assert (other.clock.now - fake.clock.now).total_seconds() < 60
    assert other.world.clock.speed == 2


def test_a_snapshot_shows_its_tokens_in_the_document_alone():
    fake = FakePlugchoice()
    token = fake.start_session().token
    assert token not in repr(fake.snapshot())
    assert token.encode() in fake.snapshot().to_json()
