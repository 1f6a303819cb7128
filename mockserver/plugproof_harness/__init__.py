"""A harness for clients: random and exhaustive runs of any client on the fake, judged by laws.

Its names are imported on first use, so that only the random runs need Hypothesis.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plugproof_harness.client.adapter import Adapter, AdapterError
    from plugproof_harness.client.client_api import Api
    from plugproof_harness.exploration.client_cells import client_cells
    from plugproof_harness.exploration.exploration import Exploration, explore
    from plugproof_harness.laws.client_laws import LAWS, BrokenLawError
    from plugproof_harness.protocol.command_adapter import ReportedError, command_adapter
    from plugproof_harness.runs.client_run import replay
    from plugproof_harness.search.client_machine import client_machine
    from plugproof_harness.simulation.simulate import Simulation, simulate

__all__ = [
    "LAWS",
    "Adapter",
    "AdapterError",
    "Api",
    "BrokenLawError",
    "Exploration",
    "ReportedError",
    "Simulation",
    "client_cells",
    "client_machine",
    "command_adapter",
    "explore",
    "replay",
    "simulate",
]

_HOMES = {
    "LAWS": "laws.client_laws",
    "Adapter": "client.adapter",
    "AdapterError": "client.adapter",
    "Api": "client.client_api",
    "BrokenLawError": "laws.client_laws",
    "Exploration": "exploration.exploration",
    "ReportedError": "protocol.command_adapter",
    "Simulation": "simulation.simulate",
    "client_cells": "exploration.client_cells",
    "client_machine": "search.client_machine",
    "command_adapter": "protocol.command_adapter",
    "explore": "exploration.exploration",
    "replay": "runs.client_run",
    "simulate": "simulation.simulate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from plugproof_contracts.extras import import_public

    return import_public(__name__, _HOMES[name], name)
