"""Putting a fake in the place of the API's host, for httpx and httpx2.

What is replaced is the method in which a transport sends a request, for as long as one test
lasts. That is public, the same in both packages and in sync and async clients, and it lies above
the connections, where respx sits, so other hosts reach whatever was there before: a router, a
mock or the network. Starting and stopping a router of respx takes 360 µs, this takes 5.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from plugproof_contracts.errors import PlugproofError
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.faces.http_clients import CLIENTS
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.routing import find_route
from plugproof_pytest.interception.host_guard import HOST
from plugproof_pytest.interception.patching import Patches

_API = "/api"

_SYNC = tuple(client.HTTPTransport for client in CLIENTS)
_ASYNC = tuple(client.AsyncHTTPTransport for client in CLIENTS)

_KEPT_BY_VCR = tuple(
    f"_{package}{method}"
    for package in ("Httpx", "Httpx2")
    for method in ("HttpTransport_handle_request", "AsyncHttpTransport_handle_async_request")
)
"""The methods that vcrpy keeps when it is imported, to call them for what its cassette does not have."""


class UnknownRouteError(PlugproofError, AssertionError):
    """A request to the API's host for a route that the API does not have; the message lists those it has."""

    def __init__(self, method: str, path: str) -> None:
        known = "\n".join(f"  {row.method:<5}{_API}{row.template}" for row in OPERATIONS.values())
        super().__init__(
            f"{method} {Request(method, path).safe_path()} is no route of https://{HOST} that the fake knows. "
            f"It knows\n{known}\n@pytest.mark.plugchoice(unknown_routes='pass') lets the others through, "
            "to a mock of yours or to the network."
        )


@contextmanager
def intercepting(
    fake: FakePlugchoice, *, refuses: bool = True, sees: Callable[[Any], object] = bool
) -> Iterator[None]:
    """Let a fake answer for the API's host, and `sees` see the requests that it answers.

    `refuses` what it has no route for, instead of letting it pass.
    """
    answer, answer_async = fake.transport().handle_request, fake.async_transport().handle_async_request

    def is_ours(request: Any) -> bool:
        if request.url.host != HOST or not _has_route(request, refuses):
            return False
        sees(request)
        return True

    def sync(real: Any) -> Any:
        return lambda transport, request: (answer if is_ours(request) else partial(real, transport))(request)

    def asynchronous(real: Any) -> Any:
        async def handle_async_request(transport: Any, request: Any) -> Any:
            return await (answer_async(request) if is_ours(request) else real(transport, request))

        return handle_async_request

    with Patches() as patches:
        for owner in _SYNC:
            patches.add(owner, "handle_request", sync)
        for owner in _ASYNC:
            patches.add(owner, "handle_async_request", asynchronous)
        if vcr := sys.modules.get("vcr.patch"):
            for name in _KEPT_BY_VCR:
                patches.add(vcr, name, asynchronous if "Async" in name else sync)
        yield


def _has_route(request: Any, refuses: bool) -> bool:
    path = request.url.raw_path.decode("latin-1").partition("?")[0]
    known = path.startswith(_API + "/") and find_route(path[len(_API) :]) is not None
    if refuses and not known:
        raise UnknownRouteError(request.method, path)
    return known
