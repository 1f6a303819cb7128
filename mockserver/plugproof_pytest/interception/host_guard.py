"""The guard: a call that would leave for the real API fails before it connects.

It stands below every tool that mocks, so it only meets what none of them answered. Most calls are seen by an
audit hook, when the name of the host is looked up. Clients that bring a resolver of their own, or leave the
look-up to a proxy, are met where they open a connection. Those that kept a connection open or call an address by
its number are met where they name the host to the other side.

It is on for the whole run where that was asked for, and else while a test has one of the fixtures.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from plugproof_pytest.interception.patching import Patches, module_if_there

HOST = "app.plugchoice.com"


class ConnectionHook(NamedTuple):
    """A method that opens connections, and how to tell from its arguments to which host."""

    module: str
    owners: tuple[str, ...]
    method: str
    host: Callable[..., Any]


_POOLS = ("ConnectionPool", "HTTPProxy", "SOCKSProxy", "AsyncConnectionPool", "AsyncHTTPProxy", "AsyncSOCKSProxy")


def _host_of(address: Any) -> Any:
    return address[0] if isinstance(address, tuple) else None


def _asyncio_host(_: Any, host: Any = None, *others: Any, server_hostname: Any = None, **more: Any) -> Any:
    return host if server_hostname is None or _is_loopback(host) else server_hostname


def _tls_host(socket: Any, *_: Any, server_hostname: Any = None, **__: Any) -> Any:
    return server_hostname if server_hostname and not _is_loopback(_peer(socket)) else None


CONNECTION_HOOKS = (
    ConnectionHook("socket", ("socket",), "connect", _host_of),
    ConnectionHook("socket", ("socket",), "connect_ex", _host_of),
    ConnectionHook("ssl", ("SSLContext",), "wrap_socket", _tls_host),
    ConnectionHook("asyncio.base_events", ("BaseEventLoop",), "create_connection", _asyncio_host),
    ConnectionHook("httpcore", _POOLS, "create_connection", lambda origin: origin.host),
    ConnectionHook("httpcore2", _POOLS, "create_connection", lambda origin: origin.host),
    ConnectionHook("aiohttp", ("BaseConnector",), "connect", lambda request, *_, **__: request.url.host),
    ConnectionHook("uvloop", ("Loop",), "getaddrinfo", lambda host, *_, **__: host),
    ConnectionHook("uvloop", ("Loop",), "create_connection", _asyncio_host),
)

_NAME = re.escape(HOST.encode())
# Texts: to compile them at the start of every suite takes longer than all else here. `re` keeps what it compiled.
_THROUGH_A_PROXY = rb"(?i)(?:CONNECT |[A-Z]+ https?://)" + _NAME + rb"\.?[:/ ]"
_BY_NAME = rb"(?i)\r\nhost:[ \t]*" + _NAME + rb"\.?(?::\d+)?[ \t]*\r\n"


def _is_sent_there(connection: Any, data: Any) -> bool:
    if not isinstance(data, bytes):
        return False
    if re.match(_THROUGH_A_PROXY, data):
        return True
    return not _is_loopback(getattr(connection, "host", None)) and re.search(_BY_NAME, data[:65536]) is not None


EVENTS: dict[str, Callable[..., bool]] = {
    "socket.getaddrinfo": lambda host, *_: _is_real(host),
    "socket.gethostbyname": lambda host, *_: _is_real(host),
    "http.client.send": _is_sent_there,
}
"""The audit events that tell of a call, and whether it would go to the real API."""

_FOR_NO_FIXTURE = (
    "Ask for the fixture plugchoice (or plugchoice_server for a client that is neither httpx nor httpx2), mock "
    "the call, or allow it with --no-plugchoice-guard."
)
_FOR_PLUGCHOICE = (
    "The fixture plugchoice answers httpx and httpx2 at exactly this host name. For every other client ask for "
    "the fixture plugchoice_server and give the client plugchoice_server.url as its base URL, or mock the call. "
    "--no-plugchoice-guard lets it through."
)
_FOR_SERVER = (
    "Give the client plugchoice_server.url as its base URL. A client with httpx or httpx2 may keep its own with "
    "the fixture plugchoice. --no-plugchoice-guard lets the call through."
)


class HostGuard:
    """Refuses calls, and fails the test that made one even if its code made nothing of the refusal."""

    def __init__(self) -> None:
        self._whole_run = False
        self._test = "the collection"
        self._refused = ""
        self._fixtures: list[str] = []
        self._hooked: set[ConnectionHook] = set()
        self._patches = Patches()

    @property
    def is_on(self) -> bool:
        """Whether calls are refused now."""
        return self._whole_run or bool(self._fixtures)

    def stand_for_the_run(self) -> None:
        """Refuse calls until the run ends."""
        self._whole_run = True
        self.watch_hooks()

    @contextmanager
    def standing(self, fixture: str) -> Iterator[None]:
        """Refuse calls until the block ends: it is the life of one of a test's fixtures."""
        self._fixtures.append(fixture)
        self.watch_hooks()
        try:
            yield
        finally:
            self._fixtures.remove(fixture)

    def refuse(self) -> None:
        """Fail what would call the real API, and remember it."""
        __tracebackhide__ = True
        self._refused = f"{self._test} would have called the real API at https://{HOST}. {self._way_out()}"
        pytest.fail(self._refused)

    def _way_out(self) -> str:
        if not self._fixtures:
            return _FOR_NO_FIXTURE
        return _FOR_PLUGCHOICE if "plugchoice" in self._fixtures else _FOR_SERVER

    def watch_hooks(self) -> None:
        """Watch the clients that have been imported by now."""
        _begin_to_listen(self)
        for hook in CONNECTION_HOOKS:
            if hook.module in sys.modules and hook not in self._hooked:
                self._hooked.add(hook)
                for name in hook.owners:
                    # Without their extras some packages have only stand-ins, which open nothing.
                    if owner := getattr(sys.modules[hook.module], name, None):
                        self._patches.add(owner, hook.method, _guarded(hook.host))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """Watch the setup of a test."""
        self._test, self._refused = item.nodeid, ""
        yield from self._watched()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        """Watch a test."""
        yield from self._watched()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Iterator[None]:
        """Watch the teardown of a test."""
        yield from self._watched()

    def _watched(self) -> Iterator[None]:
        if self.is_on:
            self.watch_hooks()
        try:
            yield
        finally:
            refused, self._refused = self._refused, ""
        if refused:
            pytest.fail(refused, pytrace=False)

    def pytest_unconfigure(self) -> None:
        """Let go of everything but the audit hook, which can't be removed and then does nothing."""
        if self in _guards:
            _guards.remove(self)
        self._patches.undo()


