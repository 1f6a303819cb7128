"""The fixture `plugchoice_server`: any client, one server for a process, one world for a test."""

import re
import signal
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import anyio
import httpx
import pytest
import requests
import urllib3

import plugproof_pytest
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.live_server import site

START: dict[str, Any] = {"code": "HAPPY", "connector_id": 1}
PATH = "/v3/public-charging/sessions"


@pytest.fixture(scope="module")
def running():
    """A server in this process."""
    with site() as running:
        yield running


@pytest.fixture
def server(running):
    """A world of one test on that server."""
    with running.serving(FakePlugchoice()) as server:
        yield server


def with_httpx(url):
    return httpx.post(url, json=START).json()


def with_requests(url):
    return requests.post(url, json=START, timeout=5).json()


def with_urllib3(url):
    return urllib3.request("POST", url, json=START).json()


def with_aiohttp(url):
    async def start():
        async with aiohttp.ClientSession() as session, session.post(url, json=START) as answer:
            return await answer.json()

    return anyio.run(start)


@pytest.mark.parametrize("start", [with_httpx, with_requests, with_urllib3, with_aiohttp])
def test_any_client_reaches_the_fake_of_its_test(server, start):
    token = start(server.url + PATH)["session_token"]
    assert [session.token for session in server.fake.sessions] == [token]


def test_a_base_url_serves_the_control_plane_beside_the_api(server):
    assert server.control_url == server.url.removesuffix("/api") + "/_plugproof"
    assert httpx.get(f"{server.control_url}/health").status_code == 200


def test_what_a_test_does_to_its_fake_shows_on_the_wire(server):
    session = server.fake.seed_session("charging")
    server.fake.clock.advance(hours=1)
    found = httpx.get(f"{server.url}{PATH}/{session.token}")
    assert found.json()["data"]["status"] == "captured"


def test_worlds_share_a_server_and_nothing_else(running):
    with running.serving(FakePlugchoice()) as one, running.serving(FakePlugchoice()) as other:
        with_httpx(one.url + PATH)
        assert (len(one.fake.sessions), len(other.fake.sessions)) == (1, 0)
        assert urlsplit(one.url).netloc == urlsplit(other.url).netloc


def test_a_world_goes_with_its_test(running):
    with running.serving(FakePlugchoice()) as server:
        pass
    late = httpx.post(server.url + PATH, json=START)
    assert late.status_code == 400
    assert "test has ended" in late.json()["message"]


def test_a_url_without_a_world_answers_nobody(server):
    root = re.sub("/worlds/.*", "", server.url)
    for base in (f"{root}/api", root):
        lost = httpx.post(base + PATH, json=START)
        assert (lost.status_code, "plugchoice_server.url" in lost.json()["message"]) == (404, True)


@pytest.mark.parametrize(("kind", "error"), [("reset", httpx.ReadError), ("empty", httpx.RemoteProtocolError)])
def test_faults_break_real_connections(server, kind, error):
    server.fake.faults.add("start", kind)
    with pytest.raises(error):
        with_httpx(server.url + PATH)


def test_a_server_ends_with_its_block():
    with site() as running, running.serving(FakePlugchoice()) as server:
        pass
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)


def test_the_class_of_the_server_can_be_imported_for_annotations(server):
    assert isinstance(server, plugproof_pytest.LiveServer)
    with pytest.raises(AttributeError, match="no attribute 'DeadServer'"):
        plugproof_pytest.DeadServer  # noqa: B018 - the access is the test


# Through pytest.

BOTH = """
import httpx, pytest

@pytest.mark.parametrize("time", range({times}))
def test_both(plugchoice, plugchoice_server, time):
    path = "/v3/public-charging/sessions"
    start = dict(code="HAPPY", connector_id=1)
    token = httpx.post("https://app.plugchoice.com/api" + path, json=start).json()["session_token"]
    assert httpx.get(f"{{plugchoice_server.url}}{{path}}/{{token}}").status_code == 200
    assert plugchoice is plugchoice_server.fake
    assert len(plugchoice.sessions) == 1
"""


def test_both_fixtures_of_a_test_show_the_same_world(run):
    run(BOTH.format(times=2)).assert_outcomes(passed=2)


def test_parallel_workers_in_random_order_do_not_meet(run_apart, two_workers):
    done = run_apart(BOTH.format(times=20), *two_workers, "-p", "pytest_randomly")
    done.assert_outcomes(passed=20)


def test_a_marker_sets_up_the_served_fake(run):
    done = run("""
import pytest

@pytest.mark.plugchoice(scenario="DECLINED", seed=3)
def test_it(plugchoice_server):
    assert plugchoice_server.fake.world.settings.scenario == "DECLINED"
""")
    done.assert_outcomes(passed=1)


KILLED = """
import os, signal

def test_killed(plugchoice_server):
    print("SERVES", plugchoice_server.url, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_nothing_is_left_behind_by_a_run_that_is_killed(run_apart):
    done = run_apart(KILLED, "-s")
    assert done.ret == -signal.SIGKILL
    url = next(line.split()[-1] for line in done.outlines if "SERVES" in line)
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
