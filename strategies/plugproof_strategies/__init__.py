"""Hypothesis strategies for what the API promises, and for what breaks its promises.

They are imported on first use: the package's entry point must cost nothing in a suite that only
happens to have it installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plugproof_strategies import profiles as profiles
    from plugproof_strategies.arguments import InvalidArgumentError
    from plugproof_strategies.charger_strategies import public_chargers
    from plugproof_strategies.exchange_strategies import exchanges
    from plugproof_strategies.journey_strategies import journeys
    from plugproof_strategies.request_strategies import (
        invalid_charger_codes,
        invalid_connector_ids,
        invalid_emails,
        invalid_start_requests,
        start_requests,
    )
    from plugproof_strategies.session_strategies import sessions
    from plugproof_strategies.values.value_strategies import (
        amounts,
        charger_codes,
        connector_ids,
        emails,
        energies,
        timestamps,
        tokens,
    )
    from plugproof_strategies.violation_strategies import violating_exchanges, violating_traces

__all__ = [
    "InvalidArgumentError",
    "amounts",
    "charger_codes",
    "connector_ids",
    "emails",
    "energies",
    "exchanges",
    "invalid_charger_codes",
    "invalid_connector_ids",
    "invalid_emails",
    "invalid_start_requests",
    "journeys",
    "profiles",
    "public_chargers",
    "sessions",
    "start_requests",
    "timestamps",
    "tokens",
    "violating_exchanges",
    "violating_traces",
]

_WHERE = {
    "InvalidArgumentError": "arguments",
    "exchanges": "exchange_strategies",
    "journeys": "journey_strategies",
    "public_chargers": "charger_strategies",
    "sessions": "session_strategies",
    "violating_exchanges": "violation_strategies",
    "violating_traces": "violation_strategies",
    "start_requests": "request_strategies",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from plugproof_contracts.extras import import_public, name_missing_extra

    if name == "profiles":  # a module, whose function `register` a suite calls once
        with name_missing_extra():
            return import_module(f"{__name__}.profiles")
    home = _WHERE.get(name, "request_strategies" if name.startswith("invalid_") else "values.value_strategies")
    return import_public(__name__, home, name)
