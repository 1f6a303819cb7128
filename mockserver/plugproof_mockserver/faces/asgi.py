"""The front door: an ASGI application that decides by raw path which plane of which world is meant.

The API's plane is served here without any framework, since it is the one that has to be fast and
has to see paths as they came. Everything else is a Starlette application, see `control`.
"""

import asyncio
import socket
import struct
from typing import Any
from urllib.parse import quote

from plugproof_mockserver.engine import operations as engine
from plugproof_mockserver.faces.host_allowlist import Hosts
from plugproof_mockserver.http.asgi_types import (
    TRANSPORT,
    WORLD,
    WRITE,
    ASGIApp,
    Message,
    Receive,
    Scope,
    Send,
    read_body,
)
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.response import Cut, Problem, Reply
from plugproof_mockserver.world import pipeline as api
from plugproof_mockserver.world.registry import WorldNameError, Worlds
from plugproof_mockserver.world.world import World

_API = "/api/"
_CONTROL = "/_plugproof/"
_WORLDS = "/worlds/"
_NOWHERE = Problem(
    404,
    "Nothing lives here. The API is below /api, the control plane below /_plugproof, "
    "and both of another world below /worlds/NAME.",
)
_WRONG_HOST = Problem(
    421,
    "The Host header is not one that this fake answers. It answers localhost and loopback addresses; "
    "allow another name with --allow-host NAME.",
)


class App:
    """The ASGI application. `control` serves the control plane and finds its world in the scope."""

    def __init__(self, worlds: Worlds, *, hosts: Hosts, control: ASGIApp) -> None:
        self.worlds, self._hosts, self._control = worlds, hosts, control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, as ASGI has it."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1003})
        elif self._hosts.accept([value for name, value in scope["headers"] if name == b"host"]):
            await self._http(_raw_path(scope), scope, receive, send)
        else:
            await _send(scope, send, _WRONG_HOST.reply())

    async def _http(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        world = self.worlds.default
        if path.startswith(_WORLDS):
            name, _, rest = path[len(_WORLDS) :].partition("/")
            try:
                world, path = self.worlds.get(name), "/" + rest
            except WorldNameError as error:
                await _send(scope, send, Problem(400, f"{error}.").reply())
                return
        if path.startswith(_API):
            await _api(world, path[len(_API) - 1 :], scope, receive, send)
        elif path.startswith(_CONTROL):
            await self._control({**scope, "path": path, "raw_path": path.encode(), WORLD: world}, receive, send)
        else:
            await _send(scope, send, _NOWHERE.reply())


async def _api(world: World, path: str, scope: Scope, receive: Receive, send: Send) -> None:
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
        await _send(scope, send, reply)
    else:
        await _break(scope, receive, send, reply)


def _raw_path(scope: Scope) -> str:
    raw: bytes | None = scope.get("raw_path")
    if raw is None:
        # Servers may leave it out; what they decoded is then the best there is.
        return quote(scope["path"])
    return raw.partition(b"?")[0].decode("latin-1")


async def _send(scope: Scope, send: Send, reply: Reply) -> None:
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


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
