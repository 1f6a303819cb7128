"""Worlds in a store: they do what worlds in memory do, for several processes at once, and outlive them."""

import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.servers import PATIENCE
from tests.stores import redis_server

from plugproof_contracts.errors import InvalidValueError
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.request_bodies import StartBody
from plugproof_mockserver.stores.address import StateAddress
from plugproof_mockserver.stores.store import StoreUnavailableError
from plugproof_mockserver.world.faults.faults import make_fault
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.pipeline import answer
from plugproof_mockserver.world.shared.shared_world import SharedWorld
from plugproof_mockserver.world.world import World

BASE = "/v3/public-charging/sessions"
SCENARIOS = ("HAPPY", "DECLINED", "WEBHOOK", "CAPFAIL", "NULLS")


def shared(store, noon, name, **given):
    return SharedWorld(store=store, clock=Clock(noon, speed=0), name=name, **given)


def confirming(token, client="10.0.0.1"):
    return Request("POST", f"{BASE}/{token}/confirm", client=client)


def test_a_shared_world_answers_as_one_in_memory(opened, noon, request):
    """Two processes that take turns on a store answer byte for byte as one world in memory does."""
    name = request.node.name.partition("[")[0]
    sides = [shared(opened(), noon, name, seed=7) for _ in range(2)]
    memory = World(clock=Clock(noon, speed=0), name=name, seed=7)
    for turn, code in enumerate(SCENARIOS):
        token = memory.start(StartBody(code, 1, None)).token
        assert sides[turn % 2].start(StartBody(code, 1, None)).token == token
        for round_ in range(4):
            here = sides[(turn + round_) % 2]
            for ask in (
                confirming(token),
                Request("GET", f"{BASE}/{token}"),
                Request("POST", f"{BASE}/{token}/stop"),
            ):
                assert answer(here, ask) == answer(memory, ask)
            assert here.advance_to_next() == memory.advance_to_next()
    now = memory.clock.now()
    assert [side.clock.now() for side in sides] == [now, now]
    assert list(sides[0].sessions.all(now)) == list(memory.sessions.all(now))
    assert list(sides[1].journal) == list(memory.journal)
    assert sorted(sides[0].limiter.open_windows(now)) == sorted(memory.limiter.open_windows(now))


def test_exactly_ten_are_admitted_of_64_threads(opened, noon, request):
    """Sixty-four threads on four connections: ten are let in, and one of them makes the session move."""
    name = request.node.name.partition("[")[0]
    sides = [shared(opened(), noon, name) for _ in range(4)]
    token = sides[0].start(StartBody("HAPPY", 1, None)).token

    def confirm(number):
        reply = answer(sides[number % 4], confirming(token))
        while reply.status == 503:  # busy, which is no answer of the API
            reply = answer(sides[number % 4], confirming(token))
        return reply.status

    with ThreadPoolExecutor(64) as threads:
        statuses = list(threads.map(confirm, range(64)))
    assert sorted(set(statuses)) == [200, 429]
    assert statuses.count(200) <= 10
    windows = list(sides[1].limiter.open_windows(noon))
    assert ("confirm 10.0.0.1", 10, noon + 60_000_000) in windows


def test_faults_chargers_and_the_clock_are_shared(opened, noon, request):
    """What one process sets, the others see; a reset is for all of them, and leaves the clock."""
    here, there = (shared(opened(), noon, request.node.name.partition("[")[0]) for _ in range(2))
    here.inject(make_fault("confirm", "503", first=1))
    here.transact(lambda: here.chargers.change("HAPPY", {"name": "Renamed"}))
    here.clock.advance(5_000_000)
    token = here.start(StartBody("HAPPY", 1, None)).token
    assert there.chargers.get("HAPPY").name == "Renamed"
    assert there.clock.now() == noon + 5_000_000
    assert [answer(there, confirming(token)).status for _ in range(2)] == [503, 200]
    assert here.faults[0].applied_count == 1
    there.reset()
    assert (len(here.sessions), len(here.journal), len(here.faults), len(here.limiter)) == (0, 0, 0, 0)
    assert here.clock.now() == noon + 5_000_000


