"""The grid of a map: statuses down, buttons across, and for each trouble one symbol."""

from collections.abc import Iterator
from typing import NamedTuple

from plugproof_contracts import Status
from plugproof_harness.exploration.cells import AT_START, BUTTONS, DECLINED, EVERYWHERE, NEW, RARE
from plugproof_harness.exploration.exploration import Exploration
from plugproof_harness.exploration.visit import CellState

SYMBOLS = {
    CellState.BROKEN: "X",
    CellState.INCONCLUSIVE: "?",
    CellState.UNTRIED: "_",
    CellState.MET: ".",
    CellState.IMPOSSIBLE: "-",
}
"""One symbol for each state, the state that matters most first."""


class GridColumns(NamedTuple):
    """The troubles of a start, and those of any other button, from left to right."""

    at_start: tuple[str, ...]
    later: tuple[str, ...]


class GridCell(NamedTuple):
    """What came of a first press and of all that followed it; `state` is None where there is no cell."""

    name: str
    state: CellState | None

    @property
    def symbol(self) -> str:
        """The symbol of the state."""
        return SYMBOLS[self.state] if self.state else " "


class GridRow(NamedTuple):
    """A status with one list of cells for each button."""

    status: str
    buttons: dict[str, list[GridCell]]


def columns(found: Exploration) -> GridColumns:
    """Return the columns of a map; the rare ones are there if they were tried."""
    tried = {result.cell.partition("+")[0].rpartition("/")[2] for result in found.results}
    more = tuple(trouble for trouble in RARE if trouble in tried)
    return GridColumns((*AT_START, *more), (*EVERYWHERE, DECLINED, *more))


def grid(found: Exploration) -> list[GridRow]:
    """Return the rows of a map, without those in which nothing was chosen."""
    states, (at_start, later) = _states(found), columns(found)

    def row(status: str, button: str, troubles: tuple[str, ...]) -> list[GridCell]:
        names = [f"{status}/{button}/{trouble}" for trouble in troubles]
        return [GridCell(name, states.get(name)) for name in names]

    rows = [GridRow(NEW, {"start": row(NEW, "start", at_start)})]
    rows += [GridRow(status, {button: row(status, button, later) for button in BUTTONS}) for status in Status]
    return [one for one in rows if any(cell.state for cells in one.buttons.values() for cell in cells)]


def _states(found: Exploration) -> dict[str, CellState]:
    order = list(SYMBOLS)
    states: dict[str, CellState] = {}
    for result in found.results:
        first = result.cell.partition("+")[0]
        if first == result.cell or first not in states or _matters(result.state):
            states[first] = min(result.state, states.get(first, result.state), key=order.index)
    return states


def _matters(state: CellState) -> bool:
    """Return whether a later press says something of the first: that it is out of reach does not."""
    return state is not CellState.IMPOSSIBLE


def legend(found: Exploration) -> Iterator[str]:
    """Yield the lines that explain the symbols."""
    at_start, later = columns(found)
    yield "symbols: " + ", ".join(f"{symbol} {state}" for state, symbol in SYMBOLS.items())
    yield "from left to right, for start: " + " ".join(at_start)
    yield "for each other button: " + " ".join(later)
