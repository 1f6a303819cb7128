"""The simulation of a client: many runs, each from a seed, until a law is broken or all are done."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from plugproof_contracts.argument_checks import check_arguments
from plugproof_contracts.argument_kinds import Count, Duration
from plugproof_harness.client.adapter import Adapter, offered
from plugproof_harness.client.client_driver import TIME_LIMIT
from plugproof_harness.laws.client_laws import BrokenLawError, LawFailure
from plugproof_harness.runs.client_run import ClientRun
from plugproof_harness.runs.steps import Step, parse_step
from plugproof_harness.search.shrinking import shrink
from plugproof_harness.simulation.scripts import script
from plugproof_mockserver import FakePlugchoice

LENGTH = 20
"""Steps of a run, of which some come in pairs."""


@check_arguments
class Simulation(NamedTuple):
    """What came of the runs: how many were made, and the failure in the shortest run that was found.

    `failure` and `number` are None when no law was broken. `number` is that of the run that broke one: the
    same seed and number bring the same run.
    """

    seed: int
    runs: int
    number: int | None = None
    failure: LawFailure | None = None


@check_arguments
def simulate(
    adapter: type[Adapter],
    runs: Count = 100,
    *,
    seed: int = 0,
    time_limit: Duration = TIME_LIMIT,
    notice: Callable[[int], object] | None = None,
    **world: Any,
) -> Simulation:
    """Take a client through runs of two sessions, with races, late answers and events in between.

    `notice` is called with the number of each run that kept the laws. The same seed brings the same
    runs, bit for bit. Ends with the first broken law. Raises `AdapterError` when the adapter does not do
    what the harness needs.
    """
    offered(adapter)
    FakePlugchoice(**world)
    # On a socket an answer is late for as long as it says, and the one server waits with it.
    can_be_late = not adapter.expression
    carry_out = partial(_failure, adapter, time_limit, world)
    for number in range(runs):
        steps = script(seed, number, LENGTH, can_be_late=can_be_late)
        if found := carry_out(steps):
            shortest = shrink(_possible(found), carry_out, type(found)) or found
            return Simulation(seed, number + 1, number, shortest.failure)
        if notice:
            notice(number)
    return Simulation(seed, runs)


def _possible(found: BrokenLawError) -> list[Step]:
    """Return the steps up to the one in which the law was broken."""
    return [parse_step(text) for text in found.failure.steps]


def _failure(
    adapter: type[Adapter], time_limit: float, world: dict[str, Any], steps: Sequence[Step]
) -> BrokenLawError | None:
    """Return what a run breaks. A step about a session that was not started is left out."""
    try:
        with ClientRun(adapter, time_limit=time_limit, **world) as run:
            for step in steps:
                if step.session is None or step.session in run.sessions:
                    run.do(step)
    except BrokenLawError as error:
        return error
    return None
