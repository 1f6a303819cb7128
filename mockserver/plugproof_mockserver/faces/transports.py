"""Transports for httpx and httpx2: a client talks to a world without a socket, and nothing is patched.

The two packages are alike but share no classes, so a transport answers with the classes of the
package that the request came from.
"""

import sys
import time
from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from plugproof_contracts.argument_checks import check_arguments, explain_arguments
from plugproof_mockserver.engine import operation_handlers
from plugproof_mockserver.faces.http_clients import CLIENTS
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.response import ConnectionFault, ErrorResponse, Response
from plugproof_mockserver.world import pipeline
from plugproof_mockserver.world.world import World

if TYPE_CHECKING:
    import httpx
    import httpx2

    class _Sync(httpx.BaseTransport, httpx2.BaseTransport): ...  # type: ignore[misc]  # overloaded below

    class _Async(httpx.AsyncBaseTransport, httpx2.AsyncBaseTransport): ...  # type: ignore[misc]

    class _Stream(httpx.SyncByteStream, httpx.AsyncByteStream, httpx2.SyncByteStream, httpx2.AsyncByteStream): ...
else:
    _Sync = type("_Sync", tuple(client.BaseTransport for client in CLIENTS), {})
    _Async = type("_Async", tuple(client.AsyncBaseTransport for client in CLIENTS), {})
    _STREAMS = tuple(kind for client in CLIENTS for kind in (client.SyncByteStream, client.AsyncByteStream))
    _Stream = type("_Stream", _STREAMS, {})

BY_FAKE = "plugproof.fake"
"""The extension by which a response says that a fake gave it."""

_BASE = "/api"
_NOT_THE_API = ErrorResponse(404, "Nothing lives here: the base URL of the API ends in /api.")


class _Wait(NamedTuple):
    """How long the client waits for an answer, in real seconds, and whether it gives up then."""

    seconds: float
    times_out: bool


class Transport(_Sync):
    """A transport for `httpx.Client` and `httpx2.Client`; `client` is the address that the limiter sees."""

    @check_arguments
    def __init__(self, world: World, client: str = "127.0.0.1") -> None:
        self._world, self._client = world, client

    @overload
    def handle_request(self, request: "httpx.Request") -> "httpx.Response": ...
    @overload
    def handle_request(self, request: "httpx2.Request") -> "httpx2.Response": ...
    @explain_arguments
    def handle_request(self, request: "httpx.Request | httpx2.Request") -> "httpx.Response | httpx2.Response":
        """Answer a request, or raise what the client raises when the connection fails."""
        request.read()
        answer = _answer(self._world, request, self._client)
        wait = _pass_time(self._world, request, answer.delay)
        if wait.seconds:
            time.sleep(wait.seconds)  # sleeping for no time takes 100 µs
        if wait.times_out:
            raise _read_timeout(request)
        response: httpx.Response | httpx2.Response = _response(self._world, request, answer)
        return response


class AsyncTransport(_Async):
    """A transport for `httpx.AsyncClient` and `httpx2.AsyncClient`."""

    @check_arguments
    def __init__(self, world: World, client: str = "127.0.0.1") -> None:
        self._world, self._client = world, client

    @overload
    async def handle_async_request(self, request: "httpx.Request") -> "httpx.Response": ...
    @overload
    async def handle_async_request(self, request: "httpx2.Request") -> "httpx2.Response": ...
    @check_arguments
    async def handle_async_request(
        self, request: "httpx.Request | httpx2.Request"
    ) -> "httpx.Response | httpx2.Response":
        """Answer a request, or raise what the client raises when the connection fails."""
        import anyio

        await request.aread()
        answer = _answer(self._world, request, self._client)
        wait = _pass_time(self._world, request, answer.delay)
        await anyio.sleep(wait.seconds)
        if wait.times_out:
            raise _read_timeout(request)
        response: httpx.Response | httpx2.Response = _response(self._world, request, answer)
        return response


class _Drip(_Stream):
    """A body that comes a few bytes at a time, on the clock of the world or in real time as that runs."""

    def __init__(self, world: World, request: "httpx.Request | httpx2.Request", answer: Response) -> None:
        self._world, self._request, self._answer = world, request, answer

    def __iter__(self) -> Iterator[bytes]:
        for pause, drop in self._answer.drops():
            wait = _pass_time(self._world, self._request, pause)
            time.sleep(wait.seconds)
            if wait.times_out:
                raise _read_timeout(self._request)
            yield drop

    async def __aiter__(self) -> AsyncIterator[bytes]:
        import anyio

        for pause, drop in self._answer.drops():
            wait = _pass_time(self._world, self._request, pause)
            await anyio.sleep(wait.seconds)
            if wait.times_out:
                raise _read_timeout(self._request)
            yield drop


def _package(request: "httpx.Request | httpx2.Request") -> ModuleType:
    return sys.modules[type(request).__module__.partition(".")[0]]


def _answer(world: World, request: "httpx.Request | httpx2.Request", client: str) -> Response:
    path = request.url.raw_path.decode("latin-1").partition("?")[0]
    if not path.startswith(_BASE + "/"):
        return _NOT_THE_API.to_response()
    path = path[len(_BASE) :]
    body = request.content if operation_handlers.takes_body(path) else b""
    scheme = request.url.scheme
    return pipeline.answer(world, Request(request.method, path, request.headers.raw, body, client, scheme))


def _pass_time(world: World, request: "httpx.Request | httpx2.Request", delay: float) -> _Wait:
    """Let a delay pass on a clock that stands still, where it takes no real time."""
    patience = request.extensions.get("timeout", {}).get("read")
    impatient = patience is not None and delay > patience
    delay = patience if impatient else delay
    if delay and world.clock.speed == 0:
        world.elapse(delay)
        delay = 0
    return _Wait(float(delay), impatient)


def _read_timeout(request: "httpx.Request | httpx2.Request") -> Exception:
    message = "the answer took longer than the client waits"
    error: Exception = _package(request).ReadTimeout(message, request=request)
    return error


def _response(world: World, request: "httpx.Request | httpx2.Request", answer: Response) -> Any:
    package = _package(request)
    if answer.connection_fault is ConnectionFault.RESET:
        raise package.ReadError("connection reset by peer", request=request)
    if answer.connection_fault is ConnectionFault.EMPTY:
        raise package.RemoteProtocolError("server disconnected without sending a response", request=request)
    if answer.connection_fault is ConnectionFault.TRUNCATE:
        half, whole = len(answer.body) // 2, len(answer.body)
        raise package.RemoteProtocolError(
            f"peer closed the connection in the body (received {half} bytes of {whole})", request=request
        )
    body = b"" if request.method == "HEAD" else answer.body
    return package.Response(
        answer.status,
        headers=answer.wire_headers(),
        stream=_Drip(world, request, answer) if answer.drip and body else package.ByteStream(body),
        extensions={BY_FAKE: True},
    )
