"""How many sessions a charger may start in an hour."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from plugproof_contracts.facts.operations import OPERATIONS, WINDOW_SECONDS
from plugproof_contracts.learning.bracket import Bracket, intersection
from plugproof_contracts.learning.learned_fact import FactForm, LearnedFact, assumed_setting, bracketed
from plugproof_contracts.learning.observations import Observation, Observations

_STARTS = assumed_setting("sessions_per_charger", FactForm.BRACKET)

_LIMIT = LearnedFact(name="limit.start", form=FactForm.BRACKET, unit="hits", assumed=OPERATIONS["start"].limit)

HOUR = 3600.0
_TOLERANCE = 3.0
"""Seconds by which the end of an hour may be off that a refusal tells."""


class _Start(NamedTuple):
    """One answer to a start: the charger's code, and what the limit's headers say."""

    code: str
    status: int
    limit: int | None
    left: int | None
    wait: int
    moment: Bracket


def estimate_sessions_per_charger(seen: Observations) -> LearnedFact:
    """Bracket the hourly starts of a charger: what was admitted in one hour, and the limit that a refusal shows.

    Without limit headers nothing is claimed: what is never refused may have no limit.
    """
    starts = seen.once(_all_starts)
    admitted = [Bracket(most) for most in _most_in_an_hour(starts)]
    refused = [Bracket(limit, limit) for limit in _hourly_limits(starts)]
    found = admitted + refused
    return bracketed(_STARTS, intersection(found), len(found))


def estimate_start_limit(seen: Observations) -> LearnedFact:
    """Tell the hits of a start's window by the minute, where it is sure that no hourly limit is shown instead."""
    starts = seen.once(_all_starts)
    found = [start.limit for index, start in enumerate(starts) if start.limit and _is_short(start, starts[:index])]
    note = "a start may show its hourly limit instead" if starts and not found else ""
    return bracketed(_LIMIT, intersection(Bracket(limit, limit) for limit in found), len(found), note)


def _is_short(start: _Start, earlier: Sequence[_Start]) -> bool:
    """Return whether a start surely shows the limit by the minute.

    Either so many starts came before a refusal within a minute, or a charger's count began anew twice in an hour.
    """
    if start.status == 429:
        minute = [one for one in earlier if one.status != 429 and _apart(one, start) <= WINDOW_SECONDS + 1]
        return start.wait <= WINDOW_SECONDS and len(minute) == start.limit
    same = [one for one in earlier if (one.code, one.limit, one.status) == (start.code, start.limit, 201)]
    hour = [one for one in same if _apart(one, start) < HOUR - _TOLERANCE]
    begins = [(one.left or 0) <= (other.left or 0) for one, other in pairwise([*hour, start])]
    return start.status == 201 and sum(begins) > 1


def _apart(earlier: _Start, later: _Start) -> float:
    """Return the most seconds that may lie between two starts."""
    return (later.moment.high or 0.0) - (earlier.moment.low or 0.0)


def _all_starts(seen: Observations) -> list[_Start]:
    return list(_starts(seen))


def _starts(seen: Observations) -> Iterator[_Start]:
    for one in seen.limited:
        answer = one.answer
        limit, code = answer.count("x-ratelimit-limit"), answer.asked.get("code")
        if answer.name != "start" or limit is None or one.moment is None or not isinstance(code, str):
            continue
        left, wait = answer.count("x-ratelimit-remaining"), answer.count("retry-after") or 0
        yield _Start(_charger(one, code), answer.code, limit, left, wait, one.moment)


def _charger(one: Observation, asked: str) -> str:
    return str(one.answer.field("charger.public_code") or asked.strip()).upper()


def _most_in_an_hour(starts: Sequence[_Start]) -> Iterator[int]:
    """Yield for each charger the most successful starts that surely lie within one hour.

    An hour counted from the first start admits up to twice the limit in any hour, so it is taken from that one on.
    """
    moments: dict[str, list[Bracket]] = defaultdict(list)
    for start in starts:
        if start.status == 201:
            moments[start.code].append(start.moment)
    for found in moments.values():
        yield max(1, _certain(found))


def _certain(moments: Sequence[Bracket]) -> int:
    """Return how many starts are surely of one window: half of what one hour has, since a window may end in it."""
    most = max(
        sum((other.high or 0.0) - (one.low or 0.0) < HOUR for other in moments[index:])
        for index, one in enumerate(moments)
    )
    return -(-most // 2)


def _hourly_limits(starts: Sequence[_Start]) -> Iterator[int]:
    for index, start in enumerate(starts):
        if start.status == 429 and start.limit is not None and _is_hourly(start, starts[:index]):
            yield start.limit


def _is_hourly(refused: _Start, earlier: Sequence[_Start]) -> bool:
    """Return whether a refusal is surely of the hourly limit, and not of that by the minute."""
    if not WINDOW_SECONDS < refused.wait <= HOUR + 1:
        return False
    if any(_ends_an_hour(one, refused) for one in earlier if one.code == refused.code and one.status == 201):
        return True
    # The other limit may be long as well: then it is the one of which a start before this had none left.
    last = next((one for one in reversed(earlier) if one.status != 429), None)
    return last is None or last.limit != refused.limit or bool(last.left)


def _ends_an_hour(first: _Start, refused: _Start) -> bool:
    ends = (refused.moment.low or 0.0) + refused.wait
    return abs(ends - (first.moment.low or 0.0) - HOUR) <= _TOLERANCE
