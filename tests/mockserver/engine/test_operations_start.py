"""Starting a session: every documented failure, and which of two is named."""

from typing import Any

import pytest
from msgspec.structs import replace

from plugproof_contracts import ConnectorStatus
from plugproof_mockserver.model.settings import Limit
from plugproof_mockserver.model.timestamps import seconds


@pytest.fixture
def start(ask):
    """Starts a session from its own address, so that the endpoint's limit stays out of the way."""

    def run(world, code="HAPPY", connector_id=1, client=None, **more):
        fields = {"code": code, "connector_id": connector_id} | more
        return ask(world, "start", json=fields, client=client or f"10.1.0.{len(world.journal)}")

    return run


def test_a_start_answers_token_session_and_payment(world, start):
    started = start(world, email="driver@example.org")
    assert started.status == 201
    assert set(started.json) == {"session_token", "data", "payment"}
    assert set(started.json["payment"]) == {"client_secret", "publishable_key", "stripe_account_id"}
    assert started.json["data"]["driver_email"] == "driver@example.org"
    assert world.sessions.get(started.json["session_token"], world.clock.now()).status == "created"


@pytest.mark.parametrize("code", ["HAPPY", "happy", "hApPy"])
def test_a_code_has_no_case(world, start, code):
    assert start(world, code).json["data"]["charger"]["public_code"] == "HAPPY"


FAILURES: dict[int, dict[str, Any]] = {
    422: {"connector_id": 0},
    404: {"code": "NOWHERE"},
    400: {"code": "OFFLINE"},
    409: {"code": "BUSY"},
}
"""A request for each documented failure that one request alone can have."""


@pytest.mark.parametrize("status", FAILURES)
def test_a_refused_start_makes_no_session_and_costs_nothing(make_world, start, status):
    """A refused start makes no session and costs the charger nothing."""
    world = make_world(sessions_per_charger=1)
    assert start(world, **FAILURES[status]).status == status
    assert len(world.sessions) == 0
    assert start(world).status == 201


def test_an_unknown_connector_is_an_invalid_field(world, start):
    refused = start(world, connector_id=3)
    assert refused.status == 422
    assert list(refused.json["errors"]) == ["connector_id"]
    assert "1, 2" in refused.json["message"]


@pytest.mark.parametrize("status", ConnectorStatus)
def test_a_connector_is_available_when_free_or_just_plugged_in(world, start, status):
    """A connector is available while it is free or only just plugged in."""
    charger = world.chargers.get("HAPPY")
    world.chargers.put(replace(charger, connectors=(replace(charger.connectors[0], status=status),)))
    assert start(world).status == (201 if status in {"Available", "Preparing"} else 409)


def test_a_charger_without_public_charging_is_not_found(world, start, ask):
    world.chargers.put(replace(world.chargers.get("HAPPY"), public_charging=False))
    assert start(world).status == 404
    assert ask(world, "charger", "HAPPY").status == 404


def test_the_first_of_several_failures_is_named(make_world, start):
    """Body, charger, online, connector, its state: each hides those behind it, and a full hour hides them all."""
    world = make_world()
    offline = replace(world.chargers.get("BUSY"), online=False)
    world.chargers.put(offline)
    assert start(world, "NOWHERE", connector_id=101).status == 422
    assert start(world, "NOWHERE", connector_id=9).status == 404
    assert start(world, "BUSY", connector_id=9).status == 400
    world.chargers.put(replace(offline, online=True))
    assert start(world, "BUSY", connector_id=9).status == 422
    assert start(world, "BUSY").status == 409
    full = make_world(sessions_per_charger=0)
    assert {start(full, code, connector_id=9).status for code in ("NOWHERE", "BUSY", "HAPPY")} == {429}


def test_a_full_hour_costs_no_hit_of_the_minute(make_world, start):
    """The hour of a charger is asked before anything is charged, and the scarcer limit is shown."""
    world = make_world(sessions_per_charger=1, limits={"start": Limit(5, 60)})
    answers = [start(world), *[start(world) for _ in range(9)], start(world, "SLOW"), start(world, "BUSY")]
    assert [found.status for found in answers] == [201, *[429] * 9, 201, 409]
    shown = [(one.headers["x-ratelimit-limit"], one.headers["x-ratelimit-remaining"]) for one in answers]
    assert shown == [("1", "0")] * 11 + [("1", "1")]
    assert start(make_world(), "BUSY").headers["x-ratelimit-limit"] == "3"


def test_a_charger_starts_so_many_sessions_an_hour_whoever_asks(make_world, start):
    world = make_world(sessions_per_charger=2)
    assert [start(world).status for _ in range(3)] == [201, 201, 429]
    assert start(world, "SLOW").status == 201
    world.advance(seconds(3600) - 1)
    assert start(world).status == 429
    world.advance(1)
    assert start(world).status == 201


def test_a_full_charger_says_when_to_come_back(make_world, start):
    world = make_world(sessions_per_charger=1)
    start(world)
    world.advance(seconds(600))
    refused = start(world)
    assert refused.json == {"message": "Too Many Attempts."}
    assert {
        name: refused.headers[name] for name in ("x-ratelimit-limit", "x-ratelimit-remaining", "retry-after")
    } == {
        "x-ratelimit-limit": "1",
        "x-ratelimit-remaining": "0",
        "retry-after": "3000",
    }
    assert int(refused.headers["x-ratelimit-reset"]) == world.clock.now() // seconds(1) + 3000


def test_without_rate_limits_a_charger_is_never_full(make_world, start):
    world = make_world(sessions_per_charger=1, rate_limit="off")
    assert [start(world).status for _ in range(3)] == [201, 201, 201]


def test_a_quota_is_counted_apart_from_every_address(make_world, start, ask):
    world = make_world(sessions_per_charger=1, limits={"charger": Limit(1, 3600)})
    ask(world, "charger", "HAPPY", client="HAPPY")
    assert start(world, client="HAPPY").status == 201


def test_the_default_scenario_makes_every_well_formed_code_known(make_world, start):
    world = make_world(scenario="DECLINED")
    assert start(world, "A1B2").status == 201
    assert start(world, "A-1").status == 404
    assert start(world, "HAPPY").status == 201
