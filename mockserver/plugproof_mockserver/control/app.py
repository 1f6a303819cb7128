"""The control plane: what a test or a person does to a world from outside the API, over HTTP.

It is never limited, never faulted and not in the journal. What there is stands in
`handlers.ROUTES`; here it is guarded, routed, and written down.
"""

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
from plugproof_mockserver.control.guard import LOCKED, knows, refusal
from plugproof_mockserver.control.handlers import ROUTES, ControlRequest, ControlRoute
from plugproof_mockserver.engine.transitions import NotPossibleError
from plugproof_mockserver.http.asgi_types import WORLD, ASGIApp, Receive, Scope, Send, read_body
from plugproof_mockserver.http.request_bodies import MAX_BODY, TOO_LARGE
from plugproof_mockserver.http.response import ErrorResponse
from plugproof_mockserver.world.charger_store import UnknownChargerError
from plugproof_mockserver.world.session_store import UnknownSessionError

PREFIX = "/_plugproof"

_HEALTH = f"{PREFIX}/health"
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}

_STATUSES: dict[type[Exception], int] = {
    UnreadableBodyError: 400,
    UnknownSessionError: 404,
    UnknownChargerError: 404,
    NotPossibleError: 409,
    ValueError: 422,
}
"""How a refusal of the world is answered; the first row that fits decides."""


def control_app(secret: str | None = None, identity: str | None = None) -> ASGIApp:
    """Return the application of the control plane.

    With a `secret` every request has to carry it. `identity` is what health answers with, so that
    who started a server can tell that it is this one; by default it is random.
    """
    if secret == "":
        raise ValueError("the secret of the control plane is empty; leave it out to have none")
    routed = Starlette(routes=_routes(identity or token_hex(8)), exception_handlers={HTTPException: _off_the_map})
    routed.router.redirect_slashes = False

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        response = _refused(scope, secret)
        await (response or routed)(scope, receive, send)

    return guarded


def _refused(scope: Scope, secret: str | None) -> Response | None:
    headers = Headers(raw=scope["headers"])
    problem = refusal(scope["method"], headers)
    if problem is None and secret is not None and not knows(secret, headers):
        if scope["path"] == _HEALTH and scope["method"] in ("GET", "HEAD"):
            return _written(200, {"status": "ok"})
        problem = LOCKED
    return None if problem is None else _refusing(problem)


def _routes(identity: str) -> list[Route]:
    by_path: dict[str, dict[str, ControlRoute]] = {}
    for row in ROUTES:
        by_path.setdefault(row.path, {})[row.method] = row
    return [
        Route(f"{PREFIX}/stream", _stream),
        *(_route(PREFIX + path, rows, identity) for path, rows in by_path.items()),
    ]


async def _stream(request: Request) -> Response:
    from plugproof_mockserver.control.stream import stream_of

    return stream_of(request.scope[WORLD])


def _route(path: str, rows: dict[str, ControlRoute], identity: str) -> Route:
    async def endpoint(request: Request) -> Response:
        row = rows["GET" if request.method == "HEAD" else request.method]
        body = b"" if row.method == "GET" else await read_body(request.receive)
        argument = next(iter(request.path_params.values()), "")
        if body is None:
            return _refusing(ErrorResponse(400, "The request ended before its body did."))
        if len(body) > MAX_BODY:
            return _refusing(TOO_LARGE)
        wanted = ControlRequest(request.scope[WORLD], identity, argument, {}, {})
        return _answer(row, wanted, body, request.url.query)

    return Route(path, endpoint, methods=list(rows))


def _answer(row: ControlRoute, wanted: ControlRequest, body: bytes, query: str) -> Response:
    try:
        wanted = wanted._replace(fields=read(body, row.form), query=read_query(query, row.query))
        return wanted.world.transact(lambda: _written(row.status, row.handler(wanted)))
    except tuple(_STATUSES) as error:
        status = next(status for kind, status in _STATUSES.items() if isinstance(error, kind))
        return _refusing(ErrorResponse(status, f"{error}."))


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
    allow = ", ".join(sorted(found.headers["Allow"].split(", ")))
    message = f"This takes no {request.method}; it takes {allow}."
    return _refusing(ErrorResponse(405, message, headers=((b"allow", allow.encode()),)))
