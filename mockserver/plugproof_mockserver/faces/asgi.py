"""The front door: a Starlette application whose routes are the planes of a world.

A plane is chosen by the raw path, as it came over the wire: `%2F` is no slash, so two spellings can never
be taken for one path. What is below a plane is the business of the application behind it.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Match, Mount, Router
from starlette.types import ASGIApp as StarletteApp

from plugproof_mockserver.faces.api_plane import api_plane, send_response
from plugproof_mockserver.faces.host_allowlist import HostAllowlist
from plugproof_mockserver.faces.served_document import DocumentRoute
from plugproof_mockserver.http.asgi_types import (
    BASE,
    PATH,
    WORLD,
    WORLD_NAME,
    WORLDS,
    ASGIApp,
    Receive,
    Scope,
    Send,
)
from plugproof_mockserver.http.response import ErrorResponse
from plugproof_mockserver.http.routing import NAME
from plugproof_mockserver.world.nouns.world_errors import NoSuchWorldError
from plugproof_mockserver.world.pipeline import WORLD_TROUBLE, refuse_world
from plugproof_mockserver.world.registries.registry import DEFAULT, WorldRegistry

_WORLDS = "/worlds/"
_OPERATIONS = b"/api/v3/"
_FULL: tuple[Match, Scope] = (Match.FULL, {})
_NONE: tuple[Match, Scope] = (Match.NONE, {})
_NOWHERE = ErrorResponse(
    404,
    "Nothing lives here. The API is below /api, the control plane below /_plugproof, "
    "and both of another world below /worlds/NAME.",
)
_WITHOUT_BASE = (
    "The base URL of the API is {base}, and this request's path has none of it. "
    "A client that joins URLs, as urljoin and new URL do, drops the path of a base URL when the rest begins "
    "with a slash."
)
_WRONG_HOST = ErrorResponse(
    421,
    "The Host header is not one that this fake answers. It answers localhost and loopback addresses; "
    "allow another name with --allow-host NAME.",
)


class App(Starlette):
    """The fake as a Starlette application.

    `control` serves the control plane, and `pages` further planes by the path before them; both find
    their world in the scope, and in `path` what is left of the path within it.
    """

    def __init__(
        self,
        worlds: WorldRegistry,
        *,
        hosts: HostAllowlist,
        control: ASGIApp,
        pages: Mapping[str, ASGIApp] | None = None,
    ) -> None:
        self.worlds, self._hosts = worlds, hosts
        planes: list[BaseRoute] = [
            DocumentRoute(),
            Plane("/api", _of_world(api_plane)),
            *(Plane(path, _of_world(_within_world(app))) for path, app in (pages or {}).items()),
            Plane("/_plugproof", _within_world(control)),
        ]
        super().__init__(
            routes=[*planes, WorldMount(planes)],
            middleware=[Middleware(HostMiddleware, hosts=hosts, worlds=worlds)],
        )
        self.router.default, self.router.redirect_slashes = _nowhere, False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, as ASGI has it."""
        # What has to be fast takes in one step the way that the routes describe.
        raw: bytes | None = scope.get("raw_path")
        if raw and raw.startswith(_OPERATIONS) and scope["type"] == "http" and self._knows(scope):
            scope[PATH], scope[WORLD] = _read_path(raw), self.worlds.default
            await api_plane(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        return self._hosts.accept([value for name, value in scope["headers"] if name == b"host"])

    def build_middleware_stack(self) -> StarletteApp:
        """Return the router behind the middleware, without the layers that turn exceptions into pages.

        Nothing here raises but a fault that breaks the connection on purpose, and those layers wrap `send`,
        which keeps a server from writing an answer in one packet.
        """
        app: StarletteApp = self.router.app
        for middleware in reversed(self.user_middleware):
            app = middleware.cls(app, *middleware.args, **middleware.kwargs)
        return app


class HostMiddleware:
    """Middleware that answers no foreign `Host`, and puts the path and the default world into the scope."""

    def __init__(self, app: StarletteApp, hosts: HostAllowlist, worlds: WorldRegistry) -> None:
        self._app, self._hosts, self._worlds = app, hosts, worlds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, as ASGI has it."""
        if scope["type"] == "http":
            if not self._hosts.accept([value for name, value in scope["headers"] if name == b"host"]):
                await send_response(scope, send, _WRONG_HOST.to_response())
                return
            scope[PATH], scope[BASE] = _raw_path(scope), ""
            scope[WORLD_NAME], scope[WORLDS] = DEFAULT, self._worlds
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1003})
            return
        await self._app(scope, receive, send)


class Plane(Mount):
    """A mount that is chosen by the raw path: below `path`, or exactly there where `path` ends in a slash."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        super().__init__(path, app)
        self._exact = (path, path.rstrip("/")) if path.endswith("/") else ()
        self._prefix = path + "/"

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return a full match, or none."""
        path = scope.get(PATH, "")
        return _FULL if (path in self._exact if self._exact else path.startswith(self._prefix)) else _NONE

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        await self.app(scope, receive, send)


class WorldMount(Mount):
    """The planes of every named world, below `/worlds/NAME`; a world is made on first use."""

    def __init__(self, planes: Sequence[BaseRoute]) -> None:
        super().__init__("/worlds/{name}", Router(planes, redirect_slashes=False, default=_nowhere))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return a full match, or none."""
        return _FULL if scope.get(PATH, "").startswith(_WORLDS) else _NONE

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the world, and choose the plane within it."""
        name, slash, rest = scope[PATH][len(_WORLDS) :].partition("/")
        scope[PATH], scope[BASE], scope[WORLD_NAME] = slash + rest, _WORLDS + name, name
        await self.app(scope, receive, send)


def _of_world(app: ASGIApp) -> ASGIApp:
    """Give an application its world, which its first use makes."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            scope[WORLD] = scope[WORLDS].get(scope[WORLD_NAME])
        except WORLD_TROUBLE as error:
            await send_response(scope, send, refuse_world(error).to_response())
            return
        await app(scope, receive, send)

    return serve


def _within_world(app: ASGIApp) -> ASGIApp:
    """Show an application the path as it is within its world."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope[PATH]
        await app({**scope, "path": path, "raw_path": path.encode("latin-1"), "root_path": ""}, receive, send)

    return serve


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    problem = ErrorResponse(404, _WITHOUT_BASE.format(base=_base_url(scope))) if NAME in scope[PATH] else _NOWHERE
    try:
        scope[WORLDS].find(scope[WORLD_NAME])
    except NoSuchWorldError:  # this request does not make it
        pass
    except WORLD_TROUBLE as error:
        problem = refuse_world(error)
    await send_response(scope, send, problem.to_response())


def _base_url(scope: Scope) -> str:
    host = next(value for name, value in scope["headers"] if name == b"host").decode("latin-1")
    return f"{scope.get('scheme', 'http')}://{host}{scope[BASE]}/api"


def _raw_path(scope: Scope) -> str:
    raw: bytes | None = scope.get("raw_path")
    if raw is None:
        # Servers may leave it out; what they decoded is then the best there is.
        return quote(scope["path"])
    return _read_path(raw)


def _read_path(raw: bytes) -> str:
    return (raw if b"?" not in raw else raw.partition(b"?")[0]).decode("latin-1")
