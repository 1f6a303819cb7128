from collections.abc import Iterator
from pathlib import Path

import httpx
import httpx2
import pytest
import vcr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugproof import FakePlugchoice

URL = "https://app.plugchoice.com/api/v3/public-charging"


# One world for a whole module: the fixtures are per test, so make the fake yourself.


@pytest.fixture(scope="module")
def shared() -> Iterator[httpx.Client]:
    fake = FakePlugchoice(scenario="HAPPY")
    with httpx.Client(base_url=URL, transport=fake.transport()) as client:
        yield client


@pytest.mark.parametrize("time", [1, 2])
def test_a_module_may_share_one_world(shared: httpx.Client, time: int) -> None:
    assert shared.get("/chargers/HAPPY").headers["X-RateLimit-Remaining"] == str(30 - time)


# Hypothesis runs one test many times in one world: begin each example anew.


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seconds=st.integers(min_value=0, max_value=3600))
def test_a_session_can_be_read_at_any_moment(plugchoice: FakePlugchoice, seconds: int) -> None:
    plugchoice.reset()
    session = plugchoice.start_session()
    plugchoice.clock.advance(seconds=seconds)
    assert httpx.get(session.url()).status_code == 200


# trio, as asyncio: the fake belongs to no event loop.


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_any_event_loop_will_do(plugchoice: FakePlugchoice, anyio_backend: str) -> None:
    async with httpx2.AsyncClient() as client:
        assert (await client.get(plugchoice.start_session().url())).status_code == 200


# vcrpy records what the fake answers; the cassette is then played without it.


@pytest.mark.plugchoice(seed=7)
def test_a_cassette_is_made_of_the_fake(plugchoice: FakePlugchoice, tmp_path: Path) -> None:
    url = plugchoice.start_session().url()
    cassette = str(tmp_path / "session.yaml")
    with vcr.use_cassette(cassette):
        recorded = httpx.get(url).json()
    plugchoice.reset()
    with vcr.use_cassette(cassette, record_mode="none"):
        assert httpx.get(url).json() == recorded


# An answer by hand.


def test_a_gateway_in_between_may_fail(plugchoice: FakePlugchoice) -> None:
    plugchoice.respond("get", status=502, content="Bad Gateway", first=1)
    url = plugchoice.start_session().url()
    assert [httpx.get(url).status_code for _ in range(2)] == [502, 200]
