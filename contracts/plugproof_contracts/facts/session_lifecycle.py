"""The lifecycle of a session: one table that everything else reads.

Rule 1: whatever may happen to a status is a row of `LIFECYCLE`. The fake, the checker, the
strategies and the pictures read the rows; none of them knows an arrow of its own.

Rule 2: the table is a relation. One cause may lead from one status to several others: settling ends in a capture,
in nothing to charge, in a failed capture or in a review. So a row says what *may* follow, and who plays the
session decides which of it does.

Theory of operation. A row reads: in `source`, when `cause` happens, the session may move to
`target`; and `level` says how well that is known. The statuses are documented. Most arrows are
not: `documented` marks an arrow that a page of the reference states. An arrow is never more
certain than its least certain end: that three statuses can be cancelled is documented, that a
cancelled session becomes `abandoned` is our choice, so those rows are `assumed`.

Whoever polls misses statuses. Two answers for one session are therefore compared with
`reachable`, the reflexive and transitive closure of the table, never with its rows.
"""

from collections import deque
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session import Status


class Cause(StrEnum):
    """What makes a session move."""

    CONFIRM = "confirm"
    """The client confirms, and the API reads the payment's state at Stripe."""
    WEBHOOK = "webhook"
    """Stripe reports the payment's state by itself."""
    WINDOW_OVER = "window_over"
    """Nobody paid within the payment window."""
    CANCEL = "cancel"
    """The driver cancels, and the hold is released."""
    REMOTE_START = "remote_start"
    """The charger is asked to start."""
    TRANSACTION = "transaction"
    """The charger reports that a transaction began."""
    START_TIMEOUT = "start_timeout"
    """The charger was asked to start, and no transaction began."""
    STOP = "stop"
    """The driver asks to stop."""
    ENDED = "ended"
    """Charging ended at the charger: unplugged, car full, or hold used up."""
    STOP_ANSWER = "stop_answer"
    """The charger answers the request to stop."""
    SETTLE = "settle"
    """The final amount is known and the hold is captured, or not."""
    RETRY = "retry"
    """A failed capture is tried again, or given up."""
    REVIEW = "review"
    """The operator decides a session that was put aside."""
    REFUND = "refund"
    """The operator gives the money back."""


class Move(NamedTuple):
    """In `source`, `cause` may lead to `target`; `level` says how well that is known."""

    source: Status
    cause: Cause
    target: Status
    level: Level


_S, _C = Status, Cause
_D, _I, _A = Level.DOCUMENTED, Level.INFERRED, Level.ASSUMED

