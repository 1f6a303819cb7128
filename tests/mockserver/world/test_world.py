import threading
from collections.abc import Callable
from typing import Any

import pytest
from benchmarks.reliability.scenarios.crowds import eager_switching
from msgspec.structs import replace

from plugproof_contracts import Status
from plugproof_contracts.facts.operations import PREFIX
from plugproof_mockserver.engine.transitions import NotPossibleError
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.request_bodies import StartBody
from plugproof_mockserver.http.response import ErrorResponse
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.state import SessionState
from plugproof_mockserver.model.timestamps import LATEST, seconds
from plugproof_mockserver.world import pipeline
from plugproof_mockserver.world.faults.faults import make_fault
from plugproof_mockserver.world.nouns.charger_store import UnknownChargerError
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.nouns.session_store import UnknownSessionError
from plugproof_mockserver.world.world import World

THREADS, TRIALS = 64, 1000


# Threads.


def at_once(calls: list[Callable[[int], object]]) -> None:
    """Make every call from every one of 64 threads, each of them in all threads at the same time."""
    gate = threading.Barrier(THREADS)

    def work(number: int) -> None:
        for call in calls:
            gate.wait(timeout=60)
            call(number)

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(THREADS)]
    with eager_switching():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)


class CountingWorld(World):
    """A world that counts what it stores: one for each time that a session became another."""

    stored = 0

    def store(self, state: SessionState, *, is_new: bool, now: int) -> None:
        self.stored += 1
        super().store(state, is_new=is_new, now=now)


class Trial:
    """One token in one world, and what each thread was answered."""

    def __init__(self, noon: int) -> None:
        self.world = CountingWorld(clock=Clock(noon, speed=0))
        self.token = self.world.seed_session(Status.CREATED).token
        self.answers: list[Any] = [None] * THREADS

    def __call__(self, number: int) -> None:
        request = Request("POST", f"{PREFIX}/sessions/{self.token}/confirm")
        self.answers[number] = pipeline.answer(self.world, request)


def test_confirm_is_atomic_under_64_threads(noon):
    """Of 64 threads on one token, ten are admitted and one moves it, a thousand times over."""
    trials = [Trial(noon) for _ in range(TRIALS)]
    at_once([*trials])
    for trial in trials:
        statuses = [reply.status for reply in trial.answers]
        assert (statuses.count(200), statuses.count(429)) == (10, THREADS - 10)
        assert trial.world.stored == 1
        assert len({reply.body for reply in trial.answers if reply.status == 200}) == 1
        remaining = [dict(reply.headers)[b"x-ratelimit-remaining"] for reply in trial.answers]
        assert sorted(remaining) == sorted([b"%d" % left for left in range(10)] + [b"0"] * (THREADS - 10))
        assert len(trial.world.journal) == THREADS


def test_start_is_atomic_under_64_threads(make_world):
    """Of 64 threads that start, as many get a session as the charger has left."""
    worlds = [make_world(sessions_per_charger=5) for _ in range(20)]

    def start(world: World) -> Callable[[int], object]:
        body, media = b'{"code":"HAPPY","connector_id":1}', ((b"content-type", b"application/json"),)
        return lambda number: pipeline.answer(
            world, Request("POST", f"{PREFIX}/sessions", media, body, f"10.0.0.{number}")
        )

    at_once([start(world) for world in worlds])
    for world in worlds:
        statuses = [entry.status for entry in world.journal]
        assert (statuses.count(201), statuses.count(429)) == (5, THREADS - 5)
        assert len(world.sessions) == 5


# Starting and seeding without the API's limits.


def test_a_start_by_hand_has_no_limit_but_fails_as_the_api_would(make_world):
    world = make_world(sessions_per_charger=0)
    started = world.start(StartBody("HAPPY", 1, None))
    assert isinstance(started, SessionState)
    assert world.sessions.get(started.token, world.clock.now()) == started
    for code, status in (("OFFLINE", 400), ("BUSY", 409), ("NOWHERE", 404)):
        refused = world.start(StartBody(code, 1, None))
        assert isinstance(refused, ErrorResponse)
        assert refused.status == status


def test_a_session_is_seeded_on_the_named_or_default_charger(make_world):
    """A session is seeded on the charger that is named or on that of the scenario."""
    assert make_world().seed_session(Status.CREATED).charger == "HAPPY"
    assert make_world(scenario="SLOW").seed_session(Status.CREATED).charger == "SLOW"
    assert make_world().seed_session(Status.CREATED, code="unplug").charger == "UNPLUG"
    with pytest.raises(
        UnknownChargerError, match=r"no charger has the code 'NOWHERE'; there are BUSY, CAPFAIL, .*"
    ):
        make_world().seed_session(Status.CREATED, code="NOWHERE")


# Events.


def test_an_event_needs_a_session_that_is_there_and_takes_it(world):
    with pytest.raises(UnknownSessionError):
        world.apply_event("none", Event.PAID)
    token = world.seed_session(Status.CAPTURED).token
    with pytest.raises(
        NotPossibleError, match=r"paid can't happen to a session that is captured; what can: .*refunded"
    ):
        world.apply_event(token, Event.PAID)


def test_a_charger_goes_offline_for_everybody_and_comes_back(world, ask):
    first, second = (world.seed_session(Status.CHARGING).token for _ in range(2))
    world.apply_event(first, Event.CHARGER_OFFLINE)
    assert ask(world, "get", second).json["data"]["charger"]["online"] is False
    assert ask(world, "stop", second).status == 400
    world.apply_event(second, Event.CHARGER_ONLINE)
    assert ask(world, "stop", second).status == 200


