"""Which documented answers a run met: what was never answered was never checked."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from plugproof_contracts import Exchange
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.rules.catalogue import SESSION_OPERATIONS
from plugproof_schemathesis.checks import TOO_MANY


class AnswerCount(NamedTuple):
    """How often an operation gave an answer; `documented` is whether its page has it."""

    operation: str
    code: int
    times: int
    documented: bool


def count_answers(exchanges: Iterable[Exchange]) -> list[AnswerCount]:
    """Return the documented answers of every operation, met or not, and the others that came."""
    seen = Counter((one.operation.name, one.status) for one in exchanges if one.operation)
    found = []
    for row in OPERATIONS.values():
        documented = dict.fromkeys((row.success, *row.failures, TOO_MANY))
        others = sorted(code for name, code in seen if name == row.name and code not in documented)
        found += [AnswerCount(row.name, code, seen[row.name, code], True) for code in documented]
        found += [AnswerCount(row.name, code, seen[row.name, code], False) for code in others]
    return found


def lines(answers: Iterable[AnswerCount]) -> Iterator[str]:
    """Yield one line for each operation, in which what was never met has no number."""
    answers = list(answers)
    documented = [one for one in answers if one.documented]
    yield f"documented answers met: {sum(one.times > 0 for one in documented)} of {len(documented)}"
    for name in OPERATIONS:
        told = [f"{one.code} {_times(one)}" for one in answers if one.operation == name]
        yield f"  {name:<14} {', '.join(told)}"


def _times(one: AnswerCount) -> str:
    return ("never" if not one.times else f"×{one.times}") + ("" if one.documented else " (not documented)")


def missing(exchanges: Iterable[Exchange]) -> str | None:
    """Return why the answers say too little of the API, or None: sessions are what it is about."""
    answered = [one for one in exchanges if one.operation]
    sessions = [one for one in answered if one.operation and one.operation.name in SESSION_OPERATIONS]
    if not answered or any(one.operation and one.status == one.operation.success for one in sessions):
        return None
    codes = ", ".join(map(str, sorted({one.status for one in answered})))
    return f"no session was ever seen: every answer was one of {codes}; --code names a charger that exists there"
