"""What type checkers and editors are told of the names that the reference lists.

Only annotations read these. A test holds each of them to the table that decides at run time.
"""

from typing import Literal

StatusName = Literal[
    "created",
    "authorized",
    "starting",
    "charging",
    "stopping",
    "settling",
    "captured",
    "no_charge",
    "expired",
    "failed",
    "abandoned",
    "capture_failed",
    "requires_review",
    "refunded",
    "written_off",
]
"""A status of a session."""

OperationName = Literal["confirm", "start", "get", "stop", "cancel", "receipt-email", "charger"]
"""An operation of the API."""

ConnectorStatusName = Literal[
    "Available",
    "Charging",
    "Faulted",
    "Finishing",
    "Preparing",
    "Reserved",
    "SuspendedEV",
    "SuspendedEVSE",
    "Unavailable",
]
"""A status of a connector."""
