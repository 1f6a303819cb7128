"""The fixture `plugchoice`, its marker, and what they refuse."""

import socket
from contextlib import suppress

import anyio
import httpx
import httpx2
import pytest
import requests
import responses
import respx

from plugproof_contracts.facts.operations import BASE_URL, OPERATIONS
from plugproof_mockserver import FakePlugchoice
from plugproof_pytest.interception.host_guard import HOST
from plugproof_pytest.interception.host_interception import UnknownRouteError, intercepting

SESSIONS = f"{BASE_URL}/v3/public-charging/sessions"
CLIENTS = pytest.mark.parametrize("package", [httpx, httpx2], ids=lambda package: package.__name__)
BACKENDS = pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
START = {"code": "HAPPY", "connector_id": 1}


@pytest.fixture
def fake():
    """A fake in the place of the API's host."""
    fake = FakePlugchoice()
    with intercepting(fake):
        yield fake


def test_the_host_is_that_of_the_live_api():
    assert httpx.URL(BASE_URL).host == HOST


@CLIENTS
def test_a_client_charges_a_car_on_the_fake(fake, package):
    with package.Client(base_url=BASE_URL) as client:
        token = client.post("/v3/public-charging/sessions", json=START).json()["session_token"]
        client.post(f"/v3/public-charging/sessions/{token}/confirm").raise_for_status()
        fake.clock.advance(minutes=20)
        assert client.get(f"/v3/public-charging/sessions/{token}").json()["data"]["status"] == "captured"
    assert [entry.operation for entry in fake.journal] == ["start", "confirm", "get"]


@CLIENTS
def test_a_session_on_the_fake_opens_no_connection(fake, package, monkeypatch):
    """No name is looked up and nothing is connected from the start to the bill."""

    def refuse(*_: object) -> None:
        raise AssertionError("something leaves the process")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    test_a_client_charges_a_car_on_the_fake(fake, package)


@CLIENTS
@pytest.mark.anyio
async def test_an_async_client_reaches_the_same_fake(fake, package):
    async with package.AsyncClient() as client:
        answer = await client.post(SESSIONS, json=START)
    assert fake.sessions[0].token == answer.json()["session_token"]


@CLIENTS
def test_a_client_that_is_older_than_the_fixture_is_served_too(package):
    with package.Client() as client, intercepting(FakePlugchoice()):
        assert client.post(SESSIONS, json=START).status_code == 201


@CLIENTS
def test_a_transport_that_wraps_the_network_is_served_too(fake, package):
    class Retrying(package.BaseTransport):  # type: ignore[name-defined, misc]  # there are two packages
        def __init__(self):
            self.inner = package.HTTPTransport()

        def handle_request(self, request):
            self.inner.handle_request(request)
            return self.inner.handle_request(request)

    with package.Client(transport=Retrying()) as client:
        client.post(SESSIONS, json=START)
    assert len(fake.sessions) == 2


@CLIENTS
@pytest.mark.parametrize(
    ("kind", "error"),
    [("reset", "ReadError"), ("empty", "RemoteProtocolError"), ("truncate", "RemoteProtocolError")],
)
def test_an_injected_fault_is_an_exception_of_the_client(fake, package, kind, error):
    fake.faults.add("start", kind)
    with pytest.raises(getattr(package, error)) as failure:
        package.post(SESSIONS, json=START)
    assert failure.value.request.url == SESSIONS


@CLIENTS
def test_latency_beyond_the_clients_patience_is_its_timeout(fake, package):
    fake.faults.add("start", "latency", milliseconds=60_000)
    with pytest.raises(package.ReadTimeout):
        package.post(SESSIONS, json=START)


@CLIENTS
def test_an_unknown_route_is_refused_with_those_that_are_known(fake, package):
    with pytest.raises(UnknownRouteError) as refused:
        package.get(f"{BASE_URL}/v3/chargers")
    assert "GET /api/v3/chargers" in str(refused.value)
    assert all(operation.template in str(refused.value) for operation in OPERATIONS.values())


@CLIENTS
@pytest.mark.anyio
async def test_async_clients_are_refused_unknown_routes_only(fake, package):
    async with package.AsyncClient() as client:
        with pytest.raises(UnknownRouteError):
            await client.get(f"https://{HOST}/elsewhere")
        with pytest.raises(package.ConnectError):
            await client.get("http://127.0.0.1:1/elsewhere")


def test_a_refusal_shows_no_token(fake):
    token = fake.start_session().token
    with pytest.raises(UnknownRouteError) as refused:
        httpx.post(f"{SESSIONS}/{token}/confirms")
    assert token not in str(refused.value)


def test_unknown_routes_may_pass_to_a_mock_of_the_team():
    with intercepting(FakePlugchoice(), refuses=False), respx.mock:
        respx.get(f"{BASE_URL}/v3/chargers").respond(204)
        assert httpx.get(f"{BASE_URL}/v3/chargers").status_code == 204
        assert httpx.post(SESSIONS, json=START).status_code == 201


def test_a_wrong_method_is_answered_as_the_api_answers_it(fake):
    assert httpx.delete(SESSIONS).status_code == 405


def test_respx_keeps_the_other_hosts(fake):
    with respx.mock:
        respx.get("https://example.org/").respond(418)
        assert httpx.get("https://example.org/").status_code == 418
        assert httpx.post(SESSIONS, json=START).status_code == 201


