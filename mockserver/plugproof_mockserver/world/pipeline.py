"""How the API answers a request: route, limiter, faults, operation, headers, journal, in this order.

What the framework refuses before it routes costs no hit and says nothing of limits (assumed): a path that is not
UTF-8, anything during a maintenance, and a body that is too large; nor does an unknown path or a wrong method.
"""

import re
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from plugproof_contracts.exchanges.route import is_utf8
from plugproof_contracts.facts import error_texts
from plugproof_contracts.facts.operations import PREFIX, Operation
from plugproof_mockserver.engine import operation_handlers
from plugproof_mockserver.http.rate_limit import RateLimitDecision, limit_headers, too_many
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.request_bodies import MAX_BODY, TOO_LARGE
from plugproof_mockserver.http.response import ConnectionFault, ErrorResponse, Headers, Response
from plugproof_mockserver.http.routing import RouteMatch, find_route, is_lost
from plugproof_mockserver.model.settings import Errors, InvalidText, RateLimit
from plugproof_mockserver.model.timestamps import SECOND, http_date
from plugproof_mockserver.stores.store import StoreUnavailableError
from plugproof_mockserver.world.damages import DueAnswer, damage
from plugproof_mockserver.world.faults.fault import FaultOccasion, FaultTiming
from plugproof_mockserver.world.nouns.prepared_responses import take
from plugproof_mockserver.world.nouns.request_counts import LimiterName
from plugproof_mockserver.world.nouns.world_errors import WorldError
from plugproof_mockserver.world.world import World

if TYPE_CHECKING:
    from plugproof_mockserver.world.faults.fault import Fault

_NAMES = re.compile(rb"[\x21-\x7e][\x20-\x7e]*")
_LOST = (
    "The route could not be found. The base URL of the API ends in /api, and its paths begin with "
    f"{PREFIX}, each once."
)
_MALFORMED = ErrorResponse(400, "Malformed URL.")
_IN_MAINTENANCE = "Service Unavailable"
_ON_EVERY: Headers = (
    (b"access-control-allow-origin", b"*"),
    (b"cache-control", b"no-cache, private"),
)
_ASKED_METHOD, _ASKED_HEADERS = b"access-control-request-method", b"access-control-request-headers"
_VARY = (b"vary", b"Access-Control-Request-Method")
_VARY_MORE = (b"vary", b"Access-Control-Request-Method, Access-Control-Request-Headers")
_Decided = tuple[Response, int, str | None, tuple[str, ...], LimiterName | None]
"""An answer, its moment and operation, the labels of its faults, and the limit that refused it."""
WORLD_TROUBLE = (StoreUnavailableError, WorldError)
"""Why a world can't be had; `refuse_world` says how that is answered."""
_STORE_TROUBLE = (b"x-plugproof-store", b"unavailable")


def answer(world: World, request: Request) -> Response:
    """Answer one request in one world, whatever it is."""
    with world.lock:
        # A world of this process alone is held by its lock: nothing else is needed, and this has to be fast.
        decide = _decide if not world.is_shared else partial(world.transact, _decide)
        try:
            response, now, operation, faults, refused_by = decide(world, request)
        except WORLD_TROUBLE as error:
            problem = refuse_world(error)
            world.counts.answers[None, problem.status] += 1
            return problem.to_response()
        if world.is_shared:
            response = world.settle(response)
        world.counts.answers[operation, response.status] += 1
        if refused_by is not None:
            world.counts.refusals[refused_by] += 1
        for label in faults:
            world.counts.faults[label.partition(":")[0]] += 1
        for listener in world.listeners:
            listener(request, response, now)
        return response


def refuse_world(error: StoreUnavailableError | WorldError) -> ErrorResponse:
    """Return how it is answered that a world can't be had, or its store can't."""
    return (
        unavailable(error)
        if isinstance(error, StoreUnavailableError)
        else ErrorResponse(error.status, f"{error}.")
    )


def unavailable(error: StoreUnavailableError) -> ErrorResponse:
    """Return the 503 of a store that is away, told from the API's own by a header."""
    message = f"This fake can't keep its state now: {error}. Try again; the action may have taken effect."
    return ErrorResponse(503, message, headers=(_STORE_TROUBLE, *_ON_EVERY))


