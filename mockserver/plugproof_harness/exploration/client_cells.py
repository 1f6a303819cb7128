"""The cells of a client as tests of pytest: one test each."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from plugproof_contracts.argument_checks import check_arguments
from plugproof_contracts.argument_kinds import Duration
from plugproof_harness.client.adapter import Adapter, AdapterError, offered
from plugproof_harness.client.client_driver import TIME_LIMIT
from plugproof_harness.exploration.cells import BUTTONS, Cell, cells, choose, depth_of
from plugproof_harness.exploration.visit import CellState, visit
from plugproof_mockserver import FakePlugchoice

if TYPE_CHECKING:
    import pytest


class ClientCell:
    """One cell of one client; `check` takes the client there."""

    def __init__(self, adapter: type[Adapter], cell: Cell, time_limit: float, world: dict[str, Any]) -> None:
        self._adapter, self._cell, self._time_limit, self._world = adapter, cell, time_limit, world

    def check(self) -> None:
        """Fail when the client breaks a law there, skip what it can't reach; raise `AdapterError`."""
        import pytest

        __tracebackhide__ = True
        found = visit(self._adapter, self._cell, self._time_limit, self._world)
        if failure := found.failure:
            lines = [f"{failure.law}: the client broke a law: {failure.complaint}", failure.crash, failure.replay]
            pytest.fail("\n".join(filter(None, lines)), pytrace=False)
        if found.state is CellState.IMPOSSIBLE:
            pytest.skip(found.reason)
        if found.state is CellState.INCONCLUSIVE:
            raise AdapterError(found.reason)

    def __repr__(self) -> str:
        return f"<ClientCell {self._cell}>"


@check_arguments
def client_cells(
    adapter: type[Adapter],
    depth: int = 1,
    *,
    only: Sequence[str] = (),
    then: Sequence[str] = BUTTONS,
    rare: bool = False,
    time_limit: Duration = TIME_LIMIT,
    **world: Any,
) -> "pytest.MarkDecorator":
    """Return a decorator that runs a test once for each cell, which it takes as `cell`.

    The arguments are those of `explore`, and so are the errors.
    """
    import pytest

    offered(adapter)
    FakePlugchoice(**world)
    chosen = choose(list(cells(depth_of(only, depth), then, rare=rare)), only)
    parameters = [ClientCell(adapter, cell, time_limit, world) for cell in chosen]
    return pytest.mark.parametrize("cell", parameters, ids=list(map(str, chosen)))