def test_respx_over_the_bridge_keeps_other_hosts_of_httpx2(fake):
    """Through the bridge, respx keeps the other hosts of httpx2."""
    with respx.mock(using="httpx") as router:
        router.get("https://example.org/").respond(418)
        assert httpx.get("https://example.org/").status_code == 418


def test_responses_keeps_the_other_hosts(fake):
    with responses.RequestsMock() as mocked:
        mocked.get("https://example.org/", status=418)
        assert requests.get("https://example.org/", timeout=5).status_code == 418
        assert httpx.post(SESSIONS, json=START).status_code == 201


def test_what_was_there_before_is_there_afterwards():
    def methods():
        return [
            (httpx.HTTPTransport.handle_request, httpx2.HTTPTransport.handle_request),
            (httpx.AsyncHTTPTransport.handle_async_request, httpx2.AsyncHTTPTransport.handle_async_request),
        ]

    before = methods()
    with suppress(ZeroDivisionError), intercepting(FakePlugchoice()):
        assert methods() != before
        raise ZeroDivisionError
    assert methods() == before


def test_a_client_may_live_in_one_event_loop_after_the_other(fake):
    async def start():
        async with httpx.AsyncClient() as client:
            return (await client.post(SESSIONS, json=START)).status_code

    assert [anyio.run(start), anyio.run(start)] == [201, 201]


# Through pytest.

TEAM = """
import httpx, pytest, respx

SESSIONS = "https://app.plugchoice.com/api/v3/public-charging/sessions"
START = {"code": "HAPPY", "connector_id": 1}
"""


def test_every_test_has_a_fake_of_its_own(run):
    done = run(
        TEAM
        + """
@pytest.mark.parametrize("time", range(3))
def test_start(plugchoice, time):
    assert len(plugchoice.sessions) == 0
    assert httpx.post(SESSIONS, json=START).status_code == 201
"""
    )
    done.assert_outcomes(passed=3)


@pytest.mark.parametrize("order", ["plugchoice, httpx_mock", "httpx_mock, plugchoice"])
def test_pytest_httpx_keeps_the_other_hosts_in_either_order(run, order):
    done = run(
        TEAM
        + f"""
def test_both({order}):
    httpx_mock.add_response(url="https://example.org/", status_code=418)
    assert httpx.get("https://example.org/").status_code == 418
    assert httpx.post(SESSIONS, json=START).status_code == 201
"""
    )
    done.assert_outcomes(passed=1)


@pytest.mark.parametrize("order", ["plugchoice, respx_mock", "respx_mock, plugchoice"])
def test_respx_mock_keeps_the_other_hosts_in_either_order(run, order):
    done = run(
        TEAM
        + f"""
def test_both({order}):
    respx_mock.get("https://example.org/").respond(418)
    assert httpx.get("https://example.org/").status_code == 418
    assert httpx.post(SESSIONS, json=START).status_code == 201
"""
    )
    done.assert_outcomes(passed=1)


def test_pytest_asyncio_and_anyio_drive_async_tests(run):
    done = run(
        TEAM
        + """
async def start():
    async with httpx.AsyncClient() as client:
        assert (await client.post(SESSIONS, json=START)).status_code == 201

@pytest.mark.asyncio
async def test_asyncio(plugchoice):
    await start()

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_anyio(plugchoice, anyio_backend):
    await start()
"""
    )
    done.assert_outcomes(passed=2)


def test_a_marker_sets_up_the_fake_and_the_closest_one_wins(run):
    done = run(
        TEAM
        + """
pytestmark = pytest.mark.plugchoice(scenario="DECLINED", clock="2030-01-01T00:00:00Z")

@pytest.mark.plugchoice(scenario="unpaid", rate_limit="off")
def test_it(plugchoice):
    assert plugchoice.world.settings.scenario == "UNPAID"
    assert plugchoice.world.settings.rate_limit == "off"
    assert plugchoice.clock.now.year == 2030
"""
    )
    done.assert_outcomes(passed=1)


def test_a_seed_makes_tokens_repeatable(run):
    done = run(
        TEAM
        + """
seen = set()

@pytest.mark.plugchoice(seed=7)
@pytest.mark.parametrize("time", range(2))
def test_it(plugchoice, time):
    seen.add(plugchoice.start_session().token)
    assert len(seen) == 1
"""
    )
    done.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("scenario='HAPY'", "there is no scenario 'HAPY'; did you mean HAPPY?"),
        ("'HAPPY'", "'HAPPY' has no name; every argument has one, as in scenario='HAPPY'"),
        ("scenari='HAPPY'", "there is no argument 'scenari'; did you mean 'scenario'? It takes seed, clock"),
        ("limit={}", "rate_limit, limits, *unknown_routes"),
        ("rate_limit='none'", "rate_limit"),
        ("clock='noon'", "'noon'"),
        ("limits={'confrim': (1, 60)}", "did you mean confirm?"),
        ("check='yes'", "check can't be 'yes'; it is one of True, False"),
        ("unknown_routes='ignore'", "unknown_routes can't be 'ignore'; it is one of 'refuse', 'pass'"),
    ],
)
def test_a_wrong_marker_fails_its_test_at_its_line(run, arguments, complaint):
    done = run(
        TEAM
        + f"""
@pytest.mark.plugchoice({arguments})
def test_wrong():
    raise AssertionError("the test ran")

def test_right(plugchoice):
    pass
"""
    )
    done.assert_outcomes(errors=1, passed=1)
    done.stdout.fnmatch_lines([f"*.py:6: @pytest.mark.plugchoice: *{complaint.replace('[', '[[]')}*"])
    done.stdout.no_fnmatch_line("*the test ran*")
