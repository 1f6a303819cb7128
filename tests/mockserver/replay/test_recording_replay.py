"""A recording of any world replays without an unexplained difference."""

from pathlib import Path
from random import Random

import pytest
from tests.contracts.learning.recorded_worlds import RecordedWorld
from tests.mockserver.replay.planted_deviations import recording

from plugproof_contracts.learning.estimation import learn
from plugproof_contracts.learning.facts_toml import facts_toml
from plugproof_mockserver.replay.recording_replay import replay

CODES = ("HAPPY", "UNPAID", "CAPPED", "UNPLUG", "DECLINED", "STOPFAIL", "OFFLINE", "BUSY", "CAPFAIL", "NOSTART")


def recorded(seed: int, **settings: object) -> RecordedWorld:
    """Return a world of which sixty requests by chance were recorded."""
    chance, world, tokens = Random(seed), RecordedWorld(**settings), [""]
    while len(world.exchanges) < 60:
        world.fake.clock.advance(chance.choice([0.3, 3, 10, 61, 300, 900]) * chance.uniform(0.5, 1.5))
        operation = chance.choice(["start", "get", "get", "confirm", "confirm", "stop", "cancel", "receipt-email"])
        token = chance.choice(tokens[-2:]) or "f" * 40
        if operation == "start":
            answer = world.send("POST", "/sessions", json={"code": chance.choice(CODES), "connector_id": 1})
            tokens += [answer.json()["session_token"]] if answer.status_code == 201 else []
        elif operation == "get":
            world.get(token)
        else:
            body = {"email": chance.choice(["x", "a@example.com"])} if operation == "receipt-email" else None
            world.send("POST", f"/sessions/{token}/{operation}", json=body)
    return world


SETTINGS = (
    {},
    {"vat": 19, "hold": 2000, "rate_limit": "shared"},
    {"payment_window": 300, "token_ttl": 7200, "errors": "negotiated"},
    {"hold": 7500, "sessions_per_charger": 2},
)


def _toml(settings: dict[str, object]) -> str:
    names = {"rate_limit": "limiter"}
    rows = ((names.get(name, name), value) for name, value in settings.items())
    return "\n".join(
        f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}" for name, value in rows
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_a_world_replays_the_same_by_its_settings(settings: dict[str, object], seed: int, tmp_path: Path):
    """What only charger and driver decide follows the recording: with the world's settings nothing differs."""
    facts = tmp_path / "plugproof.toml"
    facts.write_text(_toml(settings))
    assert replay(recorded(seed, **settings).exchanges, facts).differences == ()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_a_learned_world_has_nothing_unexplained(settings: dict[str, object], seed: int, tmp_path: Path):
    """What learn could not know may differ, but every difference has the name of a fact."""
    world = recorded(seed, **settings)
    facts = tmp_path / "plugproof.toml"
    facts.write_text(facts_toml(learn([world.exchanges])))
    assert "unexplained" not in replay(world.exchanges, facts).by_fact


def test_a_learned_setting_differs_no_more(tmp_path: Path):
    """A rate and a hold that contradict the assumption are named, and once they are served no more."""
    world = RecordedWorld(vat=19, hold=2000)
    world.bill("CAPPED", 2000)
    facts = tmp_path / "plugproof.toml"
    facts.write_text(facts_toml(learn([world.exchanges])))
    assert {"vat", "hold"} <= set(replay(world.exchanges).by_fact)
    assert not replay(world.exchanges, facts).differences


def test_a_recording_may_begin_anywhere():
    """Sessions and hits of before the recording make no difference."""
    for first in range(len(recording())):
        assert "unexplained" not in replay(recording()[first:]).by_fact


def test_stand_ins_for_tokens_make_no_difference():
    """One word for every token and secret is no deviation."""
    world = RecordedWorld()
    token = world.bill()
    hidden = [
        one.replace(
            url=one.url.replace(token, "[REDACTED]"),
            body=(one.body or b"").replace(token.encode(), b"[REDACTED]"),
        )
        for one in world.exchanges
    ]
    assert replay(hidden).differences == ()


def test_bodies_that_were_not_recorded_are_not_compared():
    """A recording without bodies has no differences in them."""
    assert not replay([one.replace(body=None) for one in recording()[:1]]).differences


def test_no_difference_shows_a_token():
    """Tokens, payment secrets and addresses stay out of what is told."""
    told = str(replay([one.replace(status=500) for one in recording()]).differences)
    for one in recording():
        assert one.token is None or one.token.reveal() == "f" * 40 or one.token.reveal() not in told
    assert "driver@example.com" not in told


def test_a_refusal_without_a_message_is_told_by_what_follows(tmp_path: Path):
    """A page says only 400: whether the session was charging by then, a later answer tells."""
    world = RecordedWorld(errors="negotiated")
    token = world.start("UNPLUG")
    world.send("POST", f"/sessions/{token}/confirm")
    for seconds, request in ((1, "stop"), (8, "cancel"), (3, "confirm")):
        world.fake.clock.advance(seconds)
        world.send("POST", f"/sessions/{token}/{request}")
    facts = tmp_path / "plugproof.toml"
    facts.write_text(_toml({"errors": "negotiated"}))
    assert [one.status for one in world.exchanges] == [201, 200, 400, 409, 200]
    assert replay(world.exchanges, facts).differences == ()
