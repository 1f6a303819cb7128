"""What the API promises: models, lifecycle and operations, with the level of every fact."""

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

__all__ = [
    "Charger",
    "Connector",
    "ConnectorStatus",
    "Level",
    "Payment",
    "Pricing",
    "PublicCharger",
    "Session",
    "Status",
    "Token",
]
