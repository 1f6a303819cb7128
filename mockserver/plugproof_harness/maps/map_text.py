"""The map for a terminal: what is broken first, then the grid, then the counts."""

from collections.abc import Iterator, Sequence

from plugproof_harness.exploration.exploration import Exploration
from plugproof_harness.exploration.visit import CellResult, CellState
from plugproof_harness.maps.grid import columns, grid, legend

MOST_NAMED = 4
_STATUS = 17


def render(found: Exploration) -> bytes:
    """Render the map as lines of plain text."""
    return ("\n".join(_lines(found)) + "\n").encode("utf-8", "replace")


def _lines(found: Exploration) -> Iterator[str]:
    for group in found.groups:
        yield from _failure(group)
    for state in (CellState.INCONCLUSIVE, CellState.UNTRIED, CellState.IMPOSSIBLE):
        yield from _reasons(state, found.of(state))
    yield from _map(found)
    yield ""
    yield counted(found)
    yield f"verdict: {found.verdict} (exit code {found.verdict.exit_code})"


def _failure(group: list[CellResult]) -> Iterator[str]:
    failure = group[0].failure
    if failure is None:
        return
    yield f"broken: {failure.law}, {_many(group)}"
    told = {"the client": failure.complaint, "crash": failure.crash, "in": _names(group), "again": failure.replay}
    yield from (f"  {label:<12} {text}" for label, text in told.items() if text)
    yield f"  {'why':<12} {failure.why} ({failure.source})"
    yield ""


def _reasons(state: CellState, results: list[CellResult]) -> Iterator[str]:
    by_reason: dict[str, list[CellResult]] = {}
    for result in results:
        by_reason.setdefault(result.reason, []).append(result)
    for reason, group in by_reason.items():
        yield f"{state}: {_many(group)}: {reason}"
        yield f"  {'in':<12} {_names(group)}"
        yield ""


def _many(group: list[CellResult]) -> str:
    return "1 cell" if len(group) == 1 else f"{len(group)} cells"


def _names(group: list[CellResult]) -> str:
    named = ", ".join(result.cell for result in group[:MOST_NAMED])
    return f"{named} and {len(group) - MOST_NAMED} more" if len(group) > MOST_NAMED else named


def _map(found: Exploration) -> Iterator[str]:
    buttons: list[str] = []
    width = len(columns(found).later) + 2
    for row in grid(found):
        if buttons != (buttons := list(row.buttons)):
            yield _line("", buttons, width)
        symbols = ["".join(cell.symbol for cell in cells) for cells in row.buttons.values()]
        yield _line(row.status, symbols, width)
    yield ""
    yield from legend(found)


def _line(status: str, groups: Sequence[str], width: int) -> str:
    return f"{status:{_STATUS}}{''.join(f'{group:{width}}' for group in groups)}".rstrip()


def counted(found: Exploration) -> str:
    """Return the line that counts the cells."""
    states = (CellState.MET, CellState.IMPOSSIBLE, CellState.BROKEN, CellState.INCONCLUSIVE, CellState.UNTRIED)
    parts = ", ".join(f"{found.counts[state]} {state}" for state in states)
    return f"cells: {len(found.results)} at depth {found.depth}: {parts}"
