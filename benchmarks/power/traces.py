"""All defects that only several answers show."""

from collections.abc import Iterator
from itertools import chain

from benchmarks.power.catalogue import life_facts, limit_facts, operation_facts
from benchmarks.power.trace import TraceDefect
from plugproof_contracts import Exchange, Level, check


def is_sound(exchange: Exchange) -> bool:
    """Say whether an answer by itself breaks no documented or inferred fact."""
    return all(violation.level is Level.ASSUMED for violation in check(exchange))


def trace_defects() -> Iterator[TraceDefect]:
    """Yield the defects of traces all of whose answers are sound one by one."""
    for defect in chain(life_facts.broken(), operation_facts.broken(), limit_facts.broken()):
        if all(map(is_sound, defect.exchanges)):
            yield defect
