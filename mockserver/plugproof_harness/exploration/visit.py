"""One visit to a cell: a run that leads there, and what came of it."""

from enum import StrEnum
from typing import Any

import msgspec

from plugproof_contracts.secrets.scrubber import Scrubber
from plugproof_harness.client.adapter import METHODS, Adapter, AdapterError
from plugproof_harness.client.client_call import CallEnding, ClientCall
from plugproof_harness.exploration.cells import DECLINED, EXPIRED, LIMIT, LIMIT_ENDS, NEW, NONE, NULLS, Cell, Press
from plugproof_harness.laws.client_laws import BrokenLawError, LawFailure
from plugproof_harness.runs.client_run import ClientRun
from plugproof_harness.runs.failure_report import printable


class CellState(StrEnum):
    """What came of a cell."""

    MET = "met"
    """The client was there, and kept every law."""
    IMPOSSIBLE = "impossible"
    """There is no way for this client to be there."""
    BROKEN = "broken"
    """The client was there, and broke a law."""
    INCONCLUSIVE = "inconclusive"
    """The adapter did not do what the harness needs."""
    UNTRIED = "untried"
    """The exploration ended before."""


class CellResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """A cell, what came of it, and why.

    `reason` is for what is not met, `failure` for what is broken. `place` tells one failure of a law
    from another, and `hung` is whether the client had to be stopped.
    """

    cell: str
    state: CellState
    reason: str = ""
    failure: LawFailure | None = None
    place: tuple[str, ...] = ()
    hung: bool = False


BROKEN_BEFORE = "an earlier press breaks a law already"


class _ImpossibleError(Exception):
    """Why a cell can't be reached."""


class _BrokenCellError(Exception):
    """What is broken in a cell, whatever else goes wrong at its end."""

    def __init__(self, result: CellResult) -> None:
        super().__init__()
        self.result = result


def visit(adapter: type[Adapter], cell: Cell, time_limit: float, world: dict[str, Any]) -> CellResult:
    """Take a client to a cell in a new world; whatever is wrong with it is in the result."""
    try:
        run = ClientRun(adapter, time_limit=time_limit, **world)
    except AdapterError as error:
        return CellResult(str(cell), CellState.INCONCLUSIVE, printable(str(error)))
    try:
        with run:
            return _visit(run, cell)
    except _BrokenCellError as error:
        return error.result
    except _ImpossibleError as error:
        return CellResult(str(cell), CellState.IMPOSSIBLE, str(error))
    except AdapterError as error:
        reason = Scrubber(token.reveal() for token in run.request_log.tokens)(str(error))
        return CellResult(str(cell), CellState.INCONCLUSIVE, printable(reason))


def _visit(run: ClientRun, cell: Cell) -> CellResult:
    for press in cell.presses:
        if press.operation not in run.offered:
            raise _ImpossibleError(f"the adapter has no method {METHODS[press.operation]}")
    _approach(run, cell)
    for number, press in enumerate(cell.presses):
        *troubles, pressing = cell.steps(number)
        for step in troubles:
            run.do(step)
        try:
            run.do(pressing)
        except BrokenLawError as error:
            raise _BrokenCellError(_broken(cell, number, error, run.last_call)) from None
        if run.last_call is not None:
            _require_trouble(press, run.last_call)
    return CellResult(str(cell), CellState.MET)


def _approach(run: ClientRun, cell: Cell) -> None:
    try:
        for step in cell.approach():
            run.do(step)
            if not run.sessions:
                raise _ImpossibleError("the client has not started a session without any trouble")
    except BrokenLawError as error:
        raise _ImpossibleError(f"to start a session breaks {error.failure.law}") from None
    if cell.status != NEW and run.status("1") != cell.status:
        raise _ImpossibleError(f"the session stays {run.status('1')}, and nothing leads it to {cell.status}")


def _broken(cell: Cell, number: int, error: BrokenLawError, call: ClientCall | None) -> CellResult:
    if number < len(cell.presses) - 1:
        raise _ImpossibleError(BROKEN_BEFORE)
    hung = call is not None and call.end is CallEnding.NEVER
    return CellResult(str(cell), CellState.BROKEN, "", error.failure, error.place, hung)


def _require_trouble(press: Press, call: ClientCall) -> None:
    """Find out whether the client has met its trouble: one that asks for nothing is spared it."""
    own = call.own_requests
    if press.trouble in (LIMIT, LIMIT_ENDS):
        is_met = any(request.status == 429 for request in own)
    elif press.trouble == EXPIRED:
        is_met = any(request.status == 404 for request in call.requests)
    else:
        is_met = press.trouble in (NONE, NULLS, DECLINED) or press.button == "start" or bool(own)
    if not is_met:
        raise _ImpossibleError(f"the client sends no {press.operation} there, so {press.trouble} can't happen")
