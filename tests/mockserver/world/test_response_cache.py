import pytest
from msgspec.structs import replace

from plugproof_contracts import Status
from plugproof_mockserver.engine.representation import data_body
from plugproof_mockserver.engine.seeding import seed_state
from plugproof_mockserver.model.session_scenarios import SCENARIOS, charger_for
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.timestamps import seconds
from plugproof_mockserver.world.nouns.response_cache import MOST, ResponseCache

CHARGER = charger_for("HAPPY", SCENARIOS["HAPPY"], 5000)


@pytest.fixture
def charging(noon):
    return seed_state(Status.CHARGING, CHARGER, "t" * 40, Settings(), noon)


@pytest.mark.parametrize("passed", [0, 9, 10, 25, 3600, 7])
def test_what_is_remembered_is_what_would_be_written(charging, noon, passed):
    bodies = ResponseCache()
    for after in (0, 5, passed):
        now = noon + seconds(after)
        assert bodies.encode(charging, CHARGER, now) == data_body(charging, CHARGER, now)


def test_a_body_is_written_once_for_as_long_as_it_is_true(charging, noon):
    bodies = ResponseCache()
    first = bodies.encode(charging, CHARGER, noon)
    assert bodies.encode(charging, CHARGER, noon + seconds(9)) is first


@pytest.mark.parametrize("change", ["state", "charger"])
def test_a_body_does_not_outlive_what_it_shows(charging, noon, change):
    bodies = ResponseCache()
    bodies.encode(charging, CHARGER, noon)
    state = replace(charging, email="driver@example.org") if change == "state" else charging
    charger = replace(CHARGER, name="Renamed") if change == "charger" else CHARGER
    assert bodies.encode(state, charger, noon) == data_body(state, charger, noon)


def test_so_many_bodies_are_remembered_and_the_oldest_goes(charging, noon):
    bodies = ResponseCache()
    first = bodies.encode(charging, CHARGER, noon)
    for number in range(MOST - 1):
        bodies.encode(replace(charging, token=f"{number}"), CHARGER, noon)
    assert bodies.encode(charging, CHARGER, noon) is first
    bodies.encode(replace(charging, token="one more"), CHARGER, noon)
    assert bodies.encode(charging, CHARGER, noon) is not first
