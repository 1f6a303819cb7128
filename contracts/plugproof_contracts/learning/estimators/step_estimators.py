"""Which steps of the lifecycle occur, and after how long."""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from plugproof_contracts.facts.session import Status
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE
from plugproof_contracts.learning.bracket import Bracket
from plugproof_contracts.learning.learned_fact import FactForm, LearnedFact
from plugproof_contracts.learning.observations import Observations
from plugproof_contracts.learning.seen_steps import seconds_before, steps_of

PAIRS = tuple(dict.fromkeys((move.source, move.target) for move in LIFECYCLE))
"""From which status to which an arrow leads, whatever its cause."""


def step_name(source: Status, target: Status) -> str:
    """Return the name of a step's fact, such as `arrow.created.expired`."""
    return f"arrow.{source}.{target}"


def estimate_step(source: Status, target: Status, seen: Observations) -> LearnedFact:
    """Count a step, and tell the range of the seconds that the status before it lasted."""
    found = [one for one in steps_of(seen) if (one.step.source, one.step.target) == (source, target)]
    timed = [seconds for one in found if (seconds := seconds_before(one)) is not None]
    fact = LearnedFact(name=step_name(source, target), form=FactForm.STEP, unit="s", n=len(found))
    if not timed:
        return fact
    whole = Bracket(min(one.low or 0.0 for one in timed), max(one.high or 0.0 for one in timed))
    note = "" if len(timed) == len(found) else f"{len(timed)} of them by a clock"
    return replace(fact, low=round(whole.low or 0.0, 6), high=round(whole.high or 0.0, 6), note=note)


STEP_ESTIMATORS: dict[str, Callable[[Observations], LearnedFact]] = {
    step_name(source, target): partial(estimate_step, source, target) for source, target in PAIRS
}
"""The estimator of each step."""