LIFECYCLE: tuple[Move, ...] = (
    # Paying. confirm-payment says that confirming reconciles without waiting for the webhook.
    Move(_S.CREATED, _C.CONFIRM, _S.AUTHORIZED, _D),
    Move(_S.CREATED, _C.WEBHOOK, _S.AUTHORIZED, _I),
    Move(_S.CREATED, _C.CONFIRM, _S.FAILED, _I),
    Move(_S.CREATED, _C.WEBHOOK, _S.FAILED, _I),
    Move(_S.CREATED, _C.WINDOW_OVER, _S.EXPIRED, _I),
    Move(_S.CREATED, _C.CANCEL, _S.ABANDONED, _A),
    # Starting.
    Move(_S.AUTHORIZED, _C.REMOTE_START, _S.STARTING, _I),
    Move(_S.AUTHORIZED, _C.REMOTE_START, _S.FAILED, _I),
    Move(_S.AUTHORIZED, _C.CANCEL, _S.ABANDONED, _A),
    Move(_S.STARTING, _C.TRANSACTION, _S.CHARGING, _I),
    Move(_S.STARTING, _C.START_TIMEOUT, _S.FAILED, _I),
    Move(_S.STARTING, _C.CANCEL, _S.ABANDONED, _A),
    # Charging. stop-session says: to stopping, then to settling once the charger confirms.
    Move(_S.CHARGING, _C.STOP, _S.STOPPING, _D),
    Move(_S.CHARGING, _C.ENDED, _S.SETTLING, _I),
    Move(_S.STOPPING, _C.STOP_ANSWER, _S.SETTLING, _D),
    Move(_S.STOPPING, _C.STOP_ANSWER, _S.CHARGING, _A),
    # Settling.
    Move(_S.SETTLING, _C.SETTLE, _S.CAPTURED, _I),
    Move(_S.SETTLING, _C.SETTLE, _S.NO_CHARGE, _I),
    Move(_S.SETTLING, _C.SETTLE, _S.CAPTURE_FAILED, _I),
    Move(_S.SETTLING, _C.SETTLE, _S.REQUIRES_REVIEW, _I),
    # Afterwards.
    Move(_S.CAPTURE_FAILED, _C.RETRY, _S.CAPTURED, _A),
    Move(_S.CAPTURE_FAILED, _C.RETRY, _S.REQUIRES_REVIEW, _A),
    Move(_S.CAPTURE_FAILED, _C.RETRY, _S.WRITTEN_OFF, _A),
    Move(_S.REQUIRES_REVIEW, _C.REVIEW, _S.CAPTURED, _A),
    Move(_S.REQUIRES_REVIEW, _C.REVIEW, _S.NO_CHARGE, _A),
    Move(_S.REQUIRES_REVIEW, _C.REVIEW, _S.REFUNDED, _A),
    Move(_S.REQUIRES_REVIEW, _C.REVIEW, _S.WRITTEN_OFF, _A),
    Move(_S.CAPTURED, _C.REFUND, _S.REFUNDED, _I),
)

TERMINAL = frozenset({_S.CAPTURED, _S.NO_CHARGE, _S.EXPIRED, _S.FAILED, _S.ABANDONED, _S.REFUNDED, _S.WRITTEN_OFF})
"""Where a session ends. An operator can still refund a captured one; for a receipt address it has ended."""

CANCELLABLE = frozenset({_S.CREATED, _S.AUTHORIZED, _S.STARTING})
"""What cancel accepts (source: `cancel-session`)."""

ENTERED_CHARGING = frozenset(
    {
        _S.CHARGING,
        _S.STOPPING,
        _S.SETTLING,
        _S.CAPTURED,
        _S.NO_CHARGE,
        _S.CAPTURE_FAILED,
        _S.REQUIRES_REVIEW,
        _S.REFUNDED,
        _S.WRITTEN_OFF,
    }
)
"""The statuses that only a session that has charged can have."""


@cache
def targets(status: Status, cause: Cause) -> tuple[Status, ...]:
    """Return where `cause` may lead from `status`, in the table's order; empty if nowhere."""
    return tuple(move.target for move in LIFECYCLE if (move.source, move.cause) == (status, cause))


@cache
def moves_from(status: Status) -> tuple[Move, ...]:
    """Return the rows that start in `status`, in the table's order."""
    return tuple(move for move in LIFECYCLE if move.source is status)


@cache
def _reached_from(status: Status) -> frozenset[Status]:
    seen, waiting = {status}, [status]
    while waiting:
        fresh = {move.target for move in moves_from(waiting.pop())} - seen
        seen |= fresh
        waiting += fresh
    return frozenset(seen)


def reachable(earlier: Status, later: Status) -> bool:
    """Return whether a session seen as `earlier` may later be seen as `later`, however many moves lie between."""
    return later in _reached_from(earlier)


@cache
def shortest_path(target: Status) -> tuple[Move, ...]:
    """Return the fewest moves from `created` to `target`; of equally short ways the one listed first."""
    waiting: deque[tuple[Move, ...]] = deque([()])
    seen: set[Status] = set()
    while waiting:
        path = waiting.popleft()
        status = path[-1].target if path else Status.CREATED
        if status is target:
            return path
        if status not in seen:
            seen.add(status)
            waiting.extend((*path, move) for move in moves_from(status))
    raise AssertionError(f"the lifecycle does not reach {target}")  # pragma: no cover
