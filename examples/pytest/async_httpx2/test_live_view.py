from collections.abc import Awaitable, Callable

import httpx2
import pytest
from live_view import changes

from plugproof import FakePlugchoice

Sleep = Callable[[float], Awaitable[None]]

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def sleep(plugchoice: FakePlugchoice) -> Sleep:
    """Waiting that passes the time of the fake."""

    async def sleep(seconds: float) -> None:
        plugchoice.clock.advance(seconds=seconds)

    return sleep


async def test_a_view_shows_every_status_that_it_saw(plugchoice: FakePlugchoice, sleep: Sleep) -> None:
    session = plugchoice.seed_session("starting")
    seen = [view["status"] async for view in changes(session.token, sleep=sleep)]
    assert seen == ["starting", "charging", "settling", "captured"]


async def test_a_view_of_an_unknown_session_fails(plugchoice: FakePlugchoice) -> None:
    with pytest.raises(httpx2.HTTPStatusError, match="404"):
        await anext(changes("no-such-session"))


async def test_a_view_does_not_hide_that_the_connection_broke(plugchoice: FakePlugchoice) -> None:
    plugchoice.faults.add("get", "truncate")
    with pytest.raises(httpx2.RemoteProtocolError):
        await anext(changes(plugchoice.start_session().token))


@pytest.mark.plugchoice(scenario="UNPLUG")
async def test_pulling_the_plug_ends_the_view_early(plugchoice: FakePlugchoice, sleep: Sleep) -> None:
    session = plugchoice.seed_session("charging", energy_kwh="0.5")
    seen = [view["status"] async for view in changes(session.token, sleep=sleep)]
    assert seen[-1] == "captured"
    assert plugchoice.clock.now.minute < 15
