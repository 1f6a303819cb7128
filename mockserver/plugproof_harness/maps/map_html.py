"""The map as one HTML page that loads nothing and runs nothing."""

from functools import cache
from typing import TYPE_CHECKING

from plugproof_harness.exploration.exploration import Exploration
from plugproof_harness.exploration.visit import CellState
from plugproof_harness.maps.grid import grid, legend

if TYPE_CHECKING:
    from jinja2 import Template


def render(found: Exploration) -> bytes:
    """Render the page; everything that came from a client is put in as text."""
    unmet = (CellState.INCONCLUSIVE, CellState.UNTRIED, CellState.IMPOSSIBLE)
    page = _template().render(
        found=found,
        rows=grid(found),
        legend=list(legend()),
        unmet=[one for state in unmet for one in found.of(state)],
    )
    return page.encode("utf-8", "replace")


@cache
def _template() -> "Template":
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    own, shared = PackageLoader("plugproof_harness.maps"), PackageLoader("plugproof_contracts.reports")
    environment = Environment(
        loader=ChoiceLoader([own, shared]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("map.html")
