"""The control plane: what a test or a person does to a world from outside the API, over HTTP.

It is never limited, never faulted and not in the journal. What there is stands in
`handlers.ROUTES`; here it is guarded, routed, and written down.
"""

from collections.abc import Callable
from functools import partial
from secrets import token_hex
from typing import Any, cast

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plugproof_mockserver.control.body_fields import UnreadableBodyError, read, read_query
from plugproof_mockserver.control.control_request import ControlRequest, ControlRoute
from plugproof_mockserver.control.guard import LOCKED, refusal
from plugproof_mockserver.control.handlers import ROUTES
from plugproof_mockserver.control.secrets import ControlSecrets
from plugproof_mockserver.engine.transitions import NotPossibleError
from plugproof_mockserver.http.asgi_types import WORLD_NAME, WORLDS, ASGIApp, Receive, Scope, Send, read_body
from plugproof_mockserver.http.request_bodies import MAX_BODY, too_large
from plugproof_mockserver.http.response import ErrorResponse, refuse_method
from plugproof_mockserver.world.faults.faults import UnknownFaultError
from plugproof_mockserver.world.nouns.charger_store import UnknownChargerError
from plugproof_mockserver.world.nouns.session_store import UnknownSessionError
from plugproof_mockserver.world.pipeline import WORLD_TROUBLE, refuse_world
from plugproof_mockserver.world.registries.registry import DEFAULT
from plugproof_mockserver.world.world import World

PREFIX = "/_plugproof"

MAX_DOCUMENT = 32 * 1024 * 1024
"""Bytes of the largest document that is read."""

_HEALTH = f"{PREFIX}/health"
_WORLDS = f"{PREFIX}/worlds"
_METRICS = f"{PREFIX}/metrics"
_OF_ALL_WORLDS = (_METRICS,)
"""Paths that tell of all worlds, whichever they are asked in."""
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}

_STATUSES: dict[type[Exception], int] = {
    UnreadableBodyError: 400,
    UnknownSessionError: 404,
    UnknownChargerError: 404,
    UnknownFaultError: 404,
    NotPossibleError: 409,
    ValueError: 422,
}
"""How a refusal of the world is answered; the first row that fits decides."""


def control_app(secrets: ControlSecrets | None = None, identity: str | None = None, workers: int = 1) -> ASGIApp:
    """Return the application of the control plane.

    With `secrets` a request has to carry the one of the world that it is about. `identity` is what health answers
    with, so that who started a server can tell that it is this one; by default it is random.
    `workers` is how many processes serve.
    """
    secrets = secrets or ControlSecrets()
    routes = _routes(secrets, identity or token_hex(8), workers)
    routed = Starlette(routes=routes, exception_handlers={HTTPException: _off_the_map})
    routed.router.redirect_slashes = False

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        response = _refused(scope, secrets)
        await (response or routed)(scope, receive, send)

    return guarded


def _refused(scope: Scope, secrets: ControlSecrets) -> Response | None:
    headers = Headers(raw=scope["headers"])
    problem = refusal(scope["method"], headers)
    if problem is None and not _is_open(scope, secrets, headers):
        if scope["path"] == _HEALTH and scope["method"] in ("GET", "HEAD"):
            return _written(200, {"status": "ok"})
        problem = LOCKED
    return None if problem is None else _refusing(problem)


def _is_open(scope: Scope, secrets: ControlSecrets, headers: Headers) -> bool:
    """Return whether a request carries the secret of the world that it is about."""
    path = scope["path"]
    if path == _WORLDS:
        return secrets.are_known(headers)  # the list shows each what it may control
    if path.startswith(f"{_WORLDS}/"):
        return secrets.open(path[len(_WORLDS) + 1 :].partition("/")[0], headers)
    return secrets.open(DEFAULT if path in _OF_ALL_WORLDS else scope[WORLD_NAME], headers)


def _routes(secrets: ControlSecrets, identity: str, workers: int) -> list[Route]:
    by_path: dict[str, dict[str, ControlRoute]] = {}
    for row in ROUTES:
        by_path.setdefault(row.path, {})[row.method] = row
    return [
        Route(f"{PREFIX}/stream", _stream),
        Route(_METRICS, _metrics),
        *(_route(PREFIX + path, rows, secrets, (identity, workers)) for path, rows in by_path.items()),
    ]


async def _stream(request: Request) -> Response:
    from plugproof_mockserver.control.stream import stream_of

    try:
        return stream_of(_world_of(request))
    except WORLD_TROUBLE as error:
        return _refusing(refuse_world(error))


def _world_of(request: Request) -> World:
    """Return the world of a request that was let in, which its first use makes."""
    found: World = request.scope[WORLDS].get(request.scope[WORLD_NAME])
    return found


async def _metrics(request: Request) -> Response:
    from plugproof_mockserver.control.metrics import MISSING, expose

    try:
        found = expose(request.scope[WORLDS], request.headers.get("accept", ""))
    except ImportError:
        return _refusing(ErrorResponse(501, MISSING))
    return Response(found.content, headers=_HEADERS | {"content-type": found.media_type})


def _route(path: str, rows: dict[str, ControlRoute], secrets: ControlSecrets, server: tuple[str, int]) -> Route:
    async def endpoint(request: Request) -> Response:
        row = rows["GET" if request.method == "HEAD" else request.method]
        most = MAX_BODY if row.document is None else MAX_DOCUMENT
        body = b"" if row.method == "GET" else await read_body(request.receive, most)
        argument = next(iter(request.path_params.values()), "")
        if body is None:
            return _refusing(ErrorResponse(400, "The request ended before its body did."))
        if len(body) > most:
            return _refusing(too_large(most))
        may_control = partial(secrets.open, headers=request.headers)

        def wanted(fields: dict[str, Any], query: dict[str, Any]) -> ControlRequest:
            worlds = request.scope[WORLDS]
            return ControlRequest(_world_of(request), worlds, may_control, *server, argument, fields, query)

        return _answer(row, wanted, body, request.url.query)

    return Route(path, endpoint, methods=list(rows))


def _answer(row: ControlRoute, make: Callable[..., ControlRequest], body: bytes, query: str) -> Response:
    try:
        wanted = make(_read(row, body), read_query(query, row.query))
        if not row.of_one_world:
            return _written(row.status, row.handler(wanted))
        return wanted.world.transact(lambda: _written(row.status, row.handler(wanted)))
    except WORLD_TROUBLE as error:
        return _refusing(refuse_world(error))
    except tuple(_STATUSES) as error:
        status = next(status for kind, status in _STATUSES.items() if isinstance(error, kind))
        return _refusing(ErrorResponse(status, f"{error}."))


def _read(row: ControlRoute, body: bytes) -> dict[str, Any]:
    return read(body, row.form) if row.document is None else {"document": row.document(body)}


def _written(status: int, content: Any) -> Response:
    if content is None:
        return Response(status_code=status, headers=_HEADERS)
    return Response(msgspec.json.encode(content), status, _HEADERS, "application/json")


def _refusing(problem: ErrorResponse) -> Response:
    written = problem.to_response()
    headers = {name.decode(): value.decode() for name, value in written.headers}
    return Response(written.body, written.status, _HEADERS | headers)


async def _off_the_map(request: Request, error: Exception) -> Response:
    found = cast("HTTPException", error)
    if found.status_code != 405 or not found.headers:
        return _refusing(ErrorResponse(404, f"Nothing lives here; {PREFIX}/openapi.json lists what does."))
    return _refusing(refuse_method(request.method, found.headers["Allow"]))
