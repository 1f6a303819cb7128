"""What the API promises: models, lifecycle and operations, with the level of every fact.

The checker is imported on first use, so that the models alone stay cheap to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from plugproof_contracts.level import Level
from plugproof_contracts.redact import Token
from plugproof_contracts.session import (
    Charger,
    Connector,
    ConnectorStatus,
    Payment,
    Pricing,
    PublicCharger,
    Session,
    Status,
)

if TYPE_CHECKING:
    from plugproof_contracts.exchange import Exchange
    from plugproof_contracts.judging.checking import assert_conforms, check, check_trace
    from plugproof_contracts.rules import RULES, Rule
    from plugproof_contracts.violation import Violation

__all__ = [
    "RULES",
    "Charger",
    "Connector",
    "ConnectorStatus",
    "Exchange",
    "Level",
    "Payment",
    "Pricing",
    "PublicCharger",
    "Rule",
    "Session",
    "Status",
    "Token",
    "Violation",
    "assert_conforms",
    "check",
    "check_trace",
]

_LATER = {
    "RULES": "rules",
    "Rule": "rules",
    "Exchange": "exchange",
    "Violation": "violation",
    "assert_conforms": "judging.checking",
    "check": "judging.checking",
    "check_trace": "judging.checking",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
