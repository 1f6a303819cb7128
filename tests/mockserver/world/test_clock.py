import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugproof_mockserver.model.timestamps import EARLIEST, LATEST, SECOND, seconds
from plugproof_mockserver.world.nouns.clock import FASTEST, Clock


class Wall:
    """A machine's clock that is turned by hand."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def wall(noon):
    return Wall(noon)


def test_a_clock_follows_the_machine_by_itself(wall):
    clock = Clock(wall=wall)
    assert clock.now() == wall.at
    wall.at += 5 * SECOND
    assert clock.now() == wall.at


def test_a_frozen_clock_moves_only_when_it_is_told_to(wall, noon):
    clock = Clock(noon - SECOND, speed=0, wall=wall)
    wall.at += 3600 * SECOND
    assert clock.now() == noon - SECOND
    clock.advance(3)
    assert clock.now() == noon - SECOND + 3
    clock.set(noon)
    assert clock.now() == noon


@pytest.mark.parametrize("speed", [0.5, 1, 60, FASTEST])
def test_a_scaled_clock_runs_so_many_times_as_fast(wall, noon, speed):
    clock = Clock(noon, speed=speed, wall=wall)
    wall.at += 4 * SECOND
    assert clock.now() == noon + 4 * SECOND * speed


def test_another_speed_goes_on_from_the_present_moment(wall, noon):
    clock = Clock(noon, speed=60, wall=wall)
    wall.at += SECOND
    clock.run(0)
    wall.at += SECOND
    assert clock.now() == noon + 60 * SECOND
    clock.run(2)
    wall.at += SECOND
    assert clock.now() == noon + 62 * SECOND
    assert clock.speed == 2


def test_a_clock_that_was_set_goes_on_at_its_speed(wall, noon):
    clock = Clock(speed=10, wall=wall)
    wall.at += SECOND
    clock.set(noon)
    wall.at += SECOND
    assert clock.now() == noon + 10 * SECOND


@given(st.integers(EARLIEST, LATEST), st.integers(0, 10**12))
def test_a_running_clock_stops_at_the_end_of_the_calendar(start, passed):
    wall = Wall(start)
    clock = Clock(start, speed=FASTEST, wall=wall)
    wall.at += passed
    assert clock.now() == min(LATEST, start + passed * FASTEST)


@pytest.mark.parametrize("moment", [EARLIEST - 1, LATEST + 1])
def test_no_clock_shows_a_moment_beyond_the_calendar(noon, moment):
    clock = Clock(noon, speed=0)
    with pytest.raises(ValueError, match="1971 to 9999"):
        clock.set(moment)
    with pytest.raises(ValueError, match="1971 to 9999"):
        Clock(moment)
    with pytest.raises(ValueError, match="1971 to 9999"):
        clock.advance(LATEST)
    assert clock.now() == noon


@pytest.mark.parametrize("moment", [EARLIEST, LATEST])
def test_the_ends_of_the_calendar_can_be_shown(moment):
    clock = Clock(moment, speed=0)
    clock.set(moment)
    assert clock.now() == moment


@pytest.mark.parametrize("speed", [-1, FASTEST + 1, float("inf"), float("nan")])
def test_an_impossible_speed_is_refused_by_its_value(noon, speed):
    clock = Clock(noon, speed=0)
    with pytest.raises(ValueError, match=rf"speed can't be {speed}"):
        clock.run(speed)
    with pytest.raises(ValueError, match="speed"):
        Clock(noon, speed=speed)
    assert clock.speed == 0


def test_a_clock_does_not_advance_backwards(noon):
    clock = Clock(noon, speed=0)
    with pytest.raises(ValueError, match="ahead"):
        clock.advance(-1)
    assert clock.now() == noon


def test_a_clock_shows_its_moment_and_pace(noon):
    assert repr(Clock(noon, speed=0)) == "<Clock 2026-01-10T12:00:00.000000Z frozen>"
    assert repr(Clock(noon, speed=60, wall=Wall(noon))) == "<Clock 2026-01-10T12:00:00.000000Z x60>"


def test_seconds_are_whole_microseconds():
    assert [seconds(1), seconds(0.25), seconds(0.0000005), seconds(1e-6)] == [SECOND, 250_000, 0, 1]
