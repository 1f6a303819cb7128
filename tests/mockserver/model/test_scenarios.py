from itertools import pairwise

import pytest

from plugproof_contracts import Status
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE
from plugproof_mockserver.engine.transitions import StatusChange
from plugproof_mockserver.model.events import possible_events
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.model.timestamps import seconds

ENDS = {
    "HAPPY": "captured",
    "DECLINED": "failed",
    "UNPAID": "expired",
    "WEBHOOK": "captured",
    "OFFLINE": 400,
    "REFUSED": "failed",
    "NOSTART": "failed",
    "NOENERGY": "no_charge",
    "CAPPED": "captured",
    "UNPLUG": "captured",
    "STOPFAIL": "captured",
    "CAPFAIL": "captured",
    "REVIEW": "requires_review",
    "REFUND": "refunded",
    "WRITEOFF": "written_off",
    "EXPIRED": "expired",
    "SLOW": "captured",
    "BUSY": 409,
    "NULLS": "captured",
}
"""Where a session of each scenario ends, or what a start is answered."""


@pytest.fixture
def drive(make_world, ask):
    """Plays a scenario to its end: the driver starts, confirms, and does one thing more in one status."""

    def play(code: str, at: str = "created", operation: str = "confirm") -> list[Status | int]:
        world = make_world()
        started = ask(world, "start", json={"code": code, "connector_id": 1})
        if started.status != 201:
            return [started.status]
        token = started.json["session_token"]
        seen: list[Status | int] = [Status.CREATED]
        for name, where in [(operation, at)] if at == "created" else [("confirm", "created"), (operation, at)]:
            while seen[-1] != where and (moves := world.advance_to_next()):
                seen += [move.target for move in moves]
            seen.append(ask(world, name, token).json.get("data", {}).get("status", seen[-1]))
        while moves := world.advance_to_next():
            seen += [move.target for move in moves]
        return seen

    return play


def test_every_scenario_is_listed_here():
    assert set(ENDS) == set(SCENARIOS)


@pytest.mark.parametrize("code", SCENARIOS)
def test_a_code_fits_into_a_request_and_names_its_own_row(code):
    assert 1 <= len(code) <= 10
    assert code.isascii()
    assert code.isalnum()
    assert code == code.upper() == SCENARIOS[code].code
    assert SCENARIOS[code].summary.endswith(".")


@pytest.mark.parametrize("code", SCENARIOS)
def test_a_script_plays_what_its_statuses_take_never_at_once(code):
    """A script plays only what its statuses take, and never at once."""
    for status, step in SCENARIOS[code].script.items():
        assert step.event in possible_events(status)
        assert step.seconds > 0


@pytest.mark.parametrize("code", SCENARIOS)
def test_a_session_ends_where_its_scenario_says(drive, code):
    assert drive(code)[-1] == ENDS[code]


def test_between_them_the_scenarios_reach_all_15_statuses(drive):
    reached = {status for code in SCENARIOS for status in drive(code)}
    reached |= set(drive("HAPPY", "charging", "stop")) | set(drive("HAPPY", "created", "cancel"))
    assert reached - {400, 409} == set(Status)


@pytest.mark.parametrize("code", [code for code in SCENARIOS if isinstance(ENDS[code], str)])
@pytest.mark.parametrize(
    ("at", "operation"),
    [("created", "confirm"), ("created", "cancel"), ("starting", "cancel"), ("charging", "stop")],
)
def test_a_session_moves_along_the_lifecycle_only(drive, code, at, operation):
    arrows = {(move.source, move.target) for move in LIFECYCLE}
    seen = drive(code, at, operation)
    assert {pair for pair in pairwise(seen) if pair[0] != pair[1]} <= arrows


def _played(world, ask, code: str, operation: str | None = "confirm") -> tuple[str, list[StatusChange]]:
    token = ask(world, "start", json={"code": code, "connector_id": 1}).json["session_token"]
    if operation:
        ask(world, operation, token)
    return token, world.advance(seconds(4 * 3600))


def test_a_happy_life_is_billed_for_15_minutes_of_charging(world, ask):
    token, moves = _played(world, ask, "HAPPY")
    data = ask(world, "get", token).json["data"]
    # 11 kW for a quarter of an hour at 0.49 a kWh, and 0.35 to start; 21 % of VAT are included.
    assert (data["energy_kwh"], data["cost_amount"], data["amount_captured"], data["tax_amount"]) == (
        "2.750",
        170,
        170,
        30,
    )
    assert [(move.source, move.event, move.target) for move in moves] == [
        ("authorized", "start_sent", "starting"),
        ("starting", "charger_started", "charging"),
        ("charging", "car_full", "settling"),
        ("settling", "settled", "captured"),
    ]


def test_a_capped_life_ends_when_the_hold_is_used_up(world, ask):
    token, moves = _played(world, ask, "CAPPED")
    data = ask(world, "get", token).json["data"]
    assert data["cost_amount"] == data["amount_captured"] == data["amount_authorized"] == 5000
    assert "hold_used_up" in [move.event for move in moves]


def test_the_webhook_authorises_without_a_confirm(world, ask, noon):
    _, moves = _played(world, ask, "WEBHOOK", operation=None)
    assert (moves[0].event, moves[0].target, moves[0].at) == ("webhook", "authorized", noon + seconds(2))


def test_an_unplugged_car_settles_after_five_minutes(world, ask, noon):
    _, moves = _played(world, ask, "UNPLUG")
    assert [(move.event, move.at) for move in moves if move.target == "settling"] == [
        ("unplugged", noon + seconds(2 + 5 + 300))
    ]


def test_an_expired_session_is_found_for_five_minutes_more(world, ask):
    started = ask(world, "start", json={"code": "EXPIRED", "connector_id": 1}).json["session_token"]
    for passed, status in ((60, "expired"), (299, "expired")):
        world.advance(seconds(passed))
        assert ask(world, "get", started).json["data"]["status"] == status
    world.advance(seconds(1))
    assert ask(world, "get", started).status == 404


@pytest.mark.parametrize(("code", "status", "after"), [("STOPFAIL", 400, "charging"), ("SLOW", 504, "stopping")])
def test_a_stop_can_fail_with_and_without_effect(world, ask, code, status, after):
    token = ask(world, "start", json={"code": code, "connector_id": 1}).json["session_token"]
    ask(world, "confirm", token)
    world.advance(seconds(120))
    assert ask(world, "stop", token).status == status
    assert ask(world, "get", token).json["data"]["status"] == after


def test_slow_takes_ten_times_as_long(world, ask, noon):
    _, happy = _played(world, ask, "HAPPY")
    ends = {move.target: move.at - noon for move in happy}
    world.set_clock(noon)
    token = ask(world, "start", json={"code": "SLOW", "connector_id": 1}).json["session_token"]
    ask(world, "confirm", token)
    slow = {move.target: move.at - noon for move in world.advance(seconds(4 * 3600))}
    assert slow == {status: 10 * passed for status, passed in ends.items()}
