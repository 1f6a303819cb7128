"""Where a mocked answer was written: the line of the team's code that made it.

For as long as a run is checked, a response remembers the line that it was made at, in its
`extensions`, which respx and the transports hand on. What pytest-httpx and responses make later
out of what they were told remembers the line that told them.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from plugproof_pytest.interception.patching import Patches

WHERE = "plugproof.where"

_TOOLS = frozenset({"httpx", "httpx2", "respx", "pytest_httpx", "responses", "requests", "plugproof_pytest"})
_SENDERS = frozenset({"httpx._client", "httpx2._client", "requests.sessions"})
"""A response that is made below one of these, with nobody else in between, was not made by a mock."""


def position_of(response: Any) -> str | None:
    """Return where an answer of httpx, httpx2 or requests was mocked, or None where that can't be known."""
    found = getattr(response, "extensions", {}).get(WHERE) or getattr(
        getattr(response, "raw", None), "plugproof_where", None
    )
    return found if isinstance(found, str) else None


@contextmanager
def remembering() -> Iterator[None]:
    """Remember positions until the block ends."""
    with Patches() as patches:
        for package in ("httpx", "httpx2"):
            patches.add(import_module(package).Response, "__init__", _remembering_init)
        if find_spec("pytest_httpx"):  # pragma: no branch - there where this is measured
            mock = import_module("pytest_httpx").HTTPXMock
            patches.add(mock, "add_callback", _remembering_callback)
        if find_spec("responses"):  # pragma: no branch - there where this is measured
            responses = import_module("responses")
            patches.add(responses.BaseResponse, "__init__", _remembering_teller)
            for owner in (responses.Response, responses.CallbackResponse):
                patches.add(owner, "get_response", _handing_on)
        yield


def _remembering_init(real: Any) -> Any:
    def __init__(self: Any, *arguments: Any, **named: Any) -> None:  # noqa: N807 - it takes the place of one
        real(self, *arguments, **named)
        if WHERE not in self.extensions:
            self.extensions[WHERE] = _caller()

    return __init__


def _remembering_callback(real: Any) -> Any:
    def add_callback(self: Any, callback: Any, **matchers: Any) -> None:
        where = _caller()

        def called(request: Any) -> Any:
            response = callback(request)
            extensions = getattr(response, "extensions", {})
            extensions[WHERE] = extensions.get(WHERE) or where
            return response

        real(self, called, **matchers)

    return add_callback


def _remembering_teller(real: Any) -> Any:
    def __init__(self: Any, *arguments: Any, **named: Any) -> None:  # noqa: N807 - it takes the place of one
        real(self, *arguments, **named)
        self.plugproof_where = _caller()

    return __init__


def _handing_on(real: Any) -> Any:
    def get_response(self: Any, request: Any) -> Any:
        response = real(self, request)
        response.plugproof_where = self.plugproof_where
        return response

    return get_response


def _caller() -> str | None:
    """Return the line of the nearest code that is none of the tools'; None if a client comes first."""
    frame = sys._getframe(2)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module in _SENDERS:
            return None
        if module.partition(".")[0] not in _TOOLS:
            return f"{_short(frame.f_code.co_filename)}:{frame.f_lineno}"
        frame = frame.f_back  # type: ignore[assignment]  # the outermost frame has none
    return None


def _short(file: str) -> str:
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file
