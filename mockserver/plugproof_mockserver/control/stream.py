"""The live journal: every request of a world as a server-sent event, as soon as it is answered."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import msgspec
from sse_starlette import EventSourceResponse, ServerSentEvent

from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.response import Response
from plugproof_mockserver.world.world import World

MOST_WAITING = 1000
"""Events that wait for a reader who is slow; beyond them the newest are dropped, and the world is not held up."""


def stream_of(world: World) -> EventSourceResponse:
    """Return the response that goes on for as long as its reader stays."""
    return EventSourceResponse(_events(world), ping=15, headers={"cache-control": "no-store"})


async def _events(world: World) -> AsyncIterator[ServerSentEvent]:
    queue: asyncio.Queue[bytes] = asyncio.Queue(MOST_WAITING)
    loop = asyncio.get_running_loop()

    def put(data: bytes) -> None:
        if not queue.full():
            queue.put_nowait(data)

    with _hearing(world, lambda data: loop.call_soon_threadsafe(put, data)):
        while True:
            yield ServerSentEvent((await queue.get()).decode(), event="request")


@contextmanager
def _hearing(world: World, put: Callable[[bytes], object]) -> Iterator[None]:
    def listener(request: Request, reply: Response, now: int) -> None:
        # The world holds its lock and has just written this request down.
        entry = world.journal.latest()
        check = None if entry.faults else world.self_check
        findings = [found["message"] for found in check(world.settings, request, reply, now)] if check else []
        put(msgspec.json.encode(entry.describe() | {"findings": findings}))

    world.listeners.append(listener)
    try:
        yield
    finally:
        world.listeners.remove(listener)
