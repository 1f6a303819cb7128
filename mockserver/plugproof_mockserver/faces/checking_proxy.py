"""A proxy in front of the real API: what passes is forwarded once, checked, and kept for a recording."""

import math
from collections import deque
from collections.abc import Callable
from functools import cached_property
from typing import Any

import anyio

from plugproof_contracts.conformance.probing.transport import OutgoingRequest, RequestOutcome, send
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_mockserver.faces.host_allowlist import HostAllowlist, is_of_loopback
from plugproof_mockserver.http.asgi_types import Message, Receive, Scope, Send, read_body
from plugproof_mockserver.http.request_bodies import MAX_BODY, TOO_LARGE
from plugproof_mockserver.http.response import ErrorResponse, Response

BELOW = "/api"
"""Where the proxy's own base URL ends, as the API's does."""
MOST_KEPT = 10_000
"""Exchanges that are kept for the recording; the oldest go first."""

_NOT_FORWARDED = frozenset(
    {b"host", b"connection", b"keep-alive", b"transfer-encoding", b"te", b"upgrade", b"content-length", b"expect"}
    | {b"accept-encoding", b"proxy-authorization", b"proxy-connection", b"trailer"}
)
_NOT_RETURNED = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "trailer", "upgrade"}
)
_WRONG_HOST = ErrorResponse(421, "This proxy answers its own machine only.")
_FOREIGN = ErrorResponse(
    403, "The Origin header is of another site; this proxy takes requests from pages of its own machine."
)
_NOWHERE = ErrorResponse(404, f"Nothing lives here: the base URL of the API ends in {BELOW}.")


class Proxy:
    """An ASGI application that forwards what is below `/api` to a base URL, and tells `saw` of each outcome."""

    def __init__(
        self,
        base: str,
        saw: Callable[[OutgoingRequest, RequestOutcome], None],
        *,
        timeout: float = 30.0,
        send: Any = send,
    ) -> None:
        self.base, self.timeout, self.kept = base, timeout, deque[tuple[Exchange, float]](maxlen=MOST_KEPT)
        self._saw, self._send, self._hosts = saw, send, HostAllowlist()

    @cached_property
    def _threads(self) -> anyio.CapacityLimiter:
        """As many as there are requests, each bounded by its deadline: a slow API keeps nobody else waiting."""
        return anyio.CapacityLimiter(math.inf)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward one request."""
        if scope["type"] != "http":
            return
        raw = scope["raw_path"].decode("latin-1")
        if not self._hosts.accept(_values(scope, b"host")):
            await _tell(_WRONG_HOST.to_response(), send)
        elif not all(is_of_loopback(origin.decode("latin-1")) for origin in _values(scope, b"origin")):
            await _tell(_FOREIGN.to_response(), send)
        elif not raw.startswith(BELOW + "/"):
            await _tell(_NOWHERE.to_response(), send)
        else:
            await self._forward(raw[len(BELOW) :], scope, receive, send)

    async def _forward(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        if body is None:
            return
        if len(body) > MAX_BODY:
            await _tell(TOO_LARGE.to_response(), send)
            return
        request = self._request(path, scope, body)
        outcome = await anyio.to_thread.run_sync(self._send, request, self.timeout, limiter=self._threads)
        if outcome.exchange is not None:
            self.kept.append((outcome.exchange, outcome.seconds))
        self._saw(request, outcome)
        if outcome.exchange is None:
            await _tell(_bad_gateway(f"{outcome.failure.layer}: {outcome.failure.words}"), send)
        elif not 200 <= outcome.exchange.status <= 599:
            await _tell(_bad_gateway(f"the status {outcome.exchange.status} can't be passed on"), send)
        else:
            await _pass_on(outcome.exchange, scope["method"], send)

    def _request(self, path: str, scope: Scope, body: bytes) -> OutgoingRequest:
        query = scope["query_string"].decode("latin-1")
        target = path.partition("?")[0] + (f"?{query}" if query else "")
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in scope["headers"]
            if name not in _NOT_FORWARDED
        ]
        return OutgoingRequest(
            scope["method"], self.base + target, (*headers, ("accept-encoding", "identity")), body
        )


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _bad_gateway(why: str) -> Response:
    return ErrorResponse(502, f"plugproof proxy: {why}").to_response()


async def _tell(response: Response, send: Send) -> None:
    await _answer(send, response.status, list(response.wire_headers()), response.body)


async def _pass_on(exchange: Exchange, method: str, send: Send) -> None:
    body = exchange.body or b""
    headers = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in exchange.headers
        if name.lower() not in _NOT_RETURNED
    ]
    if exchange.status != 204:
        headers.append((b"content-length", str(len(body)).encode()))
    await _answer(send, exchange.status, headers, b"" if method == "HEAD" else body)


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    start: Message = {"type": "http.response.start", "status": status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body})
