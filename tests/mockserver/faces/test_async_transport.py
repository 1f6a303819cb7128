"""The async transport, beside other tasks on one loop."""

import asyncio

import httpx
import pytest

from plugproof_mockserver import FakePlugchoice

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def test_an_async_transport_does_not_block_the_loop():
    """While a client waits for a late answer until it gives up, other tasks run."""
    fake = FakePlugchoice(clock="real")
    fake.faults.add("get", "latency", milliseconds=60_000)
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    async with httpx.AsyncClient(transport=fake.async_transport(), timeout=0.05) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(fake.start_session().url())
    ticking.cancel()
    assert ticks > 10
