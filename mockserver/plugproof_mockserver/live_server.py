"""A live server for clients that do not live in this process, or speak through no client that we know.

One thread per process serves the worlds of its tests, each below its own path. It ends with the
process, however that ends. The socket is bound here and handed over, so its port is never free in between.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from plugproof_contracts.argument_checks import check_arguments
from plugproof_mockserver.browser.pages_app import pages
from plugproof_mockserver.control.control_app import control_app
from plugproof_mockserver.faces.asgi import App
from plugproof_mockserver.faces.host_allowlist import HostAllowlist
from plugproof_mockserver.faces.uvicorn_server import bind, serving
from plugproof_mockserver.fake import FakePlugchoice
from plugproof_mockserver.http.asgi_types import ASGIApp, Message, Receive, Scope, Send
from plugproof_mockserver.world.nouns.world_errors import WorldNameError
from plugproof_mockserver.world.registries.registry import WorldRegistry
from plugproof_mockserver.world.world import World

HOST = "127.0.0.1"
_NO_WORLD = "none"

Listener = Callable[[str, str, int, bytes], None]
"""Is told of every answer of a server: method, path below the world, status and body."""


class LiveServer:
    """One test's view of the live server."""

    @check_arguments
    def __init__(self, root: str, fake: FakePlugchoice) -> None:
        self.fake = fake
        """The fake that is served: its sessions, clock, faults and journal."""
        self.url = f"{root}/api"
        """The base URL of the API, up to and without `/v3`."""
        self.control_url = f"{root}/_plugproof"
        """The base URL of the control plane."""

    def __repr__(self) -> str:
        return f"<LiveServer {self.url}>"


class _TestWorlds(WorldRegistry):
    """The worlds of the tests that run; there is none for a test that has ended."""

    def __init__(self) -> None:
        super().__init__(lambda name: World(name=name))
        self.running: dict[str, World] = {}

    def get(self, name: str) -> World:
        """Return the world of a running test."""
        if name == _NO_WORLD:
            raise DroppedPathError
        if name not in self.running:
            raise NoSuchTestError
        return self.running[name]

    find = get

    def lease(self, name: str, seconds: float | None) -> bool:
        """Refuse: a test's world is there for as long as the test."""
        raise NoSuchTestError


class NoSuchTestError(WorldNameError):
    """A world whose test has ended, or that never was a test's."""

    def __str__(self) -> str:
        return "this world's test has ended; every test gets a URL of its own from plugchoice_server.url"


class DroppedPathError(WorldNameError):
    """A request without the path of its base URL."""

    status = 404

    def __str__(self) -> str:
        return (
            "the base URL of the API is plugchoice_server.url, which ends in /worlds/NAME/api, and this request's "
            "path does not begin with that; a client that joins URLs, as urljoin and new URL do, drops the path "
            "of a base URL when the rest begins with /"
        )


class Site:
    """The running server of this process."""

    def __init__(self, root: str, worlds: _TestWorlds) -> None:
        self._root, self._worlds = root, worlds

    @contextmanager
    def serving(self, fake: FakePlugchoice) -> Iterator[LiveServer]:
        """Serve a fake below a path that nobody else has."""
        name = f"test-{secrets.token_hex(8)}"
        self._worlds.running[name] = fake.world
        try:
            yield LiveServer(f"{self._root}/worlds/{name}", fake)
        finally:
            del self._worlds.running[name]


@contextmanager
def site(listeners: Sequence[Listener] = ()) -> Iterator[Site]:
    """Start the server of this process, and end it."""
    worlds = _TestWorlds()
    app = _serve_tests_only(App(worlds, hosts=HostAllowlist(), control=control_app(), pages=pages()), listeners)
    with bind(HOST, 0) as listener, serving(app, listener):
        yield Site(f"http://{HOST}:{listener.getsockname()[1]}", worlds)


def _serve_tests_only(app: ASGIApp, listeners: Sequence[Listener]) -> ASGIApp:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        # The default world would be everybody's: what asks for it is sent to a test that never was.
        if scope["type"] == "http" and not scope["path"].startswith("/worlds/"):
            scope = {**scope, "raw_path": f"/worlds/{_NO_WORLD}".encode() + scope["raw_path"]}
        is_heard = listeners and scope["type"] == "http"
        await app(scope, receive, _overhear(scope, send, listeners) if is_heard else send)

    return serve


def _overhear(scope: Scope, send: Send, listeners: Sequence[Listener]) -> Send:
    path = "/" + scope["raw_path"].decode("latin-1").split("/", 3)[-1]
    status = 0

    async def tell(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            for listener in listeners:
                listener(scope["method"], path, status, message["body"])
        await send(message)

    return tell
