"""Which step of the lifecycle two answers of one session show, where no other way leads from one to the other.

Whoever polls misses statuses, so most pairs of answers show none: a session seen as settling and then as captured
may have been put aside for review in between. A timestamp that is null rules out what would have set it.
"""

from functools import cache
from typing import NamedTuple

from plugproof_contracts.facts.session import Status
from plugproof_contracts.facts.session_lifecycle import ENTERED_CHARGING, Move, moves_from, reachable
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.trace import time_bounds

_SETS: dict[str, frozenset[Status]] = {
    "authorized_at": frozenset({Status.AUTHORIZED, Status.STARTING}) | ENTERED_CHARGING,
    "charging_started_at": ENTERED_CHARGING,
    "captured_at": frozenset({Status.CAPTURED}),
}
"""The statuses that leave a timestamp behind; where it is null in an answer, the session never had them."""


class LifecycleStep(NamedTuple):
    """From one status to another; `move` is the arrow of the lifecycle, None where several causes have it."""

    source: Status
    target: Status
    move: Move | None


def certain_step(earlier: ParsedResponse, later: ParsedResponse) -> LifecycleStep | None:
    """Return the step from one answer's status to that of a later one, if there surely was no other between."""
    source, target = earlier.status, later.status
    if source is None or target is None or source is target:
        return None
    if reachable(target, source) and not _is_after(earlier, later):
        return None
    return _only_step(source, target, frozenset(_ruled_out(later)) - {source, target})


def _is_after(earlier: ParsedResponse, later: ParsedResponse) -> bool:
    """Return whether clocks agree on the order of two answers, for requests may overtake each other."""
    bounds = time_bounds(earlier, later)
    return bounds is not None and bounds.least > 0


def _ruled_out(answer: ParsedResponse) -> set[Status]:
    """Return what a session has never been; a field that is missing tells nothing."""
    data = answer.data
    nulls = [statuses for field, statuses in _SETS.items() if field in data and data[field] is None]
    return {status for statuses in nulls for status in statuses}


@cache
def _only_step(source: Status, target: Status, without: frozenset[Status]) -> LifecycleStep | None:
    direct = [move for move in moves_from(source) if move.target is target]
    if not direct or _has_detour(source, target, without):
        return None
    return LifecycleStep(source, target, direct[0] if len(direct) == 1 else None)


def _has_detour(source: Status, target: Status, without: frozenset[Status]) -> bool:
    seen, waiting = {source}, [move.target for move in moves_from(source) if move.target is not target]
    while waiting:
        status = waiting.pop()
        if status in seen or status in without:
            continue
        if status is target:
            return True
        seen.add(status)
        waiting += [move.target for move in moves_from(status) if reachable(move.target, target)]
    return False
