"""The live journal: every request of a world as a server-sent event, as soon as it is answered.

A world in memory tells of a request itself. One in a store is asked for what is new, since any process may have
answered. While the store is away an event says so, and the stream goes on when it is back.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
from sse_starlette import EventSourceResponse, ServerSentEvent

from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.response import Response
from plugproof_mockserver.world.nouns.journal import JournalEntry
from plugproof_mockserver.world.pipeline import WORLD_TROUBLE, refuse_world
from plugproof_mockserver.world.shared.shared_journal import SharedJournal
from plugproof_mockserver.world.world import World

MOST_WAITING = 1000
"""Events that wait for a reader who is slow; beyond them the newest are dropped, and the world is not held up."""
POLL_SECONDS, AWAY_SECONDS = 0.25, 1.0
"""How often a store is asked for what is new, and while it is away."""


def stream_of(world: World) -> EventSourceResponse:
    """Return the response that goes on for as long as its reader stays."""
    events = _stored_events(world.journal) if isinstance(world.journal, SharedJournal) else _events(world)
    return EventSourceResponse(events, ping=15, headers={"cache-control": "no-store"})


def _stored_events(journal: SharedJournal) -> AsyncIterator[ServerSentEvent]:
    # Counted before the response begins: whoever has its head is told of all that is answered from then on.
    try:
        seen = journal.added()
    except WORLD_TROUBLE:
        seen = None
    return _stored_events_after(journal, seen)


async def _stored_events_after(journal: SharedJournal, seen: int | None) -> AsyncIterator[ServerSentEvent]:
    is_away = False
    while True:
        try:
            entries, seen = ([], journal.added()) if seen is None else journal.after(seen)
            is_away = False
        except WORLD_TROUBLE as error:
            entries = []
            if not is_away:
                message = refuse_world(error).message
                yield ServerSentEvent(msgspec.json.encode({"message": message}).decode(), event="trouble")
            is_away = True
        for entry, findings in entries:
            yield ServerSentEvent(_written(entry, findings), event="request")
        await asyncio.sleep(AWAY_SECONDS if is_away else POLL_SECONDS)


def _written(entry: JournalEntry, findings: Sequence[str]) -> str:
    return msgspec.json.encode(entry.describe() | {"findings": findings}).decode()


async def _events(world: World) -> AsyncIterator[ServerSentEvent]:
    queue: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)
    loop = asyncio.get_running_loop()

    def put(data: str) -> None:
        if not queue.full():
            queue.put_nowait(data)

    with _hearing(world, lambda data: loop.call_soon_threadsafe(put, data)):
        while True:
            yield ServerSentEvent(await queue.get(), event="request")


@contextmanager
def _hearing(world: World, put: Callable[[str], object]) -> Iterator[None]:
    def listener(request: Request, reply: Response, now: int) -> None:
        # The world holds its lock and has just written this request down.
        put(_written(world.journal.latest(), world.journal.findings))

    world.listeners.append(listener)
    try:
        yield
    finally:
        world.listeners.remove(listener)
