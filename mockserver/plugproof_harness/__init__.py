"""A harness for clients: random and exhaustive runs of any client on the fake, judged by laws."""

from plugproof_harness.client.adapter import Adapter, AdapterError
from plugproof_harness.client.client_api import Api
from plugproof_harness.exploration.client_cells import client_cells
from plugproof_harness.exploration.exploration import Exploration, explore
from plugproof_harness.laws.client_laws import LAWS, BrokenLawError
from plugproof_harness.protocol.command_adapter import command_adapter
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
    "Simulation",
    "client_cells",
    "client_machine",
    "command_adapter",
    "explore",
    "replay",
    "simulate",
]
