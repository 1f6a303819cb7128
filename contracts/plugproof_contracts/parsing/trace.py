"""Answers in order: those for one token, and those of one base URL.

A trace is recorded by one client, so all its requests come from one address; other clients may
share that address and use up its limits. Two clocks may be known: when a request was sent (`at`)
and when it was answered (`Date`). They disagree when a handler is slow or a fake's clock is not
the wall's, so a time between two answers is an interval that holds both.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from plugproof_contracts.parsing.parsed_response import ParsedResponse


class TraceStep(NamedTuple):
    """One answer and its index among the exchanges that are checked."""

    position: int
    answer: ParsedResponse


class SessionTrace(NamedTuple):
    """What was answered about one token, in order."""

    steps: tuple[TraceStep, ...]

    @property
    def sessions(self) -> list[TraceStep]:
        """The steps that show a session in a documented status."""
        return [step for step in self.steps if step.answer.status is not None]

    def pairs(self) -> Iterator[tuple[TraceStep, TraceStep]]:
        """Yield every two neighbouring steps that show a session."""
        return pairwise(self.sessions)


class OriginTrace(NamedTuple):
    """What was answered at one base URL, in order."""

    steps: tuple[TraceStep, ...]

    def by_operation(self) -> Iterable[list[TraceStep]]:
        """Return the steps of each operation."""
        groups: dict[str, list[TraceStep]] = {}
        for step in self.steps:
            if step.answer.name:
                groups.setdefault(step.answer.name, []).append(step)
        return groups.values()


class TimeBounds(NamedTuple):
    """The time between two answers lies within these, in seconds; `sent` says that `at` of both is known."""

    least: float
    most: float
    sent: bool


def time_bounds(earlier: ParsedResponse, later: ParsedResponse) -> TimeBounds | None:
    """Return how long after one answer another one came, or None if no clock tells."""
    known = []
    sent = earlier.exchange.at is not None and later.exchange.at is not None
    if earlier.exchange.at and later.exchange.at:
        known += [(later.exchange.at - earlier.exchange.at).total_seconds()]
    if earlier.date and later.date:
        apart = (later.date - earlier.date).total_seconds()
        known += [apart - 1, apart + 1]
    return TimeBounds(min(known), max(known), sent) if known else None
