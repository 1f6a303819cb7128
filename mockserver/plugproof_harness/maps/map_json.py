"""The map as JSON."""

import msgspec

from plugproof_harness.exploration.exploration import Exploration
from plugproof_harness.exploration.visit import CellResult, CellState

_UNMET = (CellState.IMPOSSIBLE, CellState.INCONCLUSIVE, CellState.UNTRIED)


def render(found: Exploration) -> bytes:
    """Render the counts, each broken cell with its law and its replay, and each other cell that was not met."""
    counts = found.counts
    document = {
        "adapter": found.adapter,
        "depth": found.depth,
        "verdict": found.verdict,
        "cells": len(found.results),
        **{state.value: counts[state] for state in (CellState.MET, *_UNMET)},
        "broken": [_broken(result) for group in found.groups for result in group],
        "unmet": [
            {"cell": result.cell, "state": result.state, "reason": result.reason}
            for result in found.results
            if result.state in _UNMET
        ],
        "ended": found.ended,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _broken(result: CellResult) -> dict[str, object]:
    failure = result.failure
    return {"cell": result.cell, **(failure._asdict() if failure else {})}
