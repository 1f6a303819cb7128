"""Putting a fake in the place of the API's host, for httpx and httpx2.

What is replaced is the method in which a transport sends a request, for as long as one test
lasts. That is public, the same in both packages and in sync and async clients, and it lies above
the connections, where respx sits, so other hosts reach whatever was there before: a router, a
mock or the network. Starting and stopping a router of respx takes 360 µs, this takes 5.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import httpx2

from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.routing import find

HOST = "app.plugchoice.com"
_API = "/api"

_SYNC: tuple[Any, ...] = (httpx.HTTPTransport, httpx2.HTTPTransport)
_ASYNC: tuple[Any, ...] = (httpx.AsyncHTTPTransport, httpx2.AsyncHTTPTransport)


class UnknownRouteError(AssertionError):
    """A request to the API's host that is none of the API's; the message lists those that are."""

    def __init__(self, method: str, path: str) -> None:
        known = "\n".join(f"  {row.method:<5}{_API}{row.template}" for row in OPERATIONS.values())
        super().__init__(
            f"{method} {Request(method, path).safe_path()} is no route of https://{HOST} that the fake knows. "
            f"It knows\n{known}\n@pytest.mark.plugchoice(unknown_routes='pass') lets the others through, "
            "to a mock of yours or to the network."
        )


@contextmanager
def intercepting(fake: FakePlugchoice, *, refuses: bool = True) -> Iterator[None]:
    """Let a fake answer for the API's host; `refuses` what it has no route for, instead of letting it pass."""
    before = [(owner, owner.handle_request) for owner in _SYNC]
    before_async = [(owner, owner.handle_async_request) for owner in _ASYNC]
    answer, answer_async = fake.transport().handle_request, fake.async_transport().handle_async_request
    for owner, real in before:
        owner.handle_request = _handler(real, answer, refuses)
    for owner, real in before_async:
        owner.handle_async_request = _async_handler(real, answer_async, refuses)
    try:
        yield
    finally:
        for owner, real in before:
            owner.handle_request = real
        for owner, real in before_async:
            owner.handle_async_request = real


def _handler(real: Any, answer: Any, refuses: bool) -> Any:
    def handle_request(transport: Any, request: Any) -> Any:
        if request.url.host == HOST and _is_ours(request, refuses):
            return answer(request)
        return real(transport, request)

    return handle_request


def _async_handler(real: Any, answer: Any, refuses: bool) -> Any:
    async def handle_async_request(transport: Any, request: Any) -> Any:
        if request.url.host == HOST and _is_ours(request, refuses):
            return await answer(request)
        return await real(transport, request)

    return handle_async_request


def _is_ours(request: Any, refuses: bool) -> bool:
    path = request.url.raw_path.decode("latin-1").partition("?")[0]
    known = path.startswith(_API + "/") and find(path[len(_API) :]) is not None
    if refuses and not known:
        raise UnknownRouteError(request.method, path)
    return known
