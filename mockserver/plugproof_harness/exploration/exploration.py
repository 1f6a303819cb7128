"""The exploration of a client: cell by cell, in one order, and what came of all of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from plugproof_contracts.argument_checks import check_arguments
from plugproof_contracts.argument_kinds import Duration
from plugproof_contracts.reports.report_model import Verdict
from plugproof_harness.client.adapter import Adapter, offered
from plugproof_harness.client.client_driver import TIME_LIMIT
from plugproof_harness.exploration.cells import BUTTONS, Cell, cells, choose, depth_of
from plugproof_harness.exploration.visit import BROKEN_BEFORE, CellResult, CellState, visit
from plugproof_mockserver import FakePlugchoice

MOST_HANGS = 5
"""Calls that have to be stopped before the rest is left: each costs the whole time limit."""
MOST_SILENT = 20
"""Cells in a row that could not be judged for one reason before the rest is left."""

Notice = Callable[[CellResult], object]


@check_arguments
class Exploration(NamedTuple):
    """What came of every cell, in the order in which they were tried; `ended` says why some were not."""

    adapter: str
    depth: int
    results: tuple[CellResult, ...]
    ended: str = ""

    @check_arguments
    def of(self, state: CellState) -> list[CellResult]:
        """Return the results of one kind."""
        return [result for result in self.results if result.state is state]

    @property
    def counts(self) -> Counter[CellState]:
        """How many cells there are of each kind."""
        return Counter(result.state for result in self.results)

    @property
    def groups(self) -> list[list[CellResult]]:
        """The broken cells, those of one law and place together, the shortest run first."""
        found: dict[tuple[str, ...], list[CellResult]] = {}
        for result in sorted(self.of(CellState.BROKEN), key=_length):
            law = result.failure.law if result.failure else ""
            found.setdefault((law, *result.place), []).append(result)
        return list(found.values())

    @property
    def verdict(self) -> Verdict:
        """The verdict, whose exit code is that of every check."""
        counts = self.counts
        if counts[CellState.BROKEN]:
            return Verdict.BROKEN
        if counts[CellState.INCONCLUSIVE] or counts[CellState.UNTRIED]:
            return Verdict.UNCHECKED
        return Verdict.CONFORMS if counts[CellState.MET] else Verdict.NOTHING


def _length(result: CellResult) -> int:
    return len(result.failure.steps) if result.failure else 0


@check_arguments
def explore(
    adapter: type[Adapter],
    depth: int = 1,
    *,
    only: Sequence[str] = (),
    then: Sequence[str] = BUTTONS,
    rare: bool = False,
    fail_fast: bool = False,
    time_limit: Duration = TIME_LIMIT,
    known: Mapping[str, CellResult] | None = None,
    notice: Notice | None = None,
    **world: Any,
) -> Exploration:
    """Take a client to every cell, or to those that `only` names at any depth, each in a world of its own.

    `then` are the buttons of a second and later press, and `rare` adds troubles that come rarely.
    `time_limit` is in seconds of real time and for one call. `known` are results that are taken over, and
    `notice` is called with each new one. `world` is what `FakePlugchoice` takes. An interruption ends it early,
    with what there is. Raises
    `AdapterError` for what is not an adapter, and `InvalidValueError` for an unknown depth, button or cell.
    """
    offered(adapter)
    FakePlugchoice(**world)
    depth = depth_of(only, depth)
    chosen = choose(list(cells(depth, then, rare=rare)), only)
    found, ended = _results(
        chosen, known or {}, lambda cell: visit(adapter, cell, time_limit, world), notice, fail_fast
    )
    found += [CellResult(str(cell), CellState.UNTRIED, ended) for cell in chosen[len(found) :]]
    return Exploration(adapter.expression or adapter.__name__, depth, tuple(found), ended)


def _results(
    chosen: Iterable[Cell],
    known: Mapping[str, CellResult],
    judge: Callable[[Cell], CellResult],
    notice: Notice | None,
    fail_fast: bool,
) -> tuple[list[CellResult], str]:
    found: list[CellResult] = []
    states: dict[Cell, CellResult] = {}
    try:
        for cell in chosen:
            result = known.get(str(cell)) or _inherit(cell, states) or judge(cell)
            states[cell] = result
            found.append(result)
            if notice and str(cell) not in known:
                notice(result)
            if ended := _reason_to_end(found, fail_fast):
                return found, ended
    except KeyboardInterrupt:
        return found, "it was interrupted"
    return found, ""


def _inherit(cell: Cell, states: Mapping[Cell, CellResult]) -> CellResult | None:
    """Return what is known of a cell by the one that it goes on from; None when it has to be tried."""
    before = states.get(cell.prefix) if cell.prefix else None
    if before is None or before.state in (CellState.MET, CellState.INCONCLUSIVE):
        return None
    reason = before.reason if before.state is CellState.IMPOSSIBLE else BROKEN_BEFORE
    return CellResult(str(cell), CellState.IMPOSSIBLE, reason)


def _reason_to_end(found: Sequence[CellResult], fail_fast: bool) -> str:
    last = found[-1]
    if fail_fast and last.state is CellState.BROKEN:
        return "a law was broken, and it was to end there"
    if last.hung and sum(result.hung for result in found) >= MOST_HANGS:
        return f"the client had to be stopped in {MOST_HANGS} cells"
    recent = found[-MOST_SILENT:]
    if len(recent) == MOST_SILENT and {(one.state, one.reason) for one in recent} == {
        (CellState.INCONCLUSIVE, last.reason)
    }:
        return f"{MOST_SILENT} cells in a row could not be judged: {last.reason}"
    return ""