def _decide(world: World, request: Request) -> _Decided:
    """Return the answer and what it came from; the world has then changed, and noted the request."""
    path = request.path
    match = find_route(path)
    operation = match.methods.get(request.method) if match else None
    now = world.clock.now()
    faults: tuple[str, ...] = ()
    refusal = refused_by = None
    if len(request.body) > MAX_BODY or "%" in path or not path.isascii() or world.maintenance:
        refusal = _refuse_unread(world.maintenance, request)
    if match is None or operation is None or refusal is not None:
        response = _answer_unrouted(world, request, match, refusal, now)
    else:
        response, faults, refused_by = _answer_operation(world, request, match, operation, now)
    name, (path, token) = operation.name if operation else None, _identify(request, match)
    entry = (now, request.method, path, name, token, response.status, request.client, faults, request.body)
    if world.self_check is None or faults:
        world.journal.add(entry)
    else:
        findings = tuple(world.self_check(world.settings, request, response, now))
        world.journal.add(entry, tuple(str(found.get("message")) for found in findings))
        world.violations.extend(findings)
    return response, now, name, faults, refused_by


def _identify(request: Request, match: RouteMatch | None) -> tuple[str, str | None]:
    """Return the path that the journal shows, and the token that it leaves out."""
    if match is not None and match.has_token:
        return match.template, match.argument
    return request.safe_path(), None


def _refuse_unread(maintenance: int, request: Request) -> ErrorResponse | None:
    """Return why the framework does not even route a request; None if it does."""
    if not is_utf8(request.path):
        return _MALFORMED
    if maintenance:
        return ErrorResponse(503, _IN_MAINTENANCE, headers=((b"retry-after", b"%d" % maintenance),))
    return TOO_LARGE if len(request.body) > MAX_BODY else None


def _answer_unrouted(
    world: World, request: Request, match: RouteMatch | None, refusal: ErrorResponse | None, now: int
) -> Response:
    is_options = request.method == "OPTIONS"
    if is_options and request.header(_ASKED_METHOD):
        return _finish(_answer_preflight(request), None, now)
    found = refusal or (_allowed(match) if is_options and match else _refuse_route(request, match))
    response = _write_error(world, request, found) if isinstance(found, ErrorResponse) else found
    if is_options:
        response = replace(response, headers=(*response.headers, _VARY))
    return _finish(response, None, now)


def _answer_operation(
    world: World, request: Request, match: RouteMatch, operation: Operation, now: int
) -> tuple[Response, tuple[str, ...], LimiterName | None]:
    """Return the answer, the labels of the faults that were applied to it, and the limit that refused it."""
    if world.is_shared and match.has_token:
        world.expect(match.argument)
    content_type = request.header(b"content-type") if request.body else ""
    call = operation_handlers.read_call(operation.name, match.argument, request.body, content_type)
    decision = None if world.settings.rate_limit is RateLimit.OFF else _count_hit(world, call, request.client, now)
    matching: list[Fault] = []
    refused_by = None
    if decision and not decision.allowed:
        refused_by = _refusing_limit(world, call, request.client, now)
        response = _write_error(world, request, too_many(decision, now))
    elif world.faults and (matching := _match_faults(world, call, now)):
        response = _handle_with_faults(world, request, call, now, matching)
    else:
        response = _handle(world, request, call, now)
    if decision and call.operation == "start":
        decision = _scarcer(decision, world.starts_left(call.argument, now))
    finish = partial(_finish, decision=decision, now=now)
    response = finish(response)
    if matching:
        response = _break_rules(DueAnswer(world, request, call, response, now, finish), matching)
    return response, tuple(fault.label for fault in matching), refused_by


# Faults. What finds nothing to damage has not struck: it is neither counted nor told.


def _match_faults(world: World, call: operation_handlers.OperationCall, now: int) -> "list[Fault]":
    """Return the faults that strike a call, each of them counted."""
    token = call.argument if call.charger_code is None else None
    occasion = FaultOccasion(call.operation, token, partial(_find_code, world, call, now), now)
    return [fault for fault in world.faults if fault.matches(occasion, world.random)]


def _find_code(world: World, call: operation_handlers.OperationCall, now: int) -> str | None:
    """Return the code of the charger that a call is about; None where there is no such session."""
    if call.charger_code is not None:
        return call.charger_code.upper()
    session = world.sessions.find(call.argument, now)
    return session.charger if session else None


def _handle_with_faults(
    world: World, request: Request, call: operation_handlers.OperationCall, now: int, matching: "list[Fault]"
) -> Response:
    """Return the answer that the faults leave; those that found nothing in it to damage leave `matching`."""
    has_run = all(fault.when is FaultTiming.AFTER for fault in matching)
    response = _handle(world, request, call, now) if has_run else Response(200, b"{}")
    for fault in tuple(matching):
        if fault.when is FaultTiming.BEFORE:
            base = _answer_before(world, request, call, now, fault)
            response = replace(base, delay=response.delay, drip=response.drip)
        response = damage(response, fault, _as_json(world, request)) or _spare(matching, fault, response)
    if response.connection_fault is ConnectionFault.TRUNCATE and request.method == "HEAD":
        response = replace(response, connection_fault=None)  # its body is not sent, so none of it can be missing
    return response


def _spare(matching: "list[Fault]", fault: "Fault", response: Response) -> Response:
    fault.applied_count -= 1
    matching.remove(fault)
    return response


