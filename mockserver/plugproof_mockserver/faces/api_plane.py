"""The API's plane: raw ASGI, without any framework.

It is the one that has to be fast, and that has to see paths as they came.
"""

import asyncio
import socket
import struct
from typing import Any

from plugproof_mockserver.engine import operations as engine
from plugproof_mockserver.http.asgi_types import (
    PATH,
    TRANSPORT,
    WORLD,
    WRITE,
    Message,
    Receive,
    Scope,
    Send,
    read_body,
)
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.response import Cut, Reply
from plugproof_mockserver.world import pipeline as api


async def api_plane(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request to the API in the world that the front door has left in the scope."""
    world, path = scope[WORLD], scope[PATH][len("/api") :]
    body = await read_body(receive) if engine.takes_body(path) else b""
    if body is None:
        return
    client = scope.get("client")
    request = Request(scope["method"], path, scope["headers"], body, client[0] if client else "127.0.0.1")
    reply = api.answer(world, request)
    if reply.delay:
        await asyncio.sleep(reply.delay)
        world.take(reply.delay)
    if reply.cut is None:
        await send_reply(scope, send, reply)
    else:
        await _break(scope, receive, send, reply)


async def send_reply(scope: Scope, send: Send, reply: Reply) -> None:
    """Send an answer, in one packet where the server can do that."""
    body = b"" if scope["method"] == "HEAD" else reply.body
    write = scope.get(WRITE)
    if write is None or not write(send, reply.wire_head(), body):
        await send(_head(reply))
        await send({"type": "http.response.body", "body": body})


def _head(reply: Reply) -> Message:
    return {"type": "http.response.start", "status": reply.status, "headers": list(reply.wire_headers())}


async def _break(scope: Scope, receive: Receive, send: Send, reply: Reply) -> None:
    transport = scope.get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError(f"the injected fault {reply.cut} broke the connection")
    if reply.cut is Cut.TRUNCATE:
        await send(_head(reply))
        await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
    if reply.cut is Cut.RESET:
        _linger_not(transport)
        transport.abort()
    else:
        transport.close()
    # Until the server has noticed, returning would make it answer in our place.
    while (await receive())["type"] != "http.disconnect":
        pass


def _linger_not(transport: Any) -> None:
    """Make closing the connection send a reset, not an orderly end."""
    with socket.socket(fileno=socket.dup(transport.get_extra_info("socket").fileno())) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
