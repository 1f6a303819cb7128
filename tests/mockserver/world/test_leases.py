import pytest

from plugproof_contracts import Status
from plugproof_contracts.errors import InvalidValueError
from plugproof_mockserver.model.timestamps import SECOND
from plugproof_mockserver.stores.sqlite_store import SqliteStore
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.nouns.world_errors import (
    Ending,
    NoSuchWorldError,
    QuotaError,
    WorldGoneError,
    WorldNameError,
)
from plugproof_mockserver.world.registries.registry import LONGEST, WorldRegistry
from plugproof_mockserver.world.registries.shared_registry import SharedRegistry
from plugproof_mockserver.world.shared.shared_world import SharedWorld


class Idle:
    """A clock of idleness that is turned by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def idle():
    return Idle()


@pytest.fixture(params=["memory", "sqlite"])
def registry(request, make_world, idle, noon, tmp_path):
    """Return a function that makes a registry with some quotas; in a store it does what it does in memory."""

    def wall():
        return 1.8e9 + idle.at

    if request.param == "memory":
        yield lambda **quotas: WorldRegistry(
            lambda name: make_world(name=name), idle_clock=idle, wall=wall, **quotas
        )
        return
    store = SqliteStore(tmp_path / "worlds.db")

    def shared(name):
        return SharedWorld(store=store, clock=Clock(noon, speed=0, wall=lambda: int(wall() * SECOND)), name=name)

    yield lambda **quotas: SharedRegistry(shared, store, wall=wall, **quotas)
    store.close()


def use(worlds, name):
    worlds.get(name).seed_session(Status.CREATED)


# Leases.


def test_a_leased_world_is_kept_until_its_lease_ends(registry, idle):
    """However little it is used, and not a moment longer."""
    worlds = registry()
    assert worlds.lease("a", 7200) is True
    use(worlds, "a")
    idle.at = 7199.9
    worlds.get("other")
    assert len(worlds.get("a").sessions) == 1
    idle.at = 7200
    with pytest.raises(
        WorldGoneError, match=r"'a' is gone .* with 1 sessions: its lease ended; PUT .*/worlds/a "
    ) as error:
        worlds.get("a")
    assert error.value.status == 410
    assert worlds.endings == {Ending.LEASE: 1}


def test_a_lease_counts_from_when_it_was_last_asked_for(registry, idle):
    """Asking again renews it, for longer or for shorter."""
    worlds = registry()
    worlds.lease("a", 100)
    idle.at = 99
    assert worlds.lease("a", 10) is False
    assert worlds.status("a").lease_left == 10
    idle.at = 108
    worlds.get("a")
    idle.at = 109
    with pytest.raises(WorldGoneError):
        worlds.get("a")


def test_a_lease_can_be_given_back(registry, idle):
    """The world is then kept as one that was made on its first use."""
    worlds = registry()
    worlds.lease("a", 10)
    worlds.lease("a", None)
    idle.at = 1000
    assert worlds.status("a").lease_left is None


def test_a_world_that_has_ended_begins_anew_with_a_lease(registry, idle):
    """Only whoever says so gets a new one, and it has nothing of the old."""
    worlds = registry()
    worlds.lease("a", 10)
    use(worlds, "a")
    old = worlds.get("a")
    idle.at = 10
    assert worlds.lease("a", 10) is True
    assert worlds.get("a") is not old
    assert len(worlds.get("a").sessions) == 0


@pytest.mark.parametrize("seconds", [0, 0.5, -1, LONGEST + 1, float("nan"), float("inf")])
def test_a_lease_lasts_a_second_to_a_year(registry, seconds):
    with pytest.raises(InvalidValueError, match="ttl can't be"):
        registry().lease("a", seconds)


def test_the_default_world_takes_no_lease_and_no_end(registry):
    worlds = registry()
    with pytest.raises(InvalidValueError, match="always there"):
        worlds.lease("default", 10)
    with pytest.raises(InvalidValueError, match="reset it instead"):
        worlds.delete("default")


# What ends is told of.


def test_a_used_world_that_is_idle_ends_with_410(registry, idle):
    """A client that comes back hears what became of its sessions, not that its token is unknown."""
    worlds = registry()
    use(worlds, "a")
    idle.at = worlds.idle_seconds + 1
    worlds.get("b")
    with pytest.raises(WorldGoneError, match=r"nobody used it for (an hour|a week)"):
        worlds.get("a")


def test_an_empty_world_without_a_lease_is_made_again(registry, idle):
    """Nothing of it is lost, so its next use is like its first."""
    worlds = registry()
    worlds.get("a")
    idle.at = worlds.idle_seconds + 1
    worlds.get("b")
    assert worlds.endings == {Ending.IDLE: 1}
    assert worlds.get("a").name == "a"


def test_every_end_is_told_to_the_listeners(registry, idle):
    worlds, told = registry(), []
    worlds.listeners.append(told.append)
    use(worlds, "deleted")
    worlds.delete("deleted")
    worlds.lease("leased", 5)
    idle.at = 5
    worlds.sweep()
    assert [(one.name, one.ending, one.sessions, one.was_leased) for one in told] == [
        ("deleted", "deleted", 1, False),
        ("leased", "lease", 0, True),
    ]


def test_a_deleted_world_is_not_made_by_a_straggler(registry):
    worlds = registry()
    worlds.get("a")
    worlds.delete("a")
    with pytest.raises(WorldGoneError, match="it was deleted"):
        worlds.get("a")
    with pytest.raises(WorldGoneError):
        worlds.delete("a")


def test_looking_makes_no_world(registry):
    worlds = registry()
    with pytest.raises(NoSuchWorldError, match="no world 'a'"):
        worlds.status("a")
    with pytest.raises(WorldNameError):
        worlds.status("a b")
    with pytest.raises(NoSuchWorldError):
        worlds.delete("a")
    assert worlds.names() == ["default"]


# What is empty.


@pytest.mark.parametrize(
    ("change", "is_empty"),
    [
        (lambda world: None, True),
        (lambda world: world.seed_session(Status.CREATED), False),
        (lambda world: world.chargers.remove("HAPPY"), False),
        (lambda world: world.advance(1), False),
        (lambda world: world.clock.run(0), False),
    ],
)
def test_a_world_is_empty_as_long_as_a_new_one_is_the_same(make_world, change, is_empty):
    world = make_world(name="a")
    change(world)
    assert world.is_empty is is_empty
    world.reset()
    assert len(world.sessions) == 0


# Room.


def test_at_the_cap_an_empty_world_goes_first(registry):
    """The longest unused of them; what has sessions or a lease stays."""
    worlds = registry(most=4)
    use(worlds, "used")
    worlds.lease("leased", 60)
    worlds.get("empty")
    worlds.get("empty-later")
    worlds.get("new")
    assert worlds.names() == ["default", "empty-later", "leased", "new", "used"]
    assert worlds.endings == {Ending.ROOM: 1}


def test_at_the_cap_nothing_that_is_in_use_goes(registry, idle):
    """It is refused with what to do, and room that is made is found."""
    worlds = registry(most=2)
    use(worlds, "a")
    use(worlds, "b")
    for _ in range(2):
        with pytest.raises(QuotaError, match=r"there are 2 worlds, .* DELETE /_plugproof/worlds/NAME") as error:
            worlds.get("c")
    assert error.value.status == 507
    worlds.delete("a")
    use(worlds, "c")
    assert worlds.names() == ["b", "c", "default"]
    assert [one.name for one in worlds.statuses(["b", "c", "ended"])] == ["b", "c"]


def test_room_that_a_reset_makes_is_found_within_a_second(registry, idle):
    worlds = registry(most=1)
    use(worlds, "a")
    with pytest.raises(QuotaError):
        worlds.get("b")
    worlds.get("a").reset()
    idle.at = 1
    assert worlds.get("b").name == "b"


def test_a_prefix_has_a_quota_of_its_own(registry):
    """It bites that prefix alone, and a longer prefix counts apart."""
    worlds = registry(most=100, quotas={"team-": 2, "team-a-": 1})
    for name in ("team-1", "team-2", "team-a-1", "other"):
        use(worlds, name)
    with pytest.raises(QuotaError, match="2 worlds whose names begin with 'team-'"):
        worlds.get("team-3")
    with pytest.raises(QuotaError, match="1 worlds whose names begin with 'team-a-'"):
        worlds.lease("team-a-2", 10)
    use(worlds, "others")
    worlds.delete("team-1")
    use(worlds, "team-3")


def test_an_empty_world_of_another_prefix_makes_no_room(registry):
    worlds = registry(most=100, quotas={"a-": 1})
    use(worlds, "a-1")
    worlds.get("b-1")
    with pytest.raises(QuotaError):
        worlds.get("a-2")
    assert worlds.names() == ["a-1", "b-1", "default"]
