"""What a limiter may not do over several requests.

Every defect comes in recordings that note when requests were sent, and in recordings in which only
the answers' `Date` tells.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from typing import NamedTuple

from benchmarks.power.trace import Broken, Line, TraceDefect, moved, with_headers
from plugproof_contracts import Exchange, Level
from plugproof_contracts.facts.operations import OPERATIONS

Trace = list[Exchange]
GAPS = (0.4, 1.5)
"""Seconds between requests: the longest limit is then used up within 12 or 45 of its 60 seconds."""


def _window(operation: str, gap: float, more: int = 0) -> Trace:
    """Return as many answers as the limit admits, all of one window, and some refusals."""
    line = Line(rate_limit="endpoint")
    key = "HAPPY" if operation == "charger" else line.session("created" if operation == "cancel" else "charging")
    body = {"code": "HAPPY", "connector_id": 1} if operation == "start" else None
    body = {"email": "driver@example.org"} if operation == "receipt-email" else body
    limit = OPERATIONS[operation].limit
    return [line.ask(operation, key, body, after=gap) for _ in range(limit + more)]


def _left(exchange: Exchange, left: int) -> Exchange:
    return with_headers(exchange, x_ratelimit_remaining=str(left))


def _later(exchange: Exchange, seconds: float) -> Exchange:
    assert exchange.at is not None
    return moved(exchange, exchange.at + timedelta(seconds=seconds))


def _waits(refusal: Exchange, seconds: int) -> Exchange:
    """Return a refusal that tells to wait so long, and a window's end that agrees."""
    assert refusal.at is not None
    return with_headers(
        refusal, retry_after=str(seconds), x_ratelimit_reset=str(int(refusal.at.timestamp()) + seconds)
    )


# Too many are let in.


def _lets_one_more_in(operation: str, gap: float) -> Trace:
    *admitted, _ = _window(operation, gap, 1)
    return [*admitted, _later(admitted[-1], gap)]


def _lets_three_more_in(operation: str, gap: float) -> Trace:
    admitted = _window(operation, gap)
    return [*admitted, *[_later(admitted[-1], gap * more) for more in (1, 2, 3)]]


def _lets_one_in_after_a_refusal(operation: str, gap: float) -> Trace:
    *admitted, refused = _window(operation, gap, 1)
    return [*admitted, refused, _later(admitted[-1], 2 * gap)]


# It does not count.


def _stands_still(operation: str, gap: float) -> Trace:
    admitted = _window(operation, gap)
    return [admitted[0], _left(admitted[1], int(admitted[0].headers.get("x-ratelimit-remaining") or 0))]


def _stands_still_later(operation: str, gap: float) -> Trace:
    admitted = _window(operation, gap)
    middle = len(admitted) // 2
    left = int(admitted[middle - 1].headers.get("x-ratelimit-remaining") or 0)
    return [*admitted[:middle], _left(admitted[middle], left)]


def _goes_up(operation: str, gap: float) -> Trace:
    admitted = _window(operation, gap)
    return [admitted[0], *[_left(one, left) for one, left in zip(admitted[1:], (0, 1), strict=False)]]


def _starts_anew(operation: str, gap: float) -> Trace:
    """The count starts anew in the middle of its minute."""
    admitted = _window(operation, gap)
    middle = max(1, len(admitted) // 2)
    anew = OPERATIONS[operation].limit - 1
    return [*admitted[:middle], *[_left(one, anew - at) for at, one in enumerate(admitted[middle:])]]


# It refuses though it need not.


def _refuses_in_between(operation: str, gap: float) -> Trace:
    *admitted, refused = _window(operation, gap, 1)
    early = _waits(moved(refused, admitted[0].at or refused.at), 57)  # type: ignore[arg-type]  # both are noted
    return [admitted[0], _later(early, gap / 2), *admitted[1:]]


def _refuses_the_last(operation: str, gap: float) -> Trace:
    """The last that should be let in is refused, and nothing comes after that."""
    *admitted, refused = _window(operation, gap, 1)
    return [*admitted[:-1], _later(refused, -gap)]


# What it says about waiting is not true.


def _wait(shorter: int) -> Callable[[str, float], Trace]:
    """Tell a wait that is too short: whoever keeps to it is refused again."""

    def make(operation: str, gap: float) -> Trace:
        *admitted, refused = _window(operation, gap / 8, 1)
        told = int(refused.headers.get("retry-after") or 0)
        short = told - shorter
        again = _waits(_later(refused, short + 4), told - short - 4)
        return [*admitted, _waits(refused, short), again]

    return make


def _lets_in_early(operation: str, gap: float) -> Trace:
    """The wait is over long before the told moment."""
    *admitted, refused = _window(operation, gap / 8, 1)
    return [*admitted, refused, _left(_later(admitted[0], 25), OPERATIONS[operation].limit - 1)]


SHARED = "others at the same address may have used up the rest"
ORDER = "two requests close together, or without times of sending, may have been counted the other way round"
HOURLY = "the hourly limit of the charger may have refused the start"


class Seen(NamedTuple):
    """How a trace was recorded: of which operation, how many seconds apart, and whether sending was noted."""

    operation: str
    gap: float
    is_noted: bool

    def __str__(self) -> str:
        return f"{self.operation} every {self.gap} s{'' if self.is_noted else ', by Date'}"


Excuse = Callable[[Seen], str | None]


def _none(seen: Seen) -> str | None:
    return None


def _order(seen: Seen) -> str | None:
    return ORDER if seen.gap < 1 or not seen.is_noted else None


def _in_between(seen: Seen) -> str | None:
    return HOURLY if seen.operation == "start" else None if seen.is_noted else ORDER


def _others(seen: Seen) -> str | None:
    return SHARED


def _hourly(seen: Seen) -> str | None:
    return HOURLY if seen.operation == "start" else None


WAYS: tuple[tuple[str, str, Callable[[str, float], Trace], Excuse], ...] = (
    ("rate-limiting#limits", "one more is let in", _lets_one_more_in, _none),
    ("rate-limiting#limits", "three more are let in", _lets_three_more_in, _none),
    ("rate-limiting#limits", "one is let in after a refusal", _lets_one_in_after_a_refusal, _none),
    ("rate-limiting#headers", "the second leaves as many as the first", _stands_still, _none),
    ("rate-limiting#headers", "one in the middle leaves as many as the one before", _stands_still_later, _none),
    ("rate-limiting#headers", "what is left goes up", _goes_up, _order),
    ("rate-limiting#headers", "what is left starts anew within the minute", _starts_anew, _none),
    ("rate-limiting#limits", "one is refused between two that are let in", _refuses_in_between, _in_between),
    ("rate-limiting#limits", "the last of its window is refused", _refuses_the_last, _others),
    ("rate-limiting#retry-after", "ten seconds too short", _wait(10), _hourly),
    ("rate-limiting#retry-after", "forty seconds too short", _wait(40), _hourly),
    ("rate-limiting#retry-after", "half a minute too long", _lets_in_early, _none),
)


def _recorded(operation: str, gap: float, trace: Trace) -> Iterator[tuple[Seen, Trace]]:
    yield Seen(operation, gap, True), trace
    yield Seen(operation, gap, False), [one.replace(at=None) for one in trace]


def broken() -> Broken:
    """Yield every defect of a limiter."""
    for fact, way, make, excuse in WAYS:
        for operation, gap in product(OPERATIONS, GAPS):
            for seen, trace in _recorded(operation, gap, make(operation, gap)):
                yield TraceDefect("limiter", Level.INFERRED, fact, way, str(seen), trace, excuse(seen))
