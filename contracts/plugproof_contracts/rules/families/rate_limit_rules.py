"""What one answer says about its rate limit."""

from plugproof_contracts.exchanges.route import is_utf8
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.operations import OPERATIONS, WINDOW_SECONDS
from plugproof_contracts.parsing.finding import Finding, Text
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.rules.catalogue import Findings, Subject, rule
from plugproof_contracts.rules.examples import failure, refusal, success

EVERY_OPERATION = tuple(OPERATIONS)
ONE_LIMIT = tuple(name for name in OPERATIONS if name != "start")
"""The operations with a limit per minute only; start is also limited per charger and hour."""

AUTHENTICATED_LIMIT = 500
"""What the rate-limiting guide documents for a request with valid credentials, whatever it asks for."""
LONGEST_WAIT = dict.fromkeys(OPERATIONS, WINDOW_SECONDS) | {"start": 60 * WINDOW_SECONDS}
"""The longest window of each operation, in seconds."""

LIMIT, REMAINING, RESET, RETRY = "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"


def _absent(answer: ParsedResponse) -> Findings:
    for name in (LIMIT, REMAINING):
        if answer.headers.get(name) is None:
            yield Finding("", f"the header {name}", Text("none"))


@rule(
    "ratelimit.headers",
    Level.DOCUMENTED,
    source="rate-limiting#headers",
    on=Subject.ANSWER,
    operations=EVERY_OPERATION,
    codes=(200, 201, 429),
    body=False,
    missing=(LIMIT, REMAINING),
    conforming=[success(), refusal()],
    violating=[success(without=LIMIT), success(without=REMAINING), refusal(without=REMAINING)],
)
def headers(answer: ParsedResponse) -> Findings:
    """Every limited answer says how many requests are allowed and how many are left.

    A polling client slows down by them; without them it finds out by being refused."""
    yield from _absent(answer)


@rule(
    "ratelimit.headers-on-failures",
    Level.ASSUMED,
    source="framework#throttle",
    on=Subject.ANSWER,
    operations=EVERY_OPERATION,
    codes=(400, 404, 409, 422, 500),
    body=False,
    missing=(LIMIT, REMAINING),
    conforming=[failure(404)],
    violating=[failure(404, without=LIMIT), failure(404, without=REMAINING)],
)
def headers_on_failures(answer: ParsedResponse) -> Findings:
    """A failure from inside an operation carries the limit's headers too.

    The limiter runs first, so that a failure costs a request as well."""
    if answer.code != 400 or is_utf8(answer.exchange.url):
        yield from _absent(answer)


@rule(
    "ratelimit.whole-numbers",
    Level.DOCUMENTED,
    source="rate-limiting#headers",
    on=Subject.ANSWER,
    body=False,
    conforming=[success(remaining=0)],
    violating=[success(headers={REMAINING: text}) for text in ("-1", "many", "9.0", "", "9, 8")]
    + [success(headers={LIMIT: "thirty"})],
)
def whole_numbers(answer: ParsedResponse) -> Findings:
    """The limit and what is left of it are whole numbers.

    Clients compute with them; a text that is not a number turns a polling delay into no delay."""
    for name in (LIMIT, REMAINING):
        if answer.headers.get(name) is not None and answer.count(name) is None:
            yield Finding("", f"{name}: a whole number", Text(f'"{answer.headers.get(name)}"'))


@rule(
    "ratelimit.remaining-within-limit",
    Level.INFERRED,
    source="rate-limiting#headers",
    on=Subject.ANSWER,
    body=False,
    headers=(LIMIT, REMAINING),
    conforming=[success(remaining=29), success(remaining=0), failure(409, operation="start", remaining=3)],
    violating=[success(remaining=31), success(remaining=30), success("start", "created", remaining=3)],
)
def remaining_within_limit(answer: ParsedResponse) -> Findings:
    """Fewer requests are left than are allowed, for this one was counted.

    A share above one breaks every progress bar and back-off that is made of it."""
    limit, left = answer.count(LIMIT), answer.count(REMAINING)
    if limit is not None and left is not None and left > max(limit - _is_counted(answer), 0):
        words = f"less than the limit, {limit}" if _is_counted(answer) else f"no more than the limit, {limit}"
        yield Finding("", words, Text(f"{left} left"))


def _is_counted(answer: ParsedResponse) -> bool:
    """The hourly limit of a charger counts successful starts only."""
    return answer.name != "start" or answer.is_success