def _answer_before(
    world: World, request: Request, call: operation_handlers.OperationCall, now: int, fault: "Fault"
) -> Response:
    """Return what a fault before the handler damages: where it needs fields, those of what there is already.

    That is the session as it stands, a charger, or, for a start, a session that is never kept.
    """
    if not fault.needs_fields:
        return Response(200, b"{}")
    context = world.load(call, now)
    if context.session is not None and context.charger is not None and call.operation != "get":
        return Response(200, context.encode(context.session, context.charger, now))
    answer = operation_handlers.handle(call, context, now).answer
    return _write_error(world, request, answer) if isinstance(answer, ErrorResponse) else answer


def _break_rules(due: DueAnswer, matching: "list[Fault]") -> Response:
    """Return the answer that is due as those faults leave it that break a rule."""
    for fault in tuple(matching):
        if fault.rule is not None:
            # Imported when asked for: the rules are many, and most worlds break none.
            from plugproof_mockserver.world.rule_violation import violate

            due = due._replace(response=violate(due, fault.rule) or _spare(matching, fault, due.response))
    return due.response


# The operation.


def _handle(world: World, request: Request, call: operation_handlers.OperationCall, now: int) -> Response:
    if world.prepared and (prepared := take(world.prepared, call.operation)):
        return prepared
    context = world.load(call, now)
    result = operation_handlers.handle(call, context, now)
    if result.session is not None and result.session is not context.session:
        if context.session is None and world.is_full(now):
            return _write_error(world, request, world.quotas.refusal())
        world.store(result.session, is_new=context.session is None, now=now)
    if isinstance(result.answer, ErrorResponse):
        return _write_error(world, request, result.answer)
    return result.answer


# Limits.


def _count_hit(world: World, call: operation_handlers.OperationCall, client: str, now: int) -> RateLimitDecision:
    """Count a hit, unless a limit refuses it: of two, in this order, each is asked before any is charged."""
    if call.operation == "start" and world.hits_left("start", client, now).allowed:
        hour = world.starts_left(call.argument, now)
        if not hour.allowed:
            return hour
    return world.hit(call.operation, client, now)


def _refusing_limit(world: World, call: operation_handlers.OperationCall, client: str, now: int) -> LimiterName:
    """Return which limit has refused a call: that of the charger is asked where the other has room."""
    if call.operation == "start" and world.hits_left("start", client, now).allowed:
        return LimiterName.CHARGER
    return LimiterName.ADDRESS


def _scarcer(first: RateLimitDecision, second: RateLimitDecision) -> RateLimitDecision:
    return second if second.remaining < first.remaining else first


# Answers that no operation gives.


def _refuse_route(request: Request, match: RouteMatch | None) -> ErrorResponse:
    if match is None:
        return ErrorResponse(404, _LOST if is_lost(request.path) else "The route could not be found.")
    # The framework names the path; here it is the template, since the path holds the token.
    route = f"api{match.template}"
    message = f"The {request.method} method is not supported for route {route}. Supported methods: {match.allow}."
    return ErrorResponse(405, message, headers=((b"allow", match.allow.encode()),))


def _allowed(match: RouteMatch) -> Response:
    return Response(200, b"", ((b"allow", ",".join(match.methods).encode()),))


def _answer_preflight(request: Request) -> Response:
    echoes = (
        (b"access-control-allow-methods", request.header(_ASKED_METHOD).encode("latin-1").upper()),
        (b"access-control-allow-headers", request.header(_ASKED_HEADERS).encode("latin-1")),
    )
    # Echoed as they came, so nothing that could end a header gets through.
    safe = [(name, value) for name, value in echoes if _NAMES.fullmatch(value)]
    return Response(204, b"", (*safe, (b"access-control-max-age", b"0"), _VARY_MORE))


# The answer as it is sent.


def _as_json(world: World, request: Request) -> bool:
    return world.settings.errors is Errors.JSON or request.expects_json()


def _write_error(world: World, request: Request, problem: ErrorResponse) -> Response:
    if problem.fields is not None and world.settings.invalid_text is InvalidText.FIXED:
        problem = replace(problem, message=error_texts.INVALID)
    if _as_json(world, request):
        return problem.to_response()
    return problem.to_page(request.previous_url() if problem.fields is not None else None)


def _finish(response: Response, decision: RateLimitDecision | None, now: int) -> Response:
    # A 429 carries the headers of the limit that refused it, which need not be the endpoint's.
    limits = limit_headers(decision.limit, decision.remaining) if decision and response.status != 429 else ()
    headers = (*response.headers, (b"date", http_date(now // SECOND)), *_ON_EVERY, *limits)
    return Response(
        response.status, response.body, headers, response.delay, response.connection_fault, response.drip
    )
