"""Confirming a payment: the operation that everything else stands on."""

import pytest

from plugproof_contracts import Status
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.timestamps import seconds

VARY = {"date", "x-ratelimit-remaining"}


@pytest.fixture
def started(world, ask):
    """Starts a session of a scenario and returns its token."""

    def run(code: str) -> str:
        return str(ask(world, "start", json={"code": code, "connector_id": 1}).json["session_token"])

    return run


def test_a_paid_session_is_authorised_with_hold_and_time(world, ask, started):
    token = started("HAPPY")
    world.advance(seconds(30))
    data = ask(world, "confirm", token).json["data"]
    assert (data["status"], data["amount_authorized"]) == ("authorized", 5000)
    assert (data["created_at"], data["authorized_at"]) == (
        "2026-01-10T12:00:00.000000Z",
        "2026-01-10T12:00:30.000000Z",
    )
    assert ask(world, "get", token).json["payment"] is None


def test_an_unpaid_session_stays_created_and_keeps_its_payment(world, ask, started):
    token = started("UNPAID")
    before = ask(world, "get", token).json
    confirmed = ask(world, "confirm", token)
    assert (confirmed.status, confirmed.json["data"]) == (200, before["data"])
    assert before["data"]["status"] == "created"
    assert ask(world, "get", token).json == before


def test_a_payment_between_two_confirms_is_seen_by_the_second(world, ask, started):
    """A session that is paid between two confirms is authorised by the second."""
    token = started("UNPAID")
    assert ask(world, "confirm", token).json["data"]["status"] == "created"
    world.apply_event(token, Event.PAID)
    assert ask(world, "confirm", token).json["data"]["status"] == "authorized"


def test_a_declined_session_fails_and_says_why(world, ask, started):
    data = ask(world, "confirm", started("DECLINED")).json["data"]
    assert (data["status"], data["failure_reason"]) == ("failed", "The payment was declined.")
    assert data["authorized_at"] is data["amount_authorized"] is None


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.CREATED])
def test_confirm_leaves_a_session_past_payment_unchanged(make_world, ask, status):
    """A session that is past payment is answered unchanged, however often it is confirmed."""
    world = make_world(rate_limit="off")
    token = world.seed_session(status).token
    state = world.sessions.get(token, world.clock.now())
    before = ask(world, "get", token).json["data"]
    for _ in range(25):
        confirmed = ask(world, "confirm", token)
        assert (confirmed.status, confirmed.json) == (200, {"data": before})
    assert world.sessions.get(token, world.clock.now()) is state
    assert before["status"] == status


@pytest.mark.parametrize("body", [b"", b"{", b'{"amount": 1}', b"\xff" * 60_000])
def test_a_body_is_ignored(world, ask, started, body):
    confirmed = ask(
        world, "confirm", started("HAPPY"), body=body, headers=((b"content-type", b"application/json"),)
    )
    assert confirmed.json["data"]["status"] == "authorized"


def test_all_tokens_without_a_session_get_the_same_bytes(make_world, ask):
    """Unknown, expired, malformed and foreign tokens are answered byte for byte the same."""
    world, other = make_world(rate_limit="off"), make_world(name="other")
    expired = world.seed_session(Status.CAPTURED).token
    foreign = other.seed_session(Status.CREATED).token
    world.apply_event(expired, Event.EXPIRE_TOKEN)
    tokens = [
        "0" * 40,
        expired,
        foreign,
        "x",
        "a b",
        "%00",
        "..",
        expired.upper(),
        expired[:-1],
        "%C3%A9",
        "9" * 60_000,
    ]
    answers = [ask(world, "confirm", token) for token in tokens]
    assert answers[0].status == 404
    assert answers[0].json == {"message": "Not Found"}
    assert {found.body for found in answers} == {answers[0].body}
    assert all(found == answers[0] for found in answers)
    assert other.sessions.get(foreign, other.clock.now()).status == "created"


def test_only_the_count_and_the_date_tell_two_such_answers_apart(world, ask):
    first = ask(world, "confirm", "0" * 40)
    world.advance(seconds(5))
    second = ask(world, "confirm", "malformed")
    assert first.status == second.status == 404
    differing = {
        name for name in first.headers | second.headers if first.headers.get(name) != second.headers.get(name)
    }
    assert differing == VARY


def test_a_token_expires_at_exactly_its_moment(make_world, ask):
    world = make_world(token_ttl=100, rate_limit="off")
    token = ask(world, "start", json={"code": "UNPAID", "connector_id": 1}).json["session_token"]
    world.advance(seconds(100) - 1)
    assert ask(world, "confirm", token).status == 200
    world.advance(1)
    assert ask(world, "confirm", token).status == 404
    world.set_clock(world.clock.now() - seconds(50))
    assert ask(world, "confirm", token).status == 404


def test_a_confirm_at_the_end_of_the_payment_window_is_too_late(make_world, ask):
    """The payment window closes before a confirm at its very end."""
    world = make_world(payment_window=60)
    for passed, status in ((seconds(60) - 1, "authorized"), (seconds(60), "expired")):
        token = ask(world, "start", json={"code": "HAPPY", "connector_id": 1}).json["session_token"]
        world.advance(passed)
        assert ask(world, "confirm", token).json["data"]["status"] == status
