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
    """While a client waits for a late answer, until it gives up, other tasks run."""
    fake = FakePlugchoice(clock="real")
    fake.faults.add("get", "latency", milliseconds=60_000)
    url = fake.start_session().url()
    async with httpx.AsyncClient(transport=fake.async_transport(), timeout=None) as client:
        waiting = asyncio.create_task(client.get(url))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()
        with pytest.raises(httpx.ReadTimeout):
            await client.get(url, timeout=0.05)
