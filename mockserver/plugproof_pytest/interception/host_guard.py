"""The guard: a call that would leave for the real API fails before it connects.

It stands below every tool that mocks, so it only meets what none of them answered. Most calls are
seen by an audit hook, when the name of the host is looked up. Clients that bring a resolver of
their own, or leave the look-up to a proxy, are met where they open a connection.
"""

import re
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import pytest

HOST = "app.plugchoice.com"


class ConnectionHook(NamedTuple):
    """A method that opens connections, and how to tell from its arguments to which host."""

    module: str
    owners: tuple[str, ...]
    method: str
    host: Callable[..., Any]


_POOLS = ("ConnectionPool", "HTTPProxy", "SOCKSProxy", "AsyncConnectionPool", "AsyncHTTPProxy", "AsyncSOCKSProxy")

CONNECTION_HOOKS = (
    ConnectionHook(
        "socket", ("socket",), "connect", lambda address: address[0] if isinstance(address, tuple) else None
    ),
    ConnectionHook(
        "socket", ("socket",), "connect_ex", lambda address: address[0] if isinstance(address, tuple) else None
    ),
    ConnectionHook("httpcore", _POOLS, "create_connection", lambda origin: origin.host),
    ConnectionHook("httpcore2", _POOLS, "create_connection", lambda origin: origin.host),
    ConnectionHook("aiohttp", ("BaseConnector",), "connect", lambda request, *_, **__: request.url.host),
    ConnectionHook("uvloop", ("Loop",), "getaddrinfo", lambda host, *_, **__: host),
    ConnectionHook("uvloop", ("Loop",), "create_connection", lambda _, host=None, *__, **___: host),
)

_THROUGH_A_PROXY = re.compile(rb"(CONNECT |[A-Z]+ https?://)" + re.escape(HOST.encode()) + rb"[:/ ]")

EVENTS: dict[str, Callable[[Any], bool]] = {
    "socket.getaddrinfo": lambda arguments: _is_real(arguments[0]),
    "socket.gethostbyname": lambda arguments: _is_real(arguments[0]),
    "http.client.send": lambda arguments: (
        isinstance(arguments[1], bytes) and bool(_THROUGH_A_PROXY.match(arguments[1]))
    ),
}
"""The audit events that tell of a call, and whether it would go to the real API."""


class HostGuard:
    """Refuses calls, and fails the test that made one even if its code made nothing of the refusal."""

    def __init__(self) -> None:
        self._test = "the collection"
        self._refused = ""
        self._opened: set[str] = set()

    def refuse(self) -> None:
        """Fail what would call the real API, and remember it."""
        __tracebackhide__ = True
        self._refused = (
            f"{self._test} would have called the real API at https://{HOST}. Ask for the fixture plugchoice (or "
            "plugchoice_server for a client that is neither httpx nor httpx2), mock the call, or allow it with "
            "--no-plugchoice-guard."
        )
        pytest.fail(self._refused)

    def watch_hooks(self) -> None:
        """ResponseRecorder the clients that have been imported by now."""
        for hook in CONNECTION_HOOKS:
            if hook.module in sys.modules and hook.module + hook.method not in self._opened:
                self._opened.add(hook.module + hook.method)
                _watch(hook)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """ResponseRecorder the setup of a test."""
        self._test, self._refused = item.nodeid, ""
        self.watch_hooks()
        yield from self._watched()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        """ResponseRecorder a test."""
        self.watch_hooks()
        yield from self._watched()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Iterator[None]:
        """ResponseRecorder the teardown of a test."""
        yield from self._watched()

    def _watched(self) -> Iterator[None]:
        try:
            yield
        finally:
            refused, self._refused = self._refused, ""
        if refused:
            pytest.fail(refused, pytrace=False)

    def pytest_unconfigure(self) -> None:
        """Let go of everything but the audit hook, which can't be removed and then does nothing."""
        _guards.remove(self)
        while _hooks:
            owner, method, real = _hooks.pop()
            setattr(owner, method, real)


_guards: list[HostGuard] = []
_hooks: list[tuple[Any, str, Any]] = []
_hooked: list[bool] = []


def register_guard(config: pytest.Config) -> None:
    """Let a guard stand for the rest of this run."""
    guard = HostGuard()
    _guards.append(guard)
    config.pluginmanager.register(guard, "plugproof-guard")
    if find_spec("uvloop"):  # pragma: no branch - there where this is measured
        # Its look-ups can be met nowhere else, so it is not left to the moment when a test imports it.
        import_module("uvloop")
    guard.watch_hooks()
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_audit)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:  # pragma: no cover - Python traces no audit hook
    __tracebackhide__ = True
    if event in EVENTS and _guards and EVENTS[event](arguments):
        _guards[-1].refuse()


def _watch(hook: ConnectionHook) -> None:
    for name in hook.owners:
        # Without their extras some packages have only stand-ins, which open nothing.
        owner = getattr(sys.modules[hook.module], name, None)
        real = getattr(owner, hook.method, None)
        if real is not None:
            _hooks.append((owner, hook.method, real))
            setattr(owner, hook.method, _guarded(real, hook.host))


def _guarded(real: Any, host: Callable[..., Any]) -> Any:
    @wraps(real)
    def opens(self: Any, *arguments: Any, **named: Any) -> Any:
        __tracebackhide__ = True
        if _guards and _is_real(host(*arguments, **named)):
            _guards[-1].refuse()
        return real(self, *arguments, **named)

    return opens


def _host_of(address: Any) -> Any:
    return address[0] if isinstance(address, tuple) else None


def _is_real(host: Any) -> bool:
    text = host.decode("latin-1") if isinstance(host, bytes) else host
    return isinstance(text, str) and text.lower().removesuffix(".") == HOST
