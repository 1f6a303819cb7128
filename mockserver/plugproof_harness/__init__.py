"""A harness for clients: a state machine that takes somebody's own client through random lives on the fake."""

from plugproof_harness.adapter import Adapter, AdapterError
from plugproof_harness.api import Api
from plugproof_harness.laws import LAWS, BrokenLawError
from plugproof_harness.life import replay
from plugproof_harness.machine import client_machine

__all__ = ["LAWS", "Adapter", "AdapterError", "Api", "BrokenLawError", "client_machine", "replay"]
