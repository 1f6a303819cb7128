"""What a run of Schemathesis brought in: the exchanges, what its checks said, and what went wrong."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import requests
from schemathesis.core.failures import Failure
from schemathesis.engine import Status, events
from schemathesis.engine.recorder import CheckNode, RecordedScenario

from plugproof_contracts import Exchange
from plugproof_schemathesis.recorded_exchange import answered

PATIENCE = 3
"""Requests without an answer after which a run that has had none is over."""


class Objection(NamedTuple):
    """What a check of Schemathesis found about one exchange."""

    check: str
    failure: Failure
    exchange: Exchange


@dataclass
class Collector:
    """All that a run brought in, in the order in which it came; `cases` counts requests by phase."""

    exchanges: list[Exchange] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    cases: Counter[str] = field(default_factory=Counter)
    phases: dict[str, str] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)

    @property
    def hears_nothing(self) -> bool:
        """Whether so many requests stayed without any answer that there is nobody to ask."""
        return not self.exchanges and self.problems["no answer"] >= PATIENCE

    def take(self, event: events.EngineEvent) -> None:
        """Keep what an event tells."""
        match event:
            case events.ScenarioFinished():
                self._scenario(event.phase.value, event.recorder)
            case events.PhaseFinished():
                self.phases[event.phase.name.value] = _ended(event)
            case events.NonFatalError():
                self.problems[_trouble(event.value)] += 1
            case events.FatalError():
                raise event.exception
            case events.EngineFinished() if event.stop_reason.skip_explanation:
                self.problems[event.stop_reason.skip_explanation.lower()] += 1

    def _scenario(self, phase: str, recorder: RecordedScenario) -> None:
        for case_id, interaction in recorder.interactions.items():
            self.cases[phase] += 1
            exchange = answered(interaction)
            if exchange is None:
                self.problems["no answer"] += 1
                continue
            self.exchanges.append(exchange)
            self._checks(exchange, recorder.checks.get(case_id, []))

    def _checks(self, exchange: Exchange, nodes: list[CheckNode]) -> None:
        for node in nodes:
            self.asked.add(node.name)
            if node.failure_info is not None:
                self.objections.append(Objection(node.name, node.failure_info.failure, exchange))


def _ended(event: events.PhaseFinished) -> str:
    skipped = event.phase.skip_reason
    return skipped.display if event.status is Status.SKIP and skipped else event.status.value


def _trouble(error: Exception) -> str:
    """Return what went wrong, without the error's own words: they hold the URL, and with it the token."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "no trust: its certificate was refused"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return f"Schemathesis gave up on an operation: {type(error).__name__}"