def test_a_fault_strikes_exactly_so_many_calls(opened, noon, request):
    """Of 48 calls by 16 threads on four connections, the first seven, whichever they are, and no eighth."""
    name = request.node.name.partition("[")[0]
    sides = [shared(opened(), noon, name) for _ in range(4)]
    sides[0].inject(make_fault("charger", "502", first=7))
    statuses = Counter()

    def look(number):
        asked = Request("GET", "/v3/public-charging/chargers/HAPPY", client=f"10.0.0.{number}")
        while (reply := answer(sides[number % 4], asked)).status == 503:  # busy, which is no answer of the API
            statuses["busy"] += 1
        statuses[reply.status] += 1

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(look, range(48)))
    assert sides[1].faults[0].applied_count == 7
    assert 7 - statuses["busy"] <= statuses[502] <= 7
    assert statuses[200] + statuses[502] == 48


def test_the_window_of_a_fault_is_that_of_its_world(opened, noon, request):
    """Seconds count from when one process has added it, for all of them, and it breaks what it is to break."""
    here, there = (shared(opened(), noon, request.node.name.partition("[")[0]) for _ in range(2))
    here.inject(make_fault("get", "violation", rule="values.status", since=10, until=20))
    token = here.start(StartBody("HAPPY", 1, None)).token
    found = []
    for _ in range(3):
        answer(there, Request("GET", f"{BASE}/{token}"))
        found.append(here.journal[-1].faults)
        there.advance(10_000_000)
    assert found == [(), ("violation:values.status",), ()]


def test_a_mistake_changes_nothing(opened, noon, request):
    """A transaction that raises leaves the world as it was."""
    world = shared(opened(), noon, request.node.name.partition("[")[0])

    def fail():
        world.clock.advance(1)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        world.transact(fail)
    assert world.clock.now() == noon


def test_a_paused_redis_is_a_typed_503(tmp_path, noon):
    """A paused Redis is answered with a 503 at once, admits no eleventh, and is used again when it goes on."""
    with redis_server(tmp_path) as (process, url):
        patient = shared(StateAddress(f"{url}?socket_timeout={PATIENCE}").open(), noon, "default")
        token = patient.start(StartBody("HAPPY", 1, None)).token
        assert [answer(patient, confirming(token)).status for _ in range(5)] == [200] * 5
        world = shared(StateAddress(f"{url}?socket_timeout=0.5").open(), noon, "default")
        process.send_signal(signal.SIGSTOP)
        try:
            refused = answer(world, confirming(token))
            assert refused.status == 503
            assert (b"x-plugproof-store", b"unavailable") in refused.headers
            with pytest.raises(StoreUnavailableError):
                world.advance(1)
        finally:
            process.send_signal(signal.SIGCONT)
        deadline = time.monotonic() + PATIENCE
        while answer(world, confirming(token)).status == 503:
            assert time.monotonic() < deadline
        statuses = [answer(world, confirming(token)).status for _ in range(10)]
        assert 5 + 1 + statuses.count(200) <= 10


def test_acknowledged_transitions_survive_kill_9(tmp_path, noon):
    """What was answered is there after Redis was killed and has started again."""
    with redis_server(tmp_path) as (process, url):
        world = shared(StateAddress(f"{url}?socket_timeout={PATIENCE}").open(), noon, "default")
        tokens = [world.start(StartBody("HAPPY", 1, None)).token for _ in range(20)]
        process.kill()
        process.wait()
    with redis_server(tmp_path) as (_, url):
        again = shared(StateAddress(f"{url}?socket_timeout={PATIENCE}").open(), noon, "default")
        assert again.sessions.tokens() == tokens


@pytest.mark.parametrize("text", ["memory", "sqlite:///a.db", "redis://u:secret@h:1/2", "valkey://:secret@h"])
def test_the_place_of_a_store_shows_no_password(text):
    """The text of a place names its host, and nothing that is secret."""
    assert "secret" not in repr(StateAddress(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "redis",
        "redis://",
        "sqlite://",
        "sqlite://h/f",
        "sqlite:///f?synchronous=off",
        "ftp://h/f",
        "redis://h:x",
    ],
)
def test_an_impossible_place_is_refused(text):
    """What is no place of a store is refused."""
    with pytest.raises(InvalidValueError):
        StateAddress(text)


@pytest.mark.parametrize(("query", "level"), [("", 2), ("?synchronous=full", 2), ("?synchronous=NORMAL", 1)])
def test_a_file_is_written_as_its_address_says(tmp_path, query, level):
    """By default each commit is on the disk before its answer; who does not fear for the power may do without."""
    store = StateAddress(f"sqlite:///{tmp_path}/worlds.db{query}").open()
    assert store.health().trouble is None
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (level,)
    store.close()
