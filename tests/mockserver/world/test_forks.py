import pytest

from plugproof_contracts import Status
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.world.faults.faults import make_fault
from plugproof_mockserver.world.nouns.world_errors import NoSuchWorldError, WorldTakenError
from plugproof_mockserver.world.registries.registry import WorldRegistry


@pytest.fixture
def worlds(make_world):
    return WorldRegistry(lambda name: make_world(name=name))


def state_of(world):
    now = world.clock.now()
    return (now, list(world.sessions.all(now)), world.chargers.all(), len(world.journal), len(world.faults))


def live(world, token, ask):
    """Let one of everything happen in a world."""
    ask(world, "confirm", token)
    world.apply_event(token, Event.CHARGER_OFFLINE)
    world.seed_session(Status.CREATED)
    world.inject(make_fault("*", "500", first=1))
    world.chargers.change("X1", {"name": f"after {world.clock.now()}"})
    world.advance(10**7)


def test_a_fork_is_what_its_world_is_and_then_its_own(worlds, ask):
    """Whatever happens in one of the two, the other is what it was."""
    parent = worlds.get("a")
    token = parent.seed_session(Status.CHARGING).token
    live(parent, token, ask)
    worlds.fork("a", "b", 60)
    fork = worlds.get("b")
    assert state_of(fork) == state_of(parent)
    before = state_of(parent)
    live(fork, token, ask)
    assert state_of(parent) == before != state_of(fork)
    before = state_of(fork)
    live(parent, token, ask)
    assert state_of(fork) == before


def test_hits_are_counted_on_in_a_fork(worlds, ask):
    """Ten are let in over its past and its own, and those of a fork are not its world's."""
    parent = worlds.get("a")
    token = parent.seed_session(Status.CHARGING).token
    for _ in range(9):
        ask(parent, "confirm", token)
    worlds.fork("a", "b")
    fork = worlds.get("b")
    assert [ask(fork, "confirm", token).status for _ in range(2)] == [200, 429]
    assert [ask(parent, "confirm", token).status for _ in range(2)] == [200, 429]


def test_a_fork_takes_a_free_name_and_a_world_that_is_there(worlds):
    worlds.get("a")
    for taken in ("a", "default"):
        with pytest.raises(WorldTakenError, match="already"):
            worlds.fork("a", taken)
    with pytest.raises(NoSuchWorldError):
        worlds.fork("c", "d")


def test_a_fake_forks_with_its_sessions_and_its_app():
    """A test tries two ends of one life: each fake has its own, over its own application."""
    fake = FakePlugchoice(seed=1)
    session = fake.seed_session("charging")
    app, fork = fake.asgi, fake.fork()
    (twin,) = fork.sessions
    assert twin.token == session.token
    twin.event("unplugged")
    assert (session.status, twin.status) == ("charging", "settling")
    assert fork.asgi is not app
    assert fork.asgi.worlds.default is fork.world
