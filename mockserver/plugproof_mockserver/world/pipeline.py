"""How the API answers a request: route, limiter, faults, operation, headers, journal, in this order."""

import re
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from plugproof_contracts.facts.operations import PREFIX, Operation
from plugproof_mockserver.engine import operations
from plugproof_mockserver.http.rate_limit import RateLimitDecision, limit_headers, too_many
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.response import ConnectionFault, ErrorResponse, Headers, Response
from plugproof_mockserver.http.routing import RouteMatch, find_route, is_lost
from plugproof_mockserver.model.settings import Errors, RateLimit
from plugproof_mockserver.model.timestamps import SECOND, http_date
from plugproof_mockserver.world.prepared_responses import take
from plugproof_mockserver.world.world import World

if TYPE_CHECKING:
    from plugproof_mockserver.world.faults import Handler

_NAMES = re.compile(rb"[\x21-\x7e][\x20-\x7e]*")
_LOST = (
    "The route could not be found. The base URL of the API ends in /api, and its paths begin with "
    f"{PREFIX}, each once."
)
_ANY_ORIGIN = (b"access-control-allow-origin", b"*")


def answer(world: World, request: Request) -> Response:
    """Answer one request in one world, whatever it is."""
    with world.lock:
        # A world of this process alone is held by its lock: nothing else is needed, and this has to be fast.
        decide = _decide if not world.is_shared else partial(world.transact, _decide)
        response, now = decide(world, request)
        for listener in world.listeners:
            listener(request, response, now)
        return response


def _decide(world: World, request: Request) -> tuple[Response, int]:
    """Return the answer and its moment; the world has then changed, and noted the request."""
    match = find_route(request.path)
    operation = match.methods.get(request.method) if match else None
    now = world.clock.now()
    faults: tuple[str, ...] = ()
    if match is None or operation is None:
        response = _answer_unrouted(world, request, match, now)
    else:
        response, faults = _answer_operation(world, request, match, operation, now)
    name, (path, token) = operation.name if operation else None, _identify(request, match)
    entry = (now, request.method, path, name, token, response.status, request.client, faults, request.body)
    world.journal.add(entry)
    if world.self_check is not None and not faults:
        world.violations.extend(world.self_check(world.settings, request, response, now))
    return response, now


def _identify(request: Request, match: RouteMatch | None) -> tuple[str, str | None]:
    """Return the path that the journal shows, and the token that it leaves out."""
    if match is not None and match.has_token:
        return match.template, match.argument
    return request.safe_path(), None


def _answer_unrouted(world: World, request: Request, match: RouteMatch | None, now: int) -> Response:
    # Neither an unknown path nor a wrong method costs a hit or says anything of limits (assumed).
    found = _refuse_route(request, match)
    response = _write_error(world, request, found) if isinstance(found, ErrorResponse) else found
    return _finish(response, None, now)


def _answer_operation(
    world: World, request: Request, match: RouteMatch, operation: Operation, now: int
) -> tuple[Response, tuple[str, ...]]:
    """Return the answer, and the kinds of the faults that were applied to it."""
    decision = _count_hit(world, operation.name, request.client, now)
    faults: tuple[str, ...] = ()
    if decision and not decision.allowed:
        response = _write_error(world, request, too_many(decision, now))
    elif world.faults:
        response, faults = _handle_with_faults(world, request, match, operation, now)
    else:
        response = _handle(world, request, match, operation, now)
    return _finish(response, decision, now), faults


# The operation.


def _handle_with_faults(
    world: World, request: Request, match: RouteMatch, operation: Operation, now: int
) -> tuple[Response, tuple[str, ...]]:
    matching = [fault for fault in world.faults if fault.matches(operation.name, world.random)]
    handler: Handler = partial(_handle, world, request, match, operation, now)
    for fault in matching:
        handler = fault.around(handler, _as_json(world, request))
    response = handler()
    if response.connection_fault is ConnectionFault.TRUNCATE and request.method == "HEAD":
        response = replace(response, connection_fault=None)  # its body is not sent, so none of it can be missing
    return response, tuple(fault.kind.value for fault in matching)


def _handle(world: World, request: Request, match: RouteMatch, operation: Operation, now: int) -> Response:
    content_type = request.header(b"content-type") if request.body else ""
    if world.prepared and (prepared := take(world.prepared, operation.name)):
        return prepared
    call = operations.read_call(operation.name, match.argument, request.body, content_type)
    context = world.load(call, now)
    result = operations.handle(call, context, now)
    if result.session is not None and result.session is not context.session:
        world.store(result.session, is_new=context.session is None, now=now)
    if isinstance(result.answer, ErrorResponse):
        return _write_error(world, request, result.answer)
    return result.answer


# Limits.


def _count_hit(world: World, operation: str, client: str, now: int) -> RateLimitDecision | None:
    mode = world.settings.rate_limit
    if mode is RateLimit.OFF:
        return None
    limit = world.settings.limit_of(operation)
    key = client if mode is RateLimit.SHARED else f"{operation} {client}"
    return world.limiter.hit(key, limit.hits, limit.length, now)


# Answers that no operation gives.


def _refuse_route(request: Request, match: RouteMatch | None) -> Response | ErrorResponse:
    if request.method == "OPTIONS":
        if asked := request.header(b"access-control-request-method"):
            return Response(204, b"", _preflight(asked, request.header(b"access-control-request-headers")))
        if match is not None:
            return Response(200, b"", ((b"allow", match.allow.encode()),))
    if match is None:
        return ErrorResponse(404, _LOST if is_lost(request.path) else "The route could not be found.")
    # The framework names the path; here it is the template, since the path holds the token.
    route = f"api{match.template}"
    message = f"The {request.method} method is not supported for route {route}. Supported methods: {match.allow}."
    return ErrorResponse(405, message, headers=((b"allow", match.allow.encode()),))


def _preflight(method: str, headers: str) -> Headers:
    echoes = (
        (b"access-control-allow-methods", method.encode("latin-1").upper()),
        (b"access-control-allow-headers", headers.encode("latin-1")),
    )
    # Echoed as they came, so nothing that could end a header gets through.
    safe = [(name, value) for name, value in echoes if _NAMES.fullmatch(value)]
    return (*safe, (b"access-control-max-age", b"0"))


# The answer as it is sent.


def _as_json(world: World, request: Request) -> bool:
    return world.settings.errors is Errors.JSON or request.expects_json()


def _write_error(world: World, request: Request, problem: ErrorResponse) -> Response:
    return problem.to_response(as_json=_as_json(world, request))


def _finish(response: Response, decision: RateLimitDecision | None, now: int) -> Response:
    # A 429 carries the headers of the limit that refused it, which need not be the endpoint's.
    limits = limit_headers(decision.limit, decision.remaining) if decision and response.status != 429 else ()
    headers = (*response.headers, (b"date", http_date(now // SECOND)), _ANY_ORIGIN, *limits)
    return Response(response.status, response.body, headers, response.delay, response.connection_fault)
