"""The fake as a test suite uses it."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta

import httpx
import httpx2
import pytest
import respx

import plugproof_mockserver
from plugproof_contracts import Status
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.model.session_scenarios import SCENARIOS

API = "https://app.plugchoice.com/api/v3/public-charging"


@pytest.fixture
def fake():
    return FakePlugchoice(seed=7, clock="2026-01-10T12:00:00Z", scenario="HAPPY")


def test_the_fake_is_what_the_package_offers():
    assert plugproof_mockserver.FakePlugchoice is FakePlugchoice
    with pytest.raises(AttributeError, match="FakeStripe"):
        plugproof_mockserver.FakeStripe  # noqa: B018 - that it raises is the point


def test_every_documented_keyword_is_taken():
    fake = FakePlugchoice(
        seed=7, clock="2026-01-10T12:00:00Z", scenario="happy", rate_limit="endpoint", limits={"confirm": (1, 60)}
    )
    with httpx.Client(transport=fake.transport()) as client:
        session = fake.start_session(code="HAPPY", connector_id=1)
        assert [client.post(session.url("confirm")).status_code for _ in range(2)] == [200, 429]


def test_a_handle_follows_its_session(fake):
    session = fake.start_session(code="UNPAID", connector_id=2, email="driver@example.org")
    assert type(session.token) is str
    assert (session.status, session.data["connector_id"], session.data["driver_email"]) == (
        Status.CREATED,
        2,
        "driver@example.org",
    )
    assert session.payment is not None
    assert set(session.payment) == {"client_secret", "publishable_key", "stripe_account_id"}
    assert session.pay() is session
    assert session.status == "created"
    with httpx.Client(transport=fake.transport()) as client:
        assert client.post(session.url("confirm")).json()["data"] == session.data
    assert (session.status, session.payment) == ("authorized", None)
    assert session.event("start_sent").status == "starting"
    assert session.set(failure_reason="A reason.").data["failure_reason"] == "A reason."
    json.dumps(session.data)


def test_a_url_is_that_of_the_live_api(fake):
    session = fake.start_session()
    token = session.token
    assert session.url() == f"{API}/sessions/{token}"
    assert session.url("receipt-email") == f"{API}/sessions/{token}/receipt-email"


@pytest.mark.parametrize("status", Status)
def test_a_session_can_be_seeded_in_any_status_with_any_field(fake, status):
    session = fake.seed_session(status=status.value, tax_amount=-1, charger=None)
    assert (session.status, session.data["tax_amount"], session.data["charger"]) == (status, -1, None)


def test_sessions_are_listed_in_order_of_their_start(fake):
    """Sessions are listed in the order in which they are made."""
    made = [fake.start_session().token, fake.seed_session("captured").token]
    assert [session.token for session in fake.sessions] == made


def test_the_clock_advances_by_any_unit_and_tells_what_fired(fake):
    session = fake.seed_session("authorized")
    assert [move.target for move in fake.clock.advance(minutes=5)] == ["starting", "charging"]
    assert fake.clock.now == datetime(2026, 1, 10, 12, 5, tzinfo=UTC)
    assert [move.target for move in fake.clock.advance(timedelta(hours=1))] == ["settling", "captured"]
    assert session.data["captured_at"] == "2026-01-10T12:15:12.000000Z"
    assert fake.clock.advance_to_next() == []


def test_the_clock_can_be_set_and_let_run(fake):
    fake.clock.set("2030-01-01T00:00:00+01:00")
    assert fake.clock.now == datetime(2029, 12, 31, 23, tzinfo=UTC)
    fake.clock.set(datetime(2031, 1, 1, tzinfo=UTC))
    assert repr(fake.clock) == "<Clock 2031-01-01T00:00:00.000000Z frozen>"
    fake.clock.run(speed=1000)
    assert "x1000" in repr(fake.clock)


def test_a_fake_on_the_real_clock_shows_today():
    assert abs(FakePlugchoice(clock="real").clock.now - datetime.now(UTC)) < timedelta(minutes=1)


def test_faults_are_added_listed_and_cleared(fake):
    added = fake.faults.add("confirm", "reset", first=1)
    assert (list(fake.faults), len(fake.faults)) == ([added], 1)
    fake.faults.clear()
    assert len(fake.faults) == 0


def test_a_reset_forgets_sessions_faults_and_journal(fake):
    session = fake.start_session()
    fake.faults.add("get", "500")
    with httpx.Client(transport=fake.transport()) as client:
        client.get(session.url())
    assert [entry.operation for entry in fake.journal] == ["get"]
    fake.reset()
    assert (fake.sessions, len(fake.faults), len(fake.journal)) == ([], 0, 0)
    with pytest.raises(LookupError, match="no session has this token"):
        _ = session.status


def test_two_fakes_are_the_same_only_with_the_same_seed():
    """Two fakes of one seed are the same, and two without a seed are not."""

    def token(seed: int | None) -> str:
        return FakePlugchoice(seed=seed).start_session().token

    assert token(7) == token(7) != token(8)
    assert token(None) != token(None)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"clock": "noon"}, "'noon' is not an ISO 8601 date-time"),
        ({"clock": "2026-01-10T12:00:00"}, "no offset"),
        ({"clock": datetime(2026, 1, 1)}, "has no time zone"),  # noqa: DTZ001 - it is what is refused
        ({"clock": "1969-12-31T00:00:00Z"}, "the years 1971 to 9999"),
        ({"scenario": "SAD"}, f"no scenario 'SAD'; there are {', '.join(SCENARIOS)}"),
        ({"rate_limit": "sometimes"}, "rate_limit of FakePlugchoice can't be 'sometimes'; it must be one of"),
        ({"errors": 3}, "errors of FakePlugchoice can't be 3; it must be one of json, negotiated"),
        ({"limits": {"pay": (1, 1)}}, "no operation 'pay'; there are confirm, start"),
        ({"limits": {"get": (-1, 60)}}, "hits can't be -1"),
        ({"limits": {"get": (1, 0)}}, "seconds can't be 0"),
        ({"hold": -1}, "hold can't be -1; it must be from 0"),
        ({"hold": "50"}, "hold of FakePlugchoice can't be '50'; it must be an integer"),
        ({"token_ttl": "24h"}, "token_ttl of FakePlugchoice can't be '24h'; it must be a number"),
        ({"auto_pay": "no"}, "auto_pay of FakePlugchoice can't be 'no'; it must be True or False"),
        ({"limits": {"get": ("ten", 60)}}, "limits.hits must be a whole number"),
        ({"vat": float("nan")}, "vat can't be nan; it must be from 0 to 100"),
    ],
    ids=lambda given: str(given)[:30],
)
def test_what_no_fake_can_be_is_refused_with_its_name_and_value(arguments, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        FakePlugchoice(**arguments)


def test_an_unknown_setting_is_a_type_error_with_the_known_ones():
    """An unknown setting is a TypeError that lists the known ones."""
    with pytest.raises(TypeError, match=r"no setting 'colour'; there are .*hold"):
        FakePlugchoice(colour="red")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda fake: fake.start_session("OFFLINE"), "the API would answer 400: The charger is offline."),
        (lambda fake: fake.start_session("-"), "the API would answer 404"),
        (lambda fake: fake.seed_session("paid"), "can't be 'paid'; it must be one of created, authorized"),
        (lambda fake: fake.seed_session(colour="red"), "no field 'colour'"),
        (
            lambda fake: fake.start_session().event("boom"),
            "can't be 'boom'; it must be one of paid, challenged, declined",
        ),
        (
            lambda fake: fake.start_session().event("captured"),
            "captured can't happen to a session that is created",
        ),
        (lambda fake: fake.clock.advance(minutes=-1), "ahead only"),
        (lambda fake: fake.clock.set("9999-12-31T23:59:59-23:00"), "1971 to 9999"),
        (lambda fake: fake.clock.run(-1), "speed can't be -1"),
        (lambda fake: fake.faults.add("confirm", "fire"), "kind of FakeFaults.add can't be 'fire'"),
    ],
)
def test_what_can_not_be_done_says_so(fake, call, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        call(fake)


# Faces.


def test_a_respx_router_answers_only_the_host_of_the_api(fake):
    """A respx router answers the host of the API and leaves the others alone."""
    with respx.mock() as router:
        route = fake.mount(router)
        router.get("https://elsewhere.example/").respond(204)
        session = fake.start_session()
        confirmed = httpx.post(session.url("confirm"))
        assert confirmed.json()["data"]["status"] == "authorized"
        assert confirmed.headers["x-ratelimit-limit"] == "10"
        assert httpx.get("https://elsewhere.example/").status_code == 204
        assert route.call_count == 1
        fake.faults.add("get", "reset", first=1)
        with pytest.raises(httpx.ReadError):
            httpx.get(session.url())


def test_a_respx_router_answers_asynchronous_clients_too(fake):
    async def run() -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await client.post(fake.start_session().url("confirm"))

    with respx.mock() as router:
        fake.mount(router)
        assert asyncio.run(run()).json()["data"]["status"] == "authorized"


@pytest.mark.parametrize("package", [httpx, httpx2])
def test_the_fake_is_an_asgi_application(fake, package):
    async def run():
        async with package.AsyncClient(transport=package.ASGITransport(app=fake.asgi)) as client:
            started = await client.post(f"{API}/sessions", json={"code": "HAPPY", "connector_id": 1})
            return started, await client.post(f"{API}/sessions/{started.json()['session_token']}/confirm")

    started, confirmed = asyncio.run(run())
    assert (started.status_code, confirmed.json()["data"]["status"]) == (201, "authorized")
    assert [session.status for session in fake.sessions] == ["authorized"]


def test_other_worlds_have_the_settings_of_the_fake():
    """Other worlds of the application are set up as the fake is."""
    fake = FakePlugchoice(seed=7, clock="2030-05-05T05:05:05Z", hold=777, limits={"start": (1, 60)})
    here = fake.asgi.worlds.get("here")
    assert (here.clock.now(), here.clock.speed) == (fake.world.clock.now(), 0)
    assert here.settings == fake.world.settings
    assert here is not fake.world
    assert here.seed_session(Status.CREATED).token != fake.start_session().token


def test_a_fake_shows_how_much_is_in_it(fake):
    fake.start_session()
    assert repr(fake) == "<FakePlugchoice 1 sessions, <Clock 2026-01-10T12:00:00.000000Z frozen>>"
    assert repr(fake.sessions[0]).startswith("<FakeSession token~")
