"""What the limiter does over several requests, and what failures tell in comparison.

Whether operations share one counter is not known, and other clients may share the address. So a
rule speaks only of one operation, and only where the answers prove the window: an answer with all
but one request left was the first of its window, which lasts a minute from then. Requests may have
been handled in another order than they were noted; order is relied on where they lie a second apart.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.operations import OPERATIONS, WINDOW_SECONDS
from plugproof_contracts.parsing.echoes import are_alike
from plugproof_contracts.parsing.finding import Finding, Text
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.trace import OriginTrace, TraceStep, time_bounds
from plugproof_contracts.rules.catalogue import Findings, Subject, rule
from plugproof_contracts.rules.examples import TOKEN, failure, in_turn, refusal, success
from plugproof_contracts.rules.families.rate_limit_rules import LIMIT, ONE_LIMIT, REMAINING, RETRY

IN_FLIGHT = 5
"""Seconds that a request may take to the limiter; its `Date` may come as late as this and `SLOW` more."""
SLOW = 25
"""Seconds that a handler may take, as one that waits for a charger does."""
ORDERED = 1
"""Seconds between two requests after which the first was surely counted first."""


def _admitted(answer: ParsedResponse) -> bool:
    return answer.code != 429


def _opens(answer: ParsedResponse) -> bool:
    limit, left = answer.count(LIMIT), answer.count(REMAINING)
    if answer.name == "start" and limit is not None:
        # It shows the lower of two counts, so that both were at least as high.
        limit = OPERATIONS["start"].limit
    return _admitted(answer) and limit is not None and left is not None and 1 < limit == left + 1


def _within(first: ParsedResponse, later: ParsedResponse) -> bool:
    """Return whether two answers are surely less than a window apart."""
    apart = time_bounds(first, later)
    return apart is not None and -ORDERED <= apart.least and apart.most < WINDOW_SECONDS - _margin(apart.sent)


def _margin(sent: bool) -> int:
    return IN_FLIGHT if sent else IN_FLIGHT + SLOW


def _ordered(first: ParsedResponse, later: ParsedResponse) -> bool:
    """Return whether one request was surely counted before the other."""
    return _sent_apart(first, later) >= ORDERED


def _sent_apart(first: ParsedResponse, later: ParsedResponse) -> float:
    """Return the seconds between two requests, 0 if it is not known when both were sent."""
    sent, again = first.exchange.at, later.exchange.at
    return (again - sent).total_seconds() if sent and again else 0.0


def _races(first: ParsedResponse, later: ParsedResponse) -> bool:
    """Return whether an answer may have been counted before the one that opened a window, in the window before."""
    apart = time_bounds(first, later)
    return apart is None or (_sent_apart(first, later) if apart.sent else apart.least) < ORDERED


def _windows(traffic: OriginTrace) -> Iterator[list[TraceStep]]:
    """Yield steps of one operation that were surely counted in one window, which the first of them opened."""
    for steps in traffic.by_operation():
        yield from (window for window in _windows_of(steps) if len(window) > 1)


def _windows_of(steps: list[TraceStep]) -> list[list[TraceStep]]:
    windows: list[list[TraceStep]] = [[]]
    for step in steps:
        opener = windows[-1][0] if windows[-1] else None
        if opener is None or not _within(opener.answer, step.answer):
            windows.append([step] if _opens(step.answer) else [])
        elif opener is steps[0] or not _races(opener.answer, step.answer):
            windows[-1].append(step)
    return windows


def _counted(steps: Iterable[TraceStep]) -> list[tuple[int, TraceStep]]:
    found = [(step.answer.count(REMAINING), step) for step in steps if _admitted(step.answer)]
    return [(left, step) for left, step in found if left is not None]


@rule(
    "ratelimit.counts-down",
    Level.INFERRED,
    source="rate-limiting#headers",
    on=Subject.TRAFFIC,
    conforming=[
        (success(remaining=29), success(after=1, remaining=28), success(after=2, remaining=20)),
        (success(remaining=29), success(after=61, remaining=29)),
        (success(remaining=3), success(after=1, remaining=29)),
        (success(remaining=29), success("confirm", after=1, remaining=9)),
    ],
    violating=[
        (success(remaining=29), success(after=1, remaining=29)),
        (success(remaining=29), success(after=5, remaining=20), success(after=9, remaining=25)),
    ],
)
def counts_down(traffic: OriginTrace) -> Findings:
    """Every request leaves fewer than the one before it in the same window.

    A client that trusts a count which stands still runs into the refusal it tried to avoid."""
    for window in _windows(traffic):
        counted, seen = _counted(window), set[int]()
        before, lowest = counted[0]
        for left, step in counted:
            if left and (left in seen or (left > before and _ordered(lowest.answer, step.answer))):
                yield Finding("", f"{REMAINING}: less than before, {before}", Text(f"{left}"), step.position)
            seen.add(left)
            before, lowest = (left, step) if left <= before else (before, lowest)


@rule(
    "ratelimit.refuses-when-due",
    Level.INFERRED,
    source="rate-limiting#limits",
    on=Subject.TRAFFIC,
    conforming=[
        (
            *[success("confirm", after=n, remaining=9 - n) for n in range(10)],
            refusal(50, operation="confirm", after=10),
        ),
        [
            success("confirm", after=0, remaining=9),
            *[success("confirm", after=50 + n, remaining=8 - n) for n in range(9)],
            *[success("confirm", after=61 + n, remaining=9 - n) for n in range(10)],
        ],
    ],
    violating=[
        [success("confirm", after=n, remaining=max(9 - n, 0)) for n in range(11)],
        (refusal(50, operation="confirm"), success("confirm", after=20, remaining=0)),
        [success("confirm", after=n, without=REMAINING) for n in range(21)],
    ],
)
def refuses_when_due(traffic: OriginTrace) -> Findings:
    """No request is let in when none is left.

    A limit that does not hold protects nobody: tokens can be guessed as fast as the line allows."""
    for window in _windows(traffic):
        for step in _beyond(window):
            yield Finding("", "429, for none was left", Text(f"{step.answer.code}"), step.position)
    for _, admitted in _let_in_early(traffic):
        if not admitted.answer.count(REMAINING):
            yield Finding("", "429 until Retry-After is over", Text(f"{admitted.answer.code}"), admitted.position)
    yield from _too_many(traffic)


def _beyond(window: list[TraceStep]) -> list[TraceStep]:
    """Return what was let in when none was left; that none is left for a start may be true of one charger only."""
    admitted = _counted(window)
    if window[0].answer.name == "start":
        return [step for _, step in admitted[OPERATIONS["start"].limit :]]
    return [step for left, step in admitted if left == 0][1:]


def _too_many(traffic: OriginTrace) -> Findings:
    """Two windows may meet within a minute; more than both hold cannot be let in."""
    for steps in traffic.by_operation():
        admitted = [step for step in steps if _admitted(step.answer)]
        for step, later in zip(admitted, admitted[2 * _limit(steps[0].answer) :], strict=False):
            if _within(step.answer, later.answer):
                yield Finding("", "429, for both windows are full", Text(f"{later.answer.code}"), later.position)
                break


def _limit(answer: ParsedResponse) -> int:
    documented = answer.operation.limit if answer.operation else 0
    return max(answer.count(LIMIT) or 0, documented) if answer.name != "start" else documented


def _let_in_early(traffic: OriginTrace) -> Iterator[tuple[TraceStep, TraceStep]]:
    """Yield each refusal with the next request that was let in before its `Retry-After` was over."""
    for steps in traffic.by_operation():
        refused: TraceStep | None = None
        for step in steps:
            if not _admitted(step.answer):
                refused = step
            elif refused and _is_early(refused.answer, step.answer):
                yield refused, step
                refused = None


def _is_early(refused: ParsedResponse, later: ParsedResponse) -> bool:
    apart, wait = time_bounds(refused, later), refused.count(RETRY)
    promised = wait is not None and apart is not None and apart.most < wait - IN_FLIGHT
    return promised and refused.name in ONE_LIMIT and _ordered(refused, later)


@rule(
    "ratelimit.refuses-only-when-due",
    Level.INFERRED,
    source="rate-limiting#limits",
    on=Subject.TRAFFIC,
    codes=(429,),
    conforming=[(success("confirm", remaining=0), refusal(50, operation="confirm", after=10))],
    violating=[
        (refusal(50, operation="confirm"), success("confirm", after=20, remaining=4)),
        (
            success(remaining=29),
            success(after=2, remaining=28),
            refusal(56, after=4),
            success(after=6, remaining=27),
        ),
    ],
)
def refuses_only_when_due(traffic: OriginTrace) -> Findings:
    """No request is refused while the window still has some left.

    The driver at the charger presses stop and is told to wait a minute for nothing."""
    for refused, admitted in _let_in_early(traffic):
        left = admitted.answer.count(REMAINING)
        if left:
            yield Finding("", f"no 429, for {left} were left later in its window", Text("429"), refused.position)


@rule(
    "ratelimit.retry-after-is-true",
    Level.INFERRED,
    source="rate-limiting#retry-after",
    on=Subject.TRAFFIC,
    operations=ONE_LIMIT,
    codes=(429,),
    conforming=[
        (refusal(30), refusal(20, after=10), success(after=31, remaining=29)),
        (refusal(30), refusal(55, after=35)),
    ],
    violating=[(refusal(30), refusal(28, after=40)), (refusal(10), refusal(10, after=20))],
)
def retry_after_is_true(traffic: OriginTrace) -> Findings:
    """Who waits as long as `Retry-After` says is not refused for the same window again.

    Clients sleep and try once; refused again they give up. (Others may have used up the next.)"""
    for steps in traffic.by_operation():
        refused = [step for step in steps if not _admitted(step.answer) and step.answer.name in ONE_LIMIT]
        for before, after in pairwise(refused):
            wait, again = before.answer.count(RETRY), after.answer.count(RETRY)
            if wait is not None and again is not None and _broke_promise(before.answer, wait, after.answer, again):
                yield Finding("", f"no 429 once {wait} seconds had passed", Text("429"), after.position)


def _broke_promise(before: ParsedResponse, wait: int, after: ParsedResponse, again: int) -> bool:
    """A window that began after the promise ends a minute after it, and not earlier."""
    apart = time_bounds(before, after)
    if apart is None or apart.least <= wait + 2:
        return False
    return apart.most + again < wait + WINDOW_SECONDS - 2


@rule(
    "ratelimit.retry-matches-window",
    Level.ASSUMED,
    source="framework#throttle",
    on=Subject.TRAFFIC,
    operations=ONE_LIMIT,
    codes=(429,),
    conforming=[(success(remaining=29), refusal(50, after=10))],
    violating=[(success(remaining=29), refusal(60, after=20)), (success(remaining=29), refusal(5, after=20))],
)
def retry_matches_window(traffic: OriginTrace) -> Findings:
    """`Retry-After` ends a minute after the first request of the window.

    One that is too long keeps a driver waiting, one that is too short earns another refusal."""
    for window in _windows(traffic):
        for step in window:
            apart, wait = time_bounds(window[0].answer, step.answer), step.answer.count(RETRY)
            if _admitted(step.answer) or apart is None or wait is None or step.answer.name not in ONE_LIMIT:
                continue
            if apart.least + wait > WINDOW_SECONDS + IN_FLIGHT or apart.most + wait < WINDOW_SECONDS - _margin(
                apart.sent
            ):
                yield Finding("", "a wait until the window's end", Text(f"{wait} seconds"), step.position)


def _not_found_by(token: str, words: str = "No query results for session ") -> Exchange:
    found = failure(404, words + token)
    return found.replace(url=found.url.replace(TOKEN, token))


@rule(
    "errors.not-found-alike",
    Level.INFERRED,
    source="get-session#errors.404",
    on=Subject.TRAFFIC,
    codes=(404,),
    conforming=[
        in_turn(failure(404), failure(404), failure(404, "No.", operation="charger")),
        in_turn(_not_found_by(TOKEN), _not_found_by("another-token"), _not_found_by("se")),
    ],
    violating=[
        in_turn(failure(404), failure(404, "The session has expired.")),
        in_turn(_not_found_by(TOKEN), _not_found_by("another-token", "No session, it has expired: ")),
        in_turn(failure(404), failure(404, id=7)),
        in_turn(failure(404), failure(404, headers={"content-type": "application/json; charset=utf-8"})),
        in_turn(failure(404), failure(404, without=LIMIT)),
    ],
)
def not_found_alike(traffic: OriginTrace) -> Findings:
    """Unknown, expired and malformed tokens get the same 404, apart from the token that each request brought.

    A difference tells an attacker which of the tokens tried have existed."""
    first: dict[tuple[str, bool], ParsedResponse] = {}
    for answer, position in _not_found(traffic):
        if not _is_same_refusal(first.setdefault((answer.name, answer.asked_json), answer), answer):
            yield Finding("", "body, content type and limit as of the other 404s", Text("others"), position)


def _is_same_refusal(first: ParsedResponse, other: ParsedResponse) -> bool:
    tokens = first.exchange.token, other.exchange.token
    if None in (*tokens, first.body, other.body):
        return True
    own, another = (token.reveal() for token in tokens if token)
    is_partial = first.headers.is_partial or other.headers.is_partial
    is_told_alike = is_partial or _told(first) == _told(other)
    return is_told_alike and are_alike(first.body or b"", own, other.body or b"", another)


def _told(answer: ParsedResponse) -> tuple[object, ...]:
    """Of the headers only these: a machine in between may add others to some answers."""
    return answer.headers.get("content-type"), answer.headers.get(LIMIT), REMAINING in answer.headers


def _not_found(traffic: OriginTrace) -> Iterator[tuple[ParsedResponse, int]]:
    for step in traffic.steps:
        answer = step.answer
        if (
            answer.code == 404
            and answer.operation
            and answer.exchange.token is not None
            and answer.body is not None
        ):
            yield answer, step.position
