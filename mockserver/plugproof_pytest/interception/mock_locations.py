"""Where a mocked answer was written: the line of the team's code that made it.

For as long as a run is checked, a response remembers the line that it was made at, in its
`extensions`, which respx and the transports hand on. What other tools make later out of what they were told
remembers the line that told them. A line in an installed package or in Python itself is a tool's, and never told.
"""

import site
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from plugproof_pytest.interception.patching import Patches, module_if_there

WHERE = "plugproof.where"

_SENDERS = frozenset({"httpx._client", "httpx2._client", "requests.sessions", "aiohttp.client"})
"""A response that is made below one of these, with nobody else in between, was not made by a mock."""


class MockMaker(NamedTuple):
    """A class of a tool whose objects are told an answer in one method, and make it in another."""

    module: str
    owners: tuple[str, ...]
    told: str
    makes: str


MAKERS = (
    MockMaker("responses", ("Response", "CallbackResponse"), "__init__", "get_response"),
    MockMaker("requests_mock.adapter", ("_Matcher",), "__init__", "__call__"),
    MockMaker("aioresponses.core", ("RequestMatch",), "__init__", "_build_response"),
)


def location_of(response: Any) -> str | None:
    """Return where an answer was mocked, or None where that can't be known."""
    holders = (response, getattr(response, "raw", None))
    found = getattr(response, "extensions", {}).get(WHERE)
    for holder in holders:
        found = found or getattr(holder, "plugproof_where", None)
    return found if isinstance(found, str) else None


@contextmanager
def remembering() -> Iterator[None]:
    """Remember locations until the block ends."""
    with Patches() as patches:
        for package in filter(None, map(module_if_there, ("httpx", "httpx2"))):
            patches.add(package.Response, "__init__", _remembering_init)
        if tool := module_if_there("pytest_httpx"):
            patches.add(tool.HTTPXMock, "add_callback", _remembering_callback)
        for maker in MAKERS:
            for name in maker.owners:
                if owner := getattr(module_if_there(maker.module), name, None):
                    patches.add(owner, maker.told, _remembering_teller)
                    patches.add(owner, maker.makes, _handing_on)
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
    def make(self: Any, *arguments: Any, **named: Any) -> Any:
        response = real(self, *arguments, **named)
        if response is not None:
            response.plugproof_where = getattr(self, "plugproof_where", None)
        return response

    return make


def _caller() -> str | None:
    """Return the line of the nearest code that is not a tool's; None if a client comes first."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_globals.get("__name__", "") in _SENDERS:
            return None
        if not _is_tool(frame.f_code.co_filename, frame.f_globals.get("__name__", "")):
            return f"{_short(frame.f_code.co_filename)}:{frame.f_lineno}"
        frame = frame.f_back  # type: ignore[assignment]  # the outermost frame has none
    return None


@cache
def _is_tool(file: str, module: str) -> bool:
    path = Path(file)
    is_own = file.startswith("<") or module.startswith("plugproof_")
    return is_own or any(path.is_relative_to(folder) for folder in _tool_folders())


@cache
def _tool_folders() -> tuple[str, ...]:
    """Return where Python and its packages are installed."""
    own = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    return tuple(dict.fromkeys([*own, *site.getsitepackages(), site.getusersitepackages()]))


def _short(file: str) -> str:
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file
