"""What the reference leaves open about a session's course, and plugproof assumes, each fact once.

The fake and the strategies take the words from here; a rule never asks for them. Money is in `billing`.
"""

from plugproof_contracts.facts.session import ConnectorStatus, Status
from plugproof_contracts.facts.session_lifecycle import CANCELLABLE, Cause

DECLINED = "The payment was declined."
OFFLINE = "The charger went offline."
REFUSED = "The charger refused to start."
TIMED_OUT = "The charger did not start in time."
CANCELLED = "The driver cancelled the session."

FAILURE_REASONS = {
    Cause.CONFIRM: DECLINED,
    Cause.WEBHOOK: DECLINED,
    Cause.REMOTE_START: REFUSED,
    Cause.START_TIMEOUT: TIMED_OUT,
    Cause.CANCEL: CANCELLED,
}
"""Why a session failed or was abandoned, by what ended it; a charger that was asked to start may be `OFFLINE`."""

CANNOT_CANCEL = "The session can no longer be cancelled."
CHARGER_OFFLINE = "The charger is offline."
CONNECTOR_UNAVAILABLE = "The connector is not available"
"""What a 409 of cancel, a 400, and a 409 of start begin with."""

DELIVERING = frozenset({Status.CHARGING, Status.STOPPING})
"""Where energy flows: also while a stop is under way, which the charger may still refuse."""

CONNECTOR_STATUSES = (
    dict.fromkeys(Status, ConnectorStatus.AVAILABLE)
    | dict.fromkeys(CANCELLABLE, ConnectorStatus.PREPARING)
    | dict.fromkeys(DELIVERING, ConnectorStatus.CHARGING)
    | {Status.SETTLING: ConnectorStatus.FINISHING}
)
"""The connector by the status of the session on it, as long as its charger is online."""
