"""What one answer says about its rate limit."""

from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.operations import OPERATIONS, WINDOW_SECONDS
from plugproof_contracts.parsing.finding import Finding, Text
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.rules.catalogue import Findings, Subject, rule
from plugproof_contracts.rules.examples import failure, refusal, success

EVERY_OPERATION = tuple(OPERATIONS)
ONE_LIMIT = tuple(name for name in OPERATIONS if name != "start")
"""The operations with a limit per minute only; start is also limited per charger and hour."""

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
    conforming=[failure(404)],
    violating=[failure(404, without=LIMIT), failure(404, without=REMAINING)],
)
def headers_on_failures(answer: ParsedResponse) -> Findings:
    """A failure from inside an operation carries the limit's headers too.

    The limiter runs first, so that a failure costs a request as well."""
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

    Clients compute with them; a number that is none turns a polling delay into no delay."""
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
    conforming=[success(remaining=29), success(remaining=0)],
    violating=[success(remaining=31), success(remaining=30)],
)
def remaining_within_limit(answer: ParsedResponse) -> Findings:
    """Fewer requests are left than are allowed, for this one was counted.

    A share above one breaks every progress bar and back-off that is made of it."""
    limit, left = answer.count(LIMIT), answer.count(REMAINING)
    if limit is not None and left is not None and left > max(limit - 1, 0):
        yield Finding("", f"less than the limit, {limit}", Text(f"{left} left"))


@rule(
    "ratelimit.documented-limit",
    Level.DOCUMENTED,
    source="rate-limiting#limits",
    on=Subject.ANSWER,
    operations=EVERY_OPERATION,
    body=False,
    headers=(LIMIT,),
    conforming=[success("confirm"), success("start", "created"), success(), refusal()],
    violating=[success("confirm", headers={LIMIT: "60"}), success(headers={LIMIT: "1000"})],
)
def documented_limit(answer: ParsedResponse) -> Findings:
    """The limit is the one that the operation's page documents.

    Polling intervals are built on it: a lower one locks drivers out in the middle of a session."""
    limit = answer.count(LIMIT)
    if answer.operation is None or limit is None or (answer.code == 429 and answer.name == "start"):
        return
    if limit != answer.operation.limit:
        yield Finding("", f"{LIMIT}: {answer.operation.limit}", Text(f"{limit}"))


@rule(
    "ratelimit.retry-after",
    Level.DOCUMENTED,
    source="rate-limiting#retry-after",
    on=Subject.ANSWER,
    codes=(429,),
    body=False,
    conforming=[refusal(60), refusal(1)],
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
    Level.ASSUMED,
    source="framework#throttle",
    on=Subject.ANSWER,
    operations=ONE_LIMIT,
    codes=(429,),
    body=False,
    headers=(RETRY,),
    conforming=[refusal(60), refusal(1)],
    violating=[refusal(61), refusal(0), refusal(3600)],
)
def retry_within_window(answer: ParsedResponse) -> Findings:
    """The wait is 1 to 60 seconds, for the limits are per minute.

    Zero makes a client hammer, and an hour makes it forget a driver."""
    wait = answer.count(RETRY)
    if wait is not None and not 1 <= wait <= WINDOW_SECONDS:
        yield Finding("", f"Retry-After: 1 to {WINDOW_SECONDS}", Text(f"{wait}"))


@rule(
    "ratelimit.nothing-left",
    Level.INFERRED,
    source="rate-limiting#headers",
    on=Subject.ANSWER,
    codes=(429,),
    body=False,
    headers=(REMAINING,),
    conforming=[refusal()],
    violating=[refusal(x_ratelimit_remaining="3")],
)
def nothing_left(answer: ParsedResponse) -> Findings:
    """A request is refused only when none is left.

    A client that waits for zero is refused without warning, and reports a limit that it never reached."""
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
