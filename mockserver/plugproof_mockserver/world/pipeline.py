"""How the API answers a request: route, limiter, faults, operation, headers, journal, in this order."""

import re
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from plugproof_contracts.facts.operations import PREFIX, Operation
from plugproof_mockserver.engine import operations as engine
from plugproof_mockserver.http.rate_limit import Decision, limit_headers, too_many
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.response import Cut, Headers, Problem, Reply
from plugproof_mockserver.http.routing import Place, find, is_lost
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


def answer(world: World, request: Request) -> Reply:
    """Answer one request in one world, whatever it is."""
    place = find(request.path)
    operation = place.methods.get(request.method) if place else None
    with world.lock:
        now = world.clock.now()
        if place is None or operation is None:
            reply = _unrouted(world, request, place, now)
        else:
            reply = _routed(world, request, place, operation, now)
        if world.self_check is not None and not world.journal[-1].faults:
            world.violations.extend(world.self_check(world.settings, request, reply, now))
        for listener in world.listeners:
            listener(request, reply, now)
        return reply


def _unrouted(world: World, request: Request, place: Place | None, now: int) -> Reply:
    # Neither an unknown path nor a wrong method costs a hit or says anything of limits (assumed).
    outcome = _off_the_map(request, place)
    reply = _written(world, request, outcome) if isinstance(outcome, Problem) else outcome
    _note(world, request, place, None, reply, (), now)
    return _finished(reply, None, now)


def _routed(world: World, request: Request, place: Place, operation: Operation, now: int) -> Reply:
    decision = _hit(world, operation.name, request.client, now)
    struck: tuple[str, ...] = ()
    if decision and not decision.allowed:
        reply = _written(world, request, too_many(decision, now))
    elif world.faults:
        reply, struck = _handle_with_faults(world, request, place, operation, now)
    else:
        reply = _handle(world, request, place, operation, now)
    _note(world, request, place, operation, reply, struck, now)
    return _finished(reply, decision, now)


# The operation.


def _handle_with_faults(
    world: World, request: Request, place: Place, operation: Operation, now: int
) -> tuple[Reply, tuple[str, ...]]:
    striking = [fault for fault in world.faults if fault.strikes(operation.name, world.random)]
    handler: Handler = partial(_handle, world, request, place, operation, now)
    for fault in striking:
        handler = fault.around(handler, _as_json(world, request))
    reply = handler()
    if reply.cut is Cut.TRUNCATE and request.method == "HEAD":
        reply = replace(reply, cut=None)  # its body is not sent, so none of it can be missing
    return reply, tuple(fault.kind.value for fault in striking)


def _handle(world: World, request: Request, place: Place, operation: Operation, now: int) -> Reply:
    content_type = request.header(b"content-type") if request.body else ""
    if world.prepared and (prepared := take(world.prepared, operation.name)):
        return prepared
    call = engine.read(operation.name, place.argument, request.body, content_type)
    given = world.given(call, now)
    outcome = engine.handle(call, given, now)
    if outcome.session is not None and outcome.session is not given.session:
        world.keep(outcome.session, is_new=given.session is None, now=now)
    if isinstance(outcome.answer, Problem):
        return _written(world, request, outcome.answer)
    return outcome.answer


# Limits.


def _hit(world: World, operation: str, client: str, now: int) -> Decision | None:
    mode = world.settings.rate_limit
    if mode is RateLimit.OFF:
        return None
    limit = world.settings.limit_of(operation)
    key = client if mode is RateLimit.SHARED else f"{operation} {client}"
    return world.limiter.hit(key, limit.hits, limit.length, now)


# Answers that no operation gives.


def _off_the_map(request: Request, place: Place | None) -> Reply | Problem:
    if request.method == "OPTIONS":
        if asked := request.header(b"access-control-request-method"):
            return Reply(204, b"", _preflight(asked, request.header(b"access-control-request-headers")))
        if place is not None:
            return Reply(200, b"", ((b"allow", place.allow.encode()),))
    if place is None:
        return Problem(404, _LOST if is_lost(request.path) else "The route could not be found.")
    # The framework names the path; here it is the template, since the path holds the token.
    route = f"api{place.template}"
    message = f"The {request.method} method is not supported for route {route}. Supported methods: {place.allow}."
    return Problem(405, message, headers=((b"allow", place.allow.encode()),))


def _preflight(method: str, headers: str) -> Headers:
    echoes = (
        (b"access-control-allow-methods", method.encode("latin-1").upper()),
        (b"access-control-allow-headers", headers.encode("latin-1")),
    )
    # Echoed as they came, so nothing that could end a header gets through.
    safe = [(name, value) for name, value in echoes if _NAMES.fullmatch(value)]
    return (*safe, (b"access-control-max-age", b"0"))


# Writing it down.


def _as_json(world: World, request: Request) -> bool:
    return world.settings.errors is Errors.JSON or request.expects_json()


def _written(world: World, request: Request, problem: Problem) -> Reply:
    return problem.reply(as_json=_as_json(world, request))


def _note(
    world: World,
    request: Request,
    place: Place | None,
    operation: Operation | None,
    reply: Reply,
    struck: tuple[str, ...],
    now: int,
) -> None:
    path = place.template if place and place.has_token else request.safe_path()
    token = place.argument if place and place.has_token else None
    name = operation.name if operation else None
    world.journal.add((now, request.method, path, name, token, reply.status, request.client, struck, request.body))


def _finished(reply: Reply, decision: Decision | None, now: int) -> Reply:
    # A 429 carries the headers of the limit that refused it, which need not be the endpoint's.
    limits = limit_headers(decision.limit, decision.remaining) if decision and reply.status != 429 else ()
    headers = (*reply.headers, (b"date", http_date(now // SECOND)), _ANY_ORIGIN, *limits)
    return Reply(reply.status, reply.body, headers, reply.delay, reply.cut)
