"""What the API promises: models, lifecycle and operations, with the level of every fact.

The checker is imported on first use, so that the models alone stay cheap to import.
"""

from typing import TYPE_CHECKING, Any

from plugproof_contracts.errors import (
    InvalidTypeError,
    InvalidValueError,
    NonconformanceError,
    PlugproofError,
    ReadOnlyError,
)
from plugproof_contracts.extras import MissingPackageError, import_public
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session import (
    Charger,
    Connector,
    ConnectorStatus,
    Payment,
    Pricing,
    PublicCharger,
    Session,
    Status,
)
from plugproof_contracts.secrets.token import Token

if TYPE_CHECKING:
    from plugproof_contracts.adapters.ndjson import to_ndjson
    from plugproof_contracts.checking.baseline import BaselineError
    from plugproof_contracts.checking.checker import assert_conforms, check, check_trace
    from plugproof_contracts.conformance.conformance_check import CheckOptions, run_check
    from plugproof_contracts.evidence.database import HistoryError
    from plugproof_contracts.exchanges.exchange import Exchange
    from plugproof_contracts.reports.report_model import Report, Verdict
    from plugproof_contracts.rules import RULES, Rule
    from plugproof_contracts.rules.violation import Violation

__all__ = [
    "RULES",
    "BaselineError",
    "Charger",
    "CheckOptions",
    "Connector",
    "ConnectorStatus",
    "Exchange",
    "HistoryError",
    "InvalidTypeError",
    "InvalidValueError",
    "Level",
    "MissingPackageError",
    "NonconformanceError",
    "Payment",
    "PlugproofError",
    "Pricing",
    "PublicCharger",
    "ReadOnlyError",
    "Report",
    "Rule",
    "Session",
    "Status",
    "Token",
    "Verdict",
    "Violation",
    "assert_conforms",
    "check",
    "check_trace",
    "run_check",
    "to_ndjson",
]

_LATER = {
    "BaselineError": "checking.baseline",
    "CheckOptions": "conformance.conformance_check",
    "HistoryError": "evidence.database",
    "Report": "reports.report_model",
    "Verdict": "reports.report_model",
    "run_check": "conformance.conformance_check",
    "to_ndjson": "adapters.ndjson",
    "RULES": "rules",
    "Rule": "rules",
    "Exchange": "exchanges.exchange",
    "Violation": "rules.violation",
    "assert_conforms": "checking.checker",
    "check": "checking.checker",
    "check_trace": "checking.checker",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_public(__name__, _LATER[name], name)