def test_a_charger_going_offline_fails_a_waiting_session(world):
    """A charger that goes offline fails a session that waits for it."""
    token = world.seed_session(Status.AUTHORIZED).token
    failed = world.apply_event(token, Event.CHARGER_OFFLINE)
    assert (failed.status, failed.reason) == ("failed", "The charger went offline.")


def test_a_session_goes_on_when_its_charger_is_taken_away(world, ask):
    token = world.seed_session(Status.CHARGING).token
    world.chargers.remove("happy")
    assert ask(world, "charger", "HAPPY").status == 404
    assert ask(world, "get", token).json["data"]["charger"]["public_code"] == "HAPPY"
    with pytest.raises(UnknownChargerError):
        world.chargers.remove("HAPPY")


def test_an_answer_follows_a_change_of_the_charger_at_once(world, ask):
    token = world.seed_session(Status.CHARGING).token
    ask(world, "confirm", token)
    world.chargers.put(replace(world.chargers.get("HAPPY"), name="Renamed"))
    assert ask(world, "confirm", token).json["data"]["charger"]["name"] == "Renamed"


# Time.


def test_advance_returns_all_moves_in_order_of_time(world, noon):
    """Advance returns the moves of all sessions in order of time."""
    for status in (Status.SETTLING, Status.AUTHORIZED, Status.STARTING):
        world.seed_session(status)
        world.advance(seconds(1))
    moves = world.advance(seconds(5))
    assert [(move.at - noon) // seconds(1) for move in moves] == [5, 7, 8]
    assert [move.target for move in moves] == ["captured", "charging", "charging"]
    assert world.advance(0) == []


def test_the_next_event_is_jumped_to_and_played(world, noon):
    world.seed_session(Status.CREATED, code="UNPAID")
    world.seed_session(Status.STARTING)
    moves = world.advance_to_next()
    assert [(move.at, move.target) for move in moves] == [(noon + seconds(5), "charging")]
    assert world.clock.now() == noon + seconds(5)


def test_where_nothing_is_due_time_stands_still(world, noon):
    world.seed_session(Status.CAPTURED)
    assert world.advance_to_next() == []
    assert world.clock.now() == noon


def test_going_back_in_time_forgets_future_hits(world, ask, noon):
    """Going back in time forgets the hits that would lie in the future."""
    for _ in range(10):
        ask(world, "confirm", "x")
    world.set_clock(noon + seconds(1))
    assert ask(world, "confirm", "x").status == 429
    world.set_clock(noon - seconds(3600))
    assert ask(world, "confirm", "x").headers["x-ratelimit-remaining"] == "9"


# Letting go.


def test_a_reset_forgets_everything_but_the_time(world, ask, noon):
    token = world.seed_session(Status.CREATED).token
    world.chargers.remove("HAPPY")
    world.faults.append(make_fault("*", "500"))
    ask(world, "confirm", token)
    world.advance(seconds(1))
    world.reset()
    assert world.clock.now() == noon + seconds(1)
    assert (len(world.sessions), len(world.journal), len(world.faults), len(world.limiter)) == (0, 0, 0, 0)
    assert ask(world, "confirm", token).status == 404
    assert ask(world, "charger", "HAPPY").status == 200


def test_expired_sessions_are_let_go_as_new_ones_come(make_world):
    world = make_world(token_ttl=60)
    for _ in range(100):
        world.seed_session(Status.CAPTURED)
    world.advance(seconds(60))
    for _ in range(50):
        world.seed_session(Status.CAPTURED)
    assert len(world.sessions) == 50


def test_an_expired_session_is_nowhere_to_be_found(world):
    token = world.seed_session(Status.CAPTURED).token
    world.apply_event(token, Event.EXPIRE_TOKEN)
    now = world.clock.now()
    assert world.sessions.find(token, now) is None
    assert list(world.sessions.all(now)) == []
    with pytest.raises(UnknownSessionError):
        world.amend(token, {"status": "created"})


def test_tokens_without_a_seed_are_random(make_world):
    tokens = {make_world(seed=None).seed_session(Status.CREATED).token for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {40}


def test_a_listener_is_told_of_every_answer_after_all_faults(make_world, ask):
    world, heard = make_world(), []
    world.listeners.append(lambda request, reply, now: heard.append((request.method, reply.status, now)))
    world.faults.append(make_fault("get", "500"))
    token = world.seed_session(Status.CREATED).token
    ask(world, "get", token)
    ask(world, "confirm", token, method="GET")
    ask(world, "confirm", token)
    now = world.clock.now()
    assert heard == [("GET", 500, now), ("GET", 405, now), ("POST", 200, now)]


@pytest.mark.parametrize(
    ("start", "speed", "took"), [("noon", 0, 1.5), ("noon", 1, 0), ("noon", 60, 0), ("the end of time", 0, 0)]
)
def test_an_answer_takes_time_on_a_clock_that_does_not_run(noon, start, speed, took):
    """And never more time than is left."""
    begin = noon if start == "noon" else LATEST
    world = World(clock=Clock(begin, speed=speed, wall=lambda: noon))
    world.elapse(1.5)
    assert world.clock.now() - begin == seconds(took)
