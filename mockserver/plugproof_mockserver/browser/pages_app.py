"""The browser's plane: pages, scripts and styles, and what the stand-in for Stripe answers.

The front door has chosen the world and left it in the scope; `base` is what stands before a path of
that world, such as `/worlds/a`. Pages hold no data: scripts fetch it, and put it into text nodes.
"""

import re
from collections.abc import Awaitable, Callable
from functools import cache
from importlib.resources import files
from typing import Any, cast

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plugproof_contracts import ConnectorStatus
from plugproof_contracts.pages.html_page import load_template, stylesheet
from plugproof_mockserver.browser import PAGE_PATHS, stripe
from plugproof_mockserver.http.asgi_types import BASE, TRANSPORT, WORLD, ASGIApp, read_body
from plugproof_mockserver.http.request_bodies import MAX_BODY
from plugproof_mockserver.http.response import ErrorResponse, refuse_method
from plugproof_mockserver.world.pipeline import WORLD_TROUBLE, refuse_world
from plugproof_mockserver.world.world import World

Endpoint = Callable[[Request], Awaitable[Response]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""No script, style or request of anybody else, and no page of anybody else around ours."""

_PAGE_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
_ANY_ORIGIN = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "content-type",
    "access-control-allow-methods": "GET, POST",
    # Chromium asks this of a server on this machine before a public page may reach it.
    "access-control-allow-private-network": "true",
    "cache-control": "no-store",
}
"""A team's page calls from its own origin, as it calls Stripe; the client secret is the credential."""

_CALL_FIELDS = ("client_secret", "account", "card", "payment_method", "outcome")
"""The fields of a call in JSON, in the order of `StripeCall`."""

_TYPES = {".js": "text/javascript", ".css": "text/css"}
_NO_FILE = ErrorResponse(404, "There is no such page or file here.")
_FILE = re.compile(r"[a-z]+\.(?:js|css)")


def pages() -> dict[str, ASGIApp]:
    """Return the application of this plane by the paths that it takes."""
    return dict.fromkeys(PAGE_PATHS, pages_app())


def pages_app() -> ASGIApp:
    """Return the application of this plane."""
    app = Starlette(routes=_routes(), exception_handlers={HTTPException: _off_the_map})
    app.router.redirect_slashes = False
    return app


def _routes() -> list[Route]:
    return [
        Route("/", _to_console),
        Route("/_plugproof", _to_console),
        Route("/_plugproof/", _console),
        Route("/pay", _pay),
        Route("/pay/", _pay),
        Route("/pay/{code}", _pay),
        Route("/browser/{name}", _asset),
        Route("/stripe/v3.js", _script),
        Route("/stripe/v3", _script),
        Route("/stripe/v3/", _script),
        Route("/stripe/{train}/stripe.js", _script),
        Route("/stripe/v1/payment_intents/{intent}", _retrieve, methods=["GET", "OPTIONS"]),
        Route("/stripe/v1/payment_intents/{intent}/confirm", _confirm, methods=["POST", "OPTIONS"]),
        Route("/stripe/v1/payment_intents/{intent}/challenge", _challenge, methods=["POST", "OPTIONS"]),
    ]


async def _off_the_map(request: Request, error: Exception) -> Response:
    allow = (cast("HTTPException", error).headers or {}).get("Allow")
    return _refuse(_NO_FILE if allow is None else refuse_method(request.method, allow))


def _refuse(problem: ErrorResponse) -> Response:
    written = problem.to_response()
    headers = {name.decode(): value.decode() for name, value in written.headers}
    return Response(written.body, written.status, _PAGE_HEADERS | headers)


# Pages.


async def _to_console(request: Request) -> Response:
    return Response(status_code=307, headers={"location": f"{request.scope[BASE]}/_plugproof/"} | _PAGE_HEADERS)


async def _console(request: Request) -> Response:
    return _page("console.html", request)


async def _pay(request: Request) -> Response:
    return _page("pay.html", request)


def _page(name: str, request: Request) -> Response:
    world: World = request.scope[WORLD]
    values = {"base": request.scope[BASE], "world": world.name, "statuses": list(ConnectorStatus)}
    text = load_template(__package__, name).render(values)
    return Response(text, headers=_PAGE_HEADERS, media_type="text/html")


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if not _FILE.fullmatch(name) or not (name == "style.css" or _static(name).is_file()):
        return _refuse(_NO_FILE)
    return Response(_text(name), headers=_PAGE_HEADERS, media_type=_TYPES[name[name.index(".") :]])


def _static(name: str) -> Any:
    return files(__package__).joinpath("static", name)


@cache
def _text(name: str) -> str:
    text: str = stylesheet() if name == "style.css" else _static(name).read_text("utf-8")
    return text


# Stripe.


async def _script(request: Request) -> Response:
    # The Host header is one that the front door lets through, and is written as a JSON string.
    base = f"{request.url.scheme}://{request.headers['host']}{request.scope[BASE]}"
    return Response(stripe.script(base), headers=_ANY_ORIGIN, media_type="text/javascript")


async def _retrieve(request: Request) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=_ANY_ORIGIN)
    query = request.query_params
    call = stripe.StripeCall(query.get("client_secret", ""), query.get("account", ""))
    return await _try(request, lambda: stripe.retrieve(request.scope[WORLD], request.path_params["intent"], call))


async def _confirm(request: Request) -> Response:
    return await _with_fields(request, stripe.confirm)


async def _challenge(request: Request) -> Response:
    return await _with_fields(request, stripe.answer_challenge)


Action = Callable[[World, str, stripe.StripeCall], stripe.StripeAnswer]


async def _with_fields(request: Request, act: Action) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=_ANY_ORIGIN)
    body = await read_body(request.receive)
    if body is None or len(body) > MAX_BODY:
        return await _answer(request, _unreadable("The body is missing or too large."))
    try:
        fields = msgspec.json.decode(body, type=dict[str, str | None])
    except (ValueError, RecursionError):
        return await _answer(request, _unreadable("The body is not an object of strings in JSON."))
    call = stripe.StripeCall(*(fields.get(name) or "" for name in _CALL_FIELDS))
    return await _try(request, lambda: act(request.scope[WORLD], request.path_params["intent"], call))


async def _try(request: Request, act: Callable[[], stripe.StripeAnswer]) -> Response:
    """Answer with what comes of it; of a world that can't be had Stripe's script tells as of its own troubles."""
    try:
        answer = act()
    except WORLD_TROUBLE as error:
        problem = refuse_world(error)
        content = {"error": {"type": "api_error", "message": problem.message}}
        answer = stripe.StripeAnswer(problem.status, content)
    return await _answer(request, answer)


def _unreadable(message: str) -> stripe.StripeAnswer:
    return stripe.StripeAnswer(400, {"error": {"type": "invalid_request_error", "message": message}})


async def _answer(request: Request, answer: stripe.StripeAnswer) -> Response:
    if answer.content is None:
        # A network error: the connection closes without a byte; in process, an answer that no script may read.
        if (transport := request.scope.get(TRANSPORT)) is not None:
            transport.abort()
        return Response(status_code=502, headers={"cache-control": "no-store"})
    return Response(msgspec.json.encode(answer.content), answer.status, _ANY_ORIGIN, "application/json")
