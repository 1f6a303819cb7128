"""A maintenance that begins and ends while the fake runs: one world refuses everything, and costs nothing."""

import httpx
import pytest

from plugproof import FakePlugchoice, WorldSnapshot
from plugproof_contracts.errors import InvalidValueError

BASE = "https://app.plugchoice.com/api/v3/public-charging"
PATHS = ("/sessions/t", "/chargers/HAPPY", "/nowhere")


@pytest.fixture(params=["memory", "sqlite", "redis"])
def fake(request, tmp_path):
    """Return a fake whose world is kept in one of three places."""
    state = {"memory": "memory", "sqlite": f"sqlite:///{tmp_path}/worlds.db?synchronous=normal"}.get(request.param)
    made = FakePlugchoice(seed=7, state=state or request.getfixturevalue("redis_url"))
    made.reset()
    yield made
    made.close()


def asked(fake):
    """Return what every path answers, and the wait that each tells."""
    with httpx.Client(transport=fake.transport()) as client:
        replies = [client.get(BASE + path) for path in PATHS]
    return [(reply.status_code, reply.headers.get("retry-after")) for reply in replies]


def test_a_maintenance_begins_and_ends_at_any_moment(fake):
    """Whatever the path, a 503 that says how long to wait; no limit counts it, and afterwards all is as before."""
    before = asked(fake)
    windows = sorted(fake.world.limiter.open_windows(fake.world.clock.now()))
    fake.maintain(90)
    assert asked(fake) == [(503, "90")] * 3
    assert sorted(fake.world.limiter.open_windows(fake.world.clock.now())) == windows
    fake.maintain(0)
    assert asked(fake) == before


def test_a_fork_and_a_snapshot_are_in_maintenance_too(fake):
    """It is part of what a world is at a moment; a reset ends it."""
    assert fake.world.is_empty
    fake.maintain(60)
    assert not fake.world.is_empty
    saved = WorldSnapshot.from_json(fake.snapshot().to_json())
    assert asked(fake.fork()) == [(503, "60")] * 3
    fake.reset()
    assert asked(fake)[0][0] == 404
    fake.restore(saved)
    assert asked(fake) == [(503, "60")] * 3


def test_a_world_goes_back_to_the_setting():
    """A world that its settings have in maintenance can be let out of it, until it is reset."""
    made = FakePlugchoice(maintenance=30)
    made.maintain(0)
    assert asked(made)[1][0] == 200
    made.reset()
    assert asked(made) == [(503, "30")] * 3


@pytest.mark.parametrize("seconds", [-1, 1.5, True, None, "60", 10**10, [1]])
def test_what_is_no_wait_is_refused(seconds):
    """The message names the value and what is allowed, in Python and over HTTP alike, and nothing begins."""
    fake = FakePlugchoice()
    with pytest.raises(InvalidValueError, match=r"seconds of (FakePlugchoice.maintain|a maintenance) can't be"):
        fake.maintain(seconds)
    assert asked(fake)[1][0] == 200