@rule(
    "ratelimit.documented-limit",
    Level.DOCUMENTED,
    source="rate-limiting#limits",
    on=Subject.ANSWER,
    operations=ONE_LIMIT,
    body=False,
    headers=(LIMIT,),
    conforming=[
        success("confirm"),
        success(),
        refusal(),
        success(headers={LIMIT: "500"}).replace(request_headers={"authorization": "Bearer example"}),
    ],
    violating=[success("confirm", headers={LIMIT: "60"}), success(headers={LIMIT: "500"})],
)
def documented_limit(answer: ParsedResponse) -> Findings:
    """The limit is the one that the operation's page documents.

    Polling intervals are built on it: a lower one locks drivers out in the middle of a session. (A start shows
    its limit per minute or the charger's per hour, whose number no page tells.)"""
    limit = answer.count(LIMIT)
    if answer.operation is None or limit is None or _is_authenticated(answer, limit):
        return
    if limit != answer.operation.limit:
        yield Finding("", f"{LIMIT}: {answer.operation.limit}", Text(f"{limit}"))


def _is_authenticated(answer: ParsedResponse, limit: int) -> bool:
    return limit == AUTHENTICATED_LIMIT and "authorization" in answer.exchange.request_headers


@rule(
    "ratelimit.retry-after",
    Level.DOCUMENTED,
    source="rate-limiting#retry-after",
    on=Subject.ANSWER,
    codes=(429,),
    body=False,
    missing=(RETRY,),
    conforming=[refusal(60), refusal(0)],
    violating=[
        refusal(without=RETRY),
        *[refusal(retry_after=text) for text in ("soon", "1.5", "-1", "Sat, 10 Jan 2026 12:00:30 GMT")],
    ],
)
def retry_after(answer: ParsedResponse) -> Findings:
    """A refusal says in whole seconds when to try again.

    Clients sleep for that long; without it they hammer, or give up on a driver who is charging."""
    if answer.count(RETRY) is None:
        yield Finding("", "Retry-After: whole seconds", Text(answer.headers.get(RETRY) or "none"))


@rule(
    "ratelimit.retry-within-window",
    Level.INFERRED,
    source="rate-limiting#retry-after",
    on=Subject.ANSWER,
    operations=EVERY_OPERATION,
    codes=(429,),
    body=False,
    headers=(RETRY,),
    conforming=[refusal(60), refusal(0), refusal(3600, operation="start")],
    violating=[refusal(61), refusal(3600), refusal(3601, operation="start")],
)
def retry_within_window(answer: ParsedResponse) -> Findings:
    """The wait is no longer than the window: a minute, and for a start the hour of its charger.

    A client that is told to wait an hour forgets a driver who is charging. Zero seconds are possible, in the
    last moment of a window."""
    wait, longest = answer.count(RETRY), LONGEST_WAIT[answer.name]
    if wait is not None and wait > longest:
        yield Finding("", f"Retry-After: 0 to {longest}", Text(f"{wait}"))


@rule(
    "ratelimit.nothing-left",
    Level.INFERRED,
    source="rate-limiting#headers",
    on=Subject.ANSWER,
    operations=ONE_LIMIT,
    codes=(429,),
    body=False,
    headers=(REMAINING,),
    conforming=[refusal()],
    violating=[refusal(x_ratelimit_remaining="3")],
)
def nothing_left(answer: ParsedResponse) -> Findings:
    """A request is refused only when none is left.

    A client that waits for zero is refused without warning, and reports a limit that it never reached. (What a
    refused start shows may be the other of its two limits.)"""
    left = answer.count(REMAINING)
    if left:
        yield Finding("", f"{REMAINING}: 0", Text(f"{left}"))


@rule(
    "ratelimit.reset",
    Level.ASSUMED,
    source="framework#throttle",
    on=Subject.ANSWER,
    codes=(429,),
    body=False,
    missing=(RESET,),
    conforming=[refusal()],
    violating=[refusal(without=RESET), refusal(x_ratelimit_reset="30"), refusal(x_ratelimit_reset="soon")],
)
def reset(answer: ParsedResponse) -> Findings:
    """A refusal says when the window ends, in Unix seconds that agree with `Retry-After`.

    Clients that use it instead of `Retry-After` must not wait until another year."""
    at, wait = answer.count(RESET), answer.count(RETRY)
    if at is None:
        yield Finding("", f"{RESET}: Unix seconds", Text(answer.headers.get(RESET) or "none"))
    elif (
        answer.date is not None and wait is not None and abs(answer.date.timestamp() + wait - at) > WINDOW_SECONDS
    ):
        yield Finding("", "Date plus Retry-After, in Unix seconds", Text(f"{at}"))
