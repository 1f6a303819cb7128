"""Routes of other mocks that can never match, because the fake answers before them.

A request that the fake answers is shown to the mocks below it. Some attributes of theirs that this reads are
private: where they are gone, nothing is said.
"""

import sys
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from plugproof_pytest.interception.host_guard import HOST


class UnreachableRouteWarning(pytest.PytestWarning):
    """A mock's route for the API's host lies below the fixture `plugchoice` and never sees a request."""


class UnreachableRoutes:
    """Collects the routes of one test."""

    def __init__(self, item: pytest.Item) -> None:
        self._item = item
        self._found: dict[str, None] = {}

    def see(self, request: Any) -> None:
        """Look which routes would have matched a request that the fake answers."""
        httpx_mock = getattr(self._item, "funcargs", {}).get("httpx_mock")
        try:
            self._found |= dict.fromkeys([*_of_respx(request), *_of_pytest_httpx(httpx_mock, request)])
        except Exception:
            return  # whatever these mocks do with the request is not this test's trouble

    def warn(self) -> None:
        """Warn of each route."""
        for route in self._found:
            warnings.warn(
                f"{route} never matches: the fixture plugchoice answers https://{HOST} first. To answer by hand, "
                'write plugchoice.respond("get", status=502, json=…) or inject a fault; to use the route, leave '
                "the fixture out of this test.",
                UnreachableRouteWarning,
                stacklevel=1,
            )


def _of_respx(request: Any) -> Iterator[str]:
    mocks = sys.modules.get("respx.mocks")
    if mocks is None or type(request).__module__.partition(".")[0] != "httpx":
        return
    for mocker in mocks.Mocker.registry.values():
        for route in (route for router in mocker.routers for route in router.routes):
            passes = getattr(route, "is_pass_through", False)
            if HOST in repr(route.pattern) and not passes and route.pattern.match(request):
                yield f"the respx route {_without_secrets(route.pattern)}"


def _of_pytest_httpx(mock: Any, request: Any) -> Iterator[str]:
    for matcher, _ in getattr(mock, "_callbacks", ()):
        if HOST in str(getattr(matcher, "url", None)) and matcher.match(None, request):
            yield f"the response of httpx_mock for {_without_secrets(matcher)}"


def _without_secrets(route: Any) -> str:
    # The report's redactor takes tokens out; here only the length is bounded.
    text = str(route) if not type(route).__module__.startswith("respx") else repr(route)
    return text if len(text) <= 300 else f"{text[:300]}…"
