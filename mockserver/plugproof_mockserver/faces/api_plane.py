"""The API's plane: raw ASGI, without any framework.

It is the one that has to be fast, and that has to see paths as they came.
"""

import asyncio
import socket
import struct
from typing import Any

from plugproof_mockserver.engine import operation_handlers
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
from plugproof_mockserver.http.response import ConnectionFault, Response
from plugproof_mockserver.world import pipeline


async def api_plane(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request to the API in the world that the front door has left in the scope."""
    world, path = scope[WORLD], scope[PATH][len("/api") :]
    body = await read_body(receive) if operation_handlers.takes_body(path) else b""
    if body is None:
        return
    client = scope.get("client")
    address, scheme = client[0] if client else "127.0.0.1", scope.get("scheme", "http")
    request = Request(scope["method"], path, scope["headers"], body, address, scheme)
    response = pipeline.answer(world, request)
    if response.delay:
        await asyncio.sleep(response.delay)
        world.elapse(response.delay)
    if response.connection_fault is not None:
        await _break(scope, receive, send, response)
    elif response.drip and response.body and scope["method"] != "HEAD":
        await _drip(scope, send, response)
        world.elapse(response.drip)
    elif not _write(scope, send, response):
        await _send_in_parts(scope, send, response)


async def send_response(scope: Scope, send: Send, response: Response) -> None:
    """Send an answer, in one packet where the server can do that."""
    if not _write(scope, send, response):
        await _send_in_parts(scope, send, response)


def _write(scope: Scope, send: Send, response: Response) -> bool:
    write = scope.get(WRITE)
    return write is not None and write(send, response.wire_head(), _body(scope, response))


async def _send_in_parts(scope: Scope, send: Send, response: Response) -> None:
    await send(_head(response))
    await send({"type": "http.response.body", "body": _body(scope, response)})


def _body(scope: Scope, response: Response) -> bytes:
    return b"" if scope["method"] == "HEAD" else response.body


def _head(response: Response) -> Message:
    return {"type": "http.response.start", "status": response.status, "headers": list(response.wire_headers())}


async def _drip(scope: Scope, send: Send, response: Response) -> None:
    """Send an answer a few bytes at a time, unless the client goes away meanwhile."""
    transport = scope.get(TRANSPORT)
    await send(_head(response))
    for pause, drop in response.drops():
        await asyncio.sleep(pause)
        if transport is not None and transport.is_closing():
            return
        await send({"type": "http.response.body", "body": drop, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _break(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
    transport = scope.get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError(f"the injected fault {response.connection_fault} broke the connection")
    if response.connection_fault is ConnectionFault.TRUNCATE:
        await send(_head(response))
        await send(
            {"type": "http.response.body", "body": response.body[: len(response.body) // 2], "more_body": True}
        )
    if response.connection_fault is ConnectionFault.RESET:
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
