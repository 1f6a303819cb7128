"""The scenarios as people choose them: charger code, what happens, and where it ends."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from plugproof_contracts.facts.session_lifecycle import Cause
from plugproof_mockserver.engine import operation_handlers, transitions
from plugproof_mockserver.http.request_bodies import StartBody
from plugproof_mockserver.http.response import ErrorResponse
from plugproof_mockserver.model.session_scenarios import SCENARIOS, Scenario, charger_for
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.timestamps import EARLIEST, LATEST


class ScenarioOutcome(NamedTuple):
    """One scenario; `end` is the status in which a confirmed session comes to rest, or why none starts."""

    code: str
    summary: str
    end: str


@cache
def outcomes() -> tuple[ScenarioOutcome, ...]:
    """Return every scenario, in the order of its table."""
    return tuple(
        ScenarioOutcome(scenario.code, scenario.summary, _end(scenario)) for scenario in SCENARIOS.values()
    )


def table_lines() -> Iterator[str]:
    """Yield the scenarios as a plain table, heading first."""
    for code, summary, end in (ScenarioOutcome("CODE", "WHAT HAPPENS", "ENDS"), *outcomes()):
        yield f"{code:<10}{end:<17}{summary}"


def _end(scenario: Scenario) -> str:
    # Played rather than written down, so that it can't differ from what the fake does.
    settings = Settings()
    charger = charger_for(scenario.code, scenario, settings.hold)
    state = operation_handlers.start(
        StartBody(scenario.code, 1, None), operation_handlers.OperationContext(settings, charger=charger), EARLIEST
    )
    if isinstance(state, ErrorResponse):
        return f"refused {state.status}"
    confirmed = transitions.reconcile(state, Cause.CONFIRM, EARLIEST, settings)
    return transitions.play(confirmed, LATEST, settings)[0].status
