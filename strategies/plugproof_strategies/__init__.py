"""Hypothesis strategies for what the API promises, and for what breaks its promises.

They are imported on first use: the package's entry point must cost nothing in a suite that only
happens to have it installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plugproof_strategies.charger import public_chargers
    from plugproof_strategies.exchange import exchanges
    from plugproof_strategies.journey import journeys
    from plugproof_strategies.request import (
        invalid_charger_codes,
        invalid_connector_ids,
        invalid_emails,
        invalid_start_requests,
        start_requests,
    )
    from plugproof_strategies.session import sessions
    from plugproof_strategies.values import (
        amounts,
        charger_codes,
        connector_ids,
        emails,
        energies,
        timestamps,
        tokens,
    )
    from plugproof_strategies.violation import violating_exchanges, violating_traces

__all__ = [
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
    "public_chargers",
    "sessions",
    "start_requests",
    "timestamps",
    "tokens",
    "violating_exchanges",
    "violating_traces",
]

_WHERE = {
    "exchanges": "exchange",
    "journeys": "journey",
    "public_chargers": "charger",
    "sessions": "session",
    "violating_exchanges": "violation",
    "violating_traces": "violation",
    "start_requests": "request",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _WHERE.get(name, "request" if name.startswith("invalid_") else "values")
    return getattr(import_module(f"{__name__}.{home}"), name)
