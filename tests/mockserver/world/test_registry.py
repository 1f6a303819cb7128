import re

import pytest

from plugproof_contracts import Status
from plugproof_mockserver.model.timestamps import seconds
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.nouns.world_errors import WorldNameError
from plugproof_mockserver.world.registries.registry import IDLE_SECONDS, MOST, WorldRegistry
from plugproof_mockserver.world.world import World


class Idle:
    """A clock of idleness that is turned by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def idle():
    return Idle()


@pytest.fixture
def worlds(make_world, idle):
    return WorldRegistry(lambda name: make_world(name=name), idle_clock=idle)


def test_a_world_is_made_on_first_use_and_found_again(worlds):
    assert len(worlds) == 1
    assert worlds.get("a") is worlds.get("a")
    assert worlds.get("a") is not worlds.get("b")
    assert worlds.get("default") is worlds.default
    assert len(worlds) == 3


def test_what_happens_in_one_world_happens_in_no_other(worlds, ask):
    here, there = worlds.get("here"), worlds.get("there")
    token = here.seed_session(Status.CREATED).token
    for _ in range(11):
        last = ask(here, "confirm", token)
    here.advance(seconds(3600))
    here.chargers.remove("HAPPY")
    assert last.status == 429
    assert ask(there, "confirm", token).status == 404
    assert ask(there, "charger", "HAPPY").status == 200
    assert there.clock.now() == here.clock.now() - seconds(3600)
    assert (len(there.sessions), len(there.journal)) == (0, 2)


def test_worlds_of_one_seed_make_distinct_repeatable_tokens(make_world):
    """Worlds of one seed make different tokens, and the same ones every time."""

    def tokens(name: str) -> list[str]:
        world = make_world(name=name)
        return [world.seed_session(Status.CREATED).token for _ in range(3)]

    assert tokens("a") == tokens("a")
    assert not set(tokens("a")) & set(tokens("b"))
    assert len(set(tokens("a"))) == 3


def test_a_world_that_nobody_used_for_an_hour_is_let_go(worlds, idle):
    old, used = worlds.get("old"), worlds.get("used")
    idle.at = IDLE_SECONDS
    assert worlds.get("used") is used
    idle.at += 1
    worlds.get("new")
    assert len(worlds) == 3
    assert worlds.get("used") is used
    assert worlds.get("old") is not old


def test_a_world_is_not_let_go_before(worlds, idle):
    kept = worlds.get("kept")
    idle.at = IDLE_SECONDS
    worlds.get("new")
    assert worlds.get("kept") is kept


def test_the_default_world_is_never_let_go(worlds, idle):
    default = worlds.get("default")
    idle.at = 10 * IDLE_SECONDS
    worlds.get("new")
    assert worlds.get("default") is default


def test_beyond_the_most_the_longest_unused_goes(idle):
    one = World(clock=Clock(10**15, speed=0))
    made: list[str] = []

    def make(name: str) -> World:
        made.append(name)
        return one

    worlds = WorldRegistry(make, idle_clock=idle)
    for number in range(MOST):
        worlds.get(f"w{number}")
    worlds.get("w0")
    worlds.get("one-more")
    assert len(worlds) == MOST + 1
    worlds.get("w0")
    assert made[-1] == "one-more"
    worlds.get("w1")
    assert made[-1] == "w1"


@pytest.mark.parametrize("name", ["a", "A9", "team-1.branch_x", "0", "x" * 64])
def test_a_name_is_letters_digits_dots_dashes_and_underscores(worlds, name):
    assert worlds.get(name).name == name


@pytest.mark.parametrize("name", ["", ".", "..", "-a", "_a", "a b", "a/b", "a%20b", "é", "a\n", "x" * 65, "a\x00"])
def test_any_other_name_is_refused_and_makes_nothing(worlds, name):
    with pytest.raises(WorldNameError, match=re.escape("1 to 64 letters, digits")):
        worlds.get(name)
    assert len(worlds) == 1
