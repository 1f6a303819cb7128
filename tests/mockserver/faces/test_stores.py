"""Worlds in a store are one more face: what several workers answer in turn is to the byte what the core answers.

A worker is a fake with connections of its own; they take turns request by request. The suite plays a sample;
`make faces` plays all of it: a thousand journeys, and every pair in every scenario.
"""

import os
from itertools import cycle

import pytest

from plugproof_contracts import Status
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.model.session_scenarios import SCENARIOS

SAMPLE = int(os.environ.get("FACES", "20"))
"""How many journeys are played, and a twentieth of it how many scenarios the pairs are tried in."""
WORKERS = 2
VERBS = ("", "/confirm", "/stop", "/cancel", "/receipt-email")


@pytest.fixture(params=["sqlite", "redis"])
def workers(request, tmp_path):
    """Return a function that begins a world anew in several workers, and ends those before them."""
    state = f"sqlite:///{tmp_path}/worlds.db"
    if request.param == "redis":
        state = request.getfixturevalue("redis_url")
    open_fakes = []

    def begin(name, make):
        while open_fakes:
            open_fakes.pop().close()
        open_fakes.extend(make(state=state) for _ in range(WORKERS))
        for fake in open_fakes:
            fake.world.begin(name, None)
        return list(open_fakes)

    yield begin
    for fake in open_fakes:
        fake.close()


def test_workers_answer_every_journey_as_the_core_does(workers, draw, core):
    """Answers, sessions, journal, faults and windows are those of one world in memory."""
    for journey in draw(SAMPLE):
        fakes = workers(f"journey {journey.seed}", journey.begin)
        turns, due = cycle(fakes), iter(journey.answers)
        for number, step in enumerate(journey.steps):
            fake = next(turns)
            if not core.do(fake, step):
                assert core.answer(fake, step) == next(due), f"seed {journey.seed}, step {number}: {step}"
        for fake in fakes:
            assert core.end(fake) == journey.end, f"seed {journey.seed}"


def test_workers_decide_every_pair_as_the_core_does(workers, core, ask_of):
    """Each operation on a session in each status, in some scenarios: the same answer and the same session."""
    memory = FakePlugchoice(seed=7, rate_limit="off")
    turns = cycle(workers("pairs", lambda **options: FakePlugchoice(seed=7, rate_limit="off", **options)))
    for code in tuple(SCENARIOS)[: max(1, SAMPLE // 20)]:
        for status in Status:
            for verb in VERBS:
                token = memory.seed_session(status, code=code).token
                assert next(turns).seed_session(status, code=code).token == token
                ask = ask_of(token, verb)
                assert core.answer(next(turns), ask) == core.answer(memory, ask), (code, status, verb)
    assert core.end(next(turns)) == core.end(memory)
