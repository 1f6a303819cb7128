"""Transports for httpx and httpx2: a client talks to a world without a socket, and nothing is patched.

The two packages are alike but share no classes, so a transport answers with the classes of the
package that the request came from.
"""

import sys
import time
from types import ModuleType
from typing import Any, overload

import httpx
import httpx2

from plugproof_mockserver.engine import operations as engine
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.response import Cut, Problem, Reply
from plugproof_mockserver.world import pipeline as api
from plugproof_mockserver.world.world import World

BY_FAKE = "plugproof.fake"
"""The extension by which a response says that a fake gave it."""

_BASE = "/api"
_NOT_THE_API = Problem(404, "Nothing lives here: the base URL of the API ends in /api.")


class Transport(httpx.BaseTransport, httpx2.BaseTransport):
    """A transport for `httpx.Client` and `httpx2.Client`; `client` is the address that the limiter sees."""

    def __init__(self, world: World, client: str = "127.0.0.1") -> None:
        self._world, self._client = world, client

    @overload
    def handle_request(self, request: httpx.Request) -> httpx.Response: ...
    @overload
    def handle_request(self, request: httpx2.Request) -> httpx2.Response: ...
    def handle_request(self, request: httpx.Request | httpx2.Request) -> httpx.Response | httpx2.Response:
        """Answer a request, or raise what the client raises when the connection fails."""
        request.read()
        reply = _answer(self._world, request, self._client)
        wait = _pass_time(self._world, request, reply)
        if wait:
            time.sleep(wait)  # sleeping for no time takes 100 µs
        response: httpx.Response | httpx2.Response = _response(request, reply)
        return response


class AsyncTransport(httpx.AsyncBaseTransport, httpx2.AsyncBaseTransport):
    """A transport for `httpx.AsyncClient` and `httpx2.AsyncClient`."""

    def __init__(self, world: World, client: str = "127.0.0.1") -> None:
        self._world, self._client = world, client

    @overload
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response: ...
    @overload
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response: ...
    async def handle_async_request(
        self, request: httpx.Request | httpx2.Request
    ) -> httpx.Response | httpx2.Response:
        """Answer a request, or raise what the client raises when the connection fails."""
        import anyio

        await request.aread()
        reply = _answer(self._world, request, self._client)
        await anyio.sleep(_pass_time(self._world, request, reply))
        response: httpx.Response | httpx2.Response = _response(request, reply)
        return response


def _package(request: httpx.Request | httpx2.Request) -> ModuleType:
    return sys.modules[type(request).__module__.partition(".")[0]]


def _answer(world: World, request: httpx.Request | httpx2.Request, client: str) -> Reply:
    path = request.url.raw_path.decode("latin-1").partition("?")[0]
    if not path.startswith(_BASE + "/"):
        return _NOT_THE_API.reply()
    path = path[len(_BASE) :]
    body = request.content if engine.takes_body(path) else b""
    return api.answer(world, Request(request.method, path, request.headers.raw, body, client))


def _pass_time(world: World, request: httpx.Request | httpx2.Request, reply: Reply) -> float:
    """Let the answer's delay pass on a clock that stands still; else return the seconds to wait."""
    patience = request.extensions.get("timeout", {}).get("read")
    impatient = patience is not None and reply.delay > patience
    delay = patience if impatient else reply.delay
    if world.clock.speed == 0 and delay:
        world.take(delay)
        delay = 0
    if impatient:
        time.sleep(delay)
        raise _package(request).ReadTimeout("the answer took longer than the client waits", request=request)
    return float(delay)


def _response(request: httpx.Request | httpx2.Request, reply: Reply) -> Any:
    package = _package(request)
    if reply.cut is Cut.RESET:
        raise package.ReadError("connection reset by peer", request=request)
    if reply.cut is Cut.EMPTY:
        raise package.RemoteProtocolError("server disconnected without sending a response", request=request)
    if reply.cut is Cut.TRUNCATE:
        half, whole = len(reply.body) // 2, len(reply.body)
        raise package.RemoteProtocolError(
            f"peer closed the connection in the body (received {half} bytes of {whole})", request=request
        )
    body = b"" if request.method == "HEAD" else reply.body
    return package.Response(
        reply.status,
        headers=reply.wire_headers(),
        stream=package.ByteStream(body),
        extensions={BY_FAKE: True},
    )