GUARD = pytest.StashKey[HostGuard]()
_guards: list[HostGuard] = []
"""The guards of the runs of this process, the innermost last; an audit hook belongs to the process."""
_listening: list[bool] = []


def _begin_to_listen(guard: HostGuard) -> None:
    if guard in _guards:
        return
    _guards.append(guard)
    # Its look-ups can be met nowhere else, so it is not left to the moment when a test imports it.
    module_if_there("uvloop")
    if not _listening:
        _listening.append(True)
        sys.addaudithook(_audit)


@contextmanager
def guarding(config: pytest.Config, fixture: str) -> Iterator[None]:
    """Refuse calls while a test has a fixture of ours, unless the run lets calls through."""
    if config.getoption("plugchoice_guard") is False:
        yield
        return
    with config.stash[GUARD].standing(fixture):
        yield


def _audit(event: str, arguments: tuple[Any, ...]) -> None:  # pragma: no cover - Python traces no audit hook
    __tracebackhide__ = True
    if event in EVENTS and _guards and _guards[-1].is_on and EVENTS[event](*arguments):
        _guards[-1].refuse()


def _guarded(host: Callable[..., Any]) -> Callable[[Any], Any]:
    def make(real: Any) -> Any:
        def opens(self: Any, *arguments: Any, **named: Any) -> Any:
            __tracebackhide__ = True
            if _guards and _guards[-1].is_on and _is_real(host(*arguments, **named)):
                _guards[-1].refuse()
            return real(self, *arguments, **named)

        return opens

    return make


def _is_real(host: Any) -> bool:
    return _text(host).removesuffix(".") == HOST


def _is_loopback(host: Any) -> bool:
    return _text(host) in ("localhost", "::1", "") or _text(host).startswith("127.")


def _text(host: Any) -> str:
    text = host.decode("latin-1") if isinstance(host, bytes) else host
    return text.lower() if isinstance(text, str) else ""


def _peer(socket: Any) -> Any:
    try:
        return _host_of(socket.getpeername())
    except (OSError, AttributeError):
        return None  # not connected yet, or a stand-in
