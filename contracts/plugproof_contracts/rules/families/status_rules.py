"""What a session has, and what an operation may answer, follows from the session's status."""

from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session import TIMESTAMPS, ConnectorStatus, Status
from plugproof_contracts.facts.session_lifecycle import CANCELLABLE, ENTERED_CHARGING, TERMINAL
from plugproof_contracts.parsing.finding import Finding, Text
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.rules.catalogue import SESSION_OPERATIONS, Findings, Subject, rule
from plugproof_contracts.rules.examples import PAYMENT, success

PAID_OUT = frozenset({Status.CAPTURED, Status.REFUNDED})
HEALTHY = frozenset(
    {
        Status.CREATED,
        Status.AUTHORIZED,
        Status.STARTING,
        Status.CHARGING,
        Status.STOPPING,
        Status.SETTLING,
        Status.CAPTURED,
        Status.NO_CHARGE,
    }
)
"""Where nothing has gone wrong; of a refund, a review or an expiry that is not known."""

UNFINISHED = frozenset({*CANCELLABLE, Status.SETTLING, Status.REQUIRES_REVIEW})
"""Where a session is not over, nor surely charging."""

OUT_OF_ORDER = frozenset({ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE})
"""Where no session can be started."""

ONCE_CHARGING = frozenset({Status.CHARGING, Status.STOPPING, Status.CAPTURED, Status.CAPTURE_FAILED})
"""Where energy flows or its price is taken, by the reference's own words; other ends may follow a cancel."""

AHEAD: dict[Status, tuple[str, ...]] = {
    Status.CREATED: TIMESTAMPS[1:],
    Status.AUTHORIZED: TIMESTAMPS[2:],
    Status.STARTING: TIMESTAMPS[2:],
    Status.CHARGING: TIMESTAMPS[3:],
    Status.STOPPING: TIMESTAMPS[4:],
}
"""The timestamps of what is still to come in a status; of a charge that is being stopped, only the capture."""

_LATER = "2026-01-10T11:59:00Z"
_NEW = frozenset({Status.CREATED})


def _missing(answer: ParsedResponse, *names: str) -> Findings:
    """Yield a finding for every named field that is null."""
    for name in names:
        if name in answer.data and answer.data[name] is None:
            yield Finding(f"/data/{name}", f"set, as the session is {answer.status}", None)


@rule(
    "status.captured-has-capture",
    Level.INFERRED,
    source="confirm-payment#response.amount_captured",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=("status",),
    statuses=PAID_OUT,
    conforming=[success("get", "captured"), success("get", "refunded")],
    violating=[
        success("get", "captured", amount_captured=None, tax_amount=None),
        success("get", "refunded", captured_at=None),
    ],
)
def captured_has_capture(answer: ParsedResponse) -> Findings:
    """A session that was captured says how much and when, also after a refund.

    The receipt is made of these two fields."""
    yield from _missing(answer, "amount_captured", "captured_at")


@rule(
    "status.charging-has-started",
    Level.INFERRED,
    source="confirm-payment#response.charging_started_at",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=("status",),
    statuses=ENTERED_CHARGING,
    conforming=[success("get", status) for status in sorted(ENTERED_CHARGING)],
    violating=[success("get", status, charging_started_at=None) for status in sorted(ENTERED_CHARGING)]
    + [success("get", "stopping", authorized_at=None)],
)
def charging_has_started(answer: ParsedResponse) -> Findings:
    """A session that has reached charging says when it was paid for and when it began.

    The timer on the driver's page counts from there."""
    yield from _missing(answer, "authorized_at", "charging_started_at")


@rule(
    "status.created-is-new",
    Level.INFERRED,
    source="confirm-payment#response.created_at",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=("status",),
    statuses=_NEW,
    conforming=[success("get", "created")],
    violating=[
        success("get", "created", authorized_at=_LATER),
        success("get", "created", charging_started_at=_LATER),
        success("get", "created", completed_at=_LATER),
        success("get", "created", captured_at=_LATER),
    ],
)
def created_is_new(answer: ParsedResponse) -> Findings:
    """A session that is only created has none of the later timestamps.

    A client that sees `authorized_at` may hide the payment form, though nothing was paid."""
    yield from _set_too_early(answer)


def _set_too_early(answer: ParsedResponse) -> Findings:
    for name in AHEAD[answer.status] if answer.status else ():
        if answer.data.get(name) is not None:
            yield Finding(f"/data/{name}", f"null, as the session is {answer.status}", answer.data[name])


@rule(
    "status.nothing-ahead",
    Level.INFERRED,
    source="confirm-payment#response.charging_started_at",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=("status",),
    statuses=frozenset(AHEAD) - _NEW,
    conforming=[success("get", status) for status in ("authorized", "starting", "charging", "stopping")],
    violating=[
        success("get", "authorized", charging_started_at=_LATER),
        success("get", "starting", charging_started_at=_LATER),
        success("get", "starting", captured_at=_LATER),
        success("get", "charging", completed_at=_LATER),
        success("get", "stopping", captured_at=_LATER),
    ],
)
def nothing_ahead(answer: ParsedResponse) -> Findings:
    """No timestamp is set of what is still to come: of charging before it began, of the end while it goes on.

    Clients start and stop the driver's timer by them; one that is set too early counts what does not happen."""
    yield from _set_too_early(answer)


@rule(
    "status.healthy-has-no-failure",
    Level.INFERRED,
    source="confirm-payment#response.failure_reason",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=("status",),
    statuses=HEALTHY,
    conforming=[success(), success("get", "settling")],
    violating=[success("get", status, failure_reason="The charger did not start.") for status in sorted(HEALTHY)],
)
def healthy_has_no_failure(answer: ParsedResponse) -> Findings:
    """A session in which nothing failed has no failure reason.

    Clients show the reason wherever there is one: a driver who reads it while charging pulls the plug."""
    if answer.data.get("failure_reason") is not None:
        yield Finding("/data/failure_reason", f"null, as the session is {answer.status}", Text("a reason"))


@rule(
    "status.stop-stops",
    Level.DOCUMENTED,
    source="stop-session#description",
    on=Subject.SUCCESS,
    operations=("stop",),
    fields=("status",),
    conforming=[success("stop", "stopping"), success("stop", "settling")],
    violating=[success("stop", status) for status in sorted({Status.CHARGING, *CANCELLABLE})],
)
def stop_stops(answer: ParsedResponse) -> Findings:
    """A session that was told to stop is no longer charging, nor still about to.

    The driver pressed stop and waits for the page to say so; `charging` invites a second press."""
    if answer.status is Status.CHARGING or answer.status in CANCELLABLE:
        yield Finding("/data/status", "stopping, settling or later", answer.status)


@rule(
    "status.cancel-before-charging",
    Level.DOCUMENTED,
    source="cancel-session#response",
    on=Subject.SUCCESS,
    operations=("cancel",),
    fields=("status",),
    conforming=[success("cancel", "abandoned")],
    violating=[success("cancel", status) for status in sorted(ONCE_CHARGING)],
)
def cancel_before_charging(answer: ParsedResponse) -> Findings:
    """Only a session that has not begun to charge is cancelled.

    Cancelling releases the hold: done while energy flows, the operator gives it away."""
    if answer.status in ONCE_CHARGING:
        yield Finding("/data/status", "a status from before charging, or a 409", answer.status)


@rule(
    "status.cancel-ends",
    Level.INFERRED,
    source="cancel-session#response.status",
    on=Subject.SUCCESS,
    operations=("cancel",),
    fields=("status",),
    conforming=[success("cancel", "abandoned")],
    violating=[success("cancel", status) for status in sorted(UNFINISHED)],
)
def cancel_ends(answer: ParsedResponse) -> Findings:
    """A session that was cancelled is over.

    The driver walks away from a charger that may start any moment, with the hold still on the card."""
    if answer.status in UNFINISHED:
        yield Finding("/data/status", "a status in which nothing can start any more", answer.status)


@rule(
    "status.cancelled-is-abandoned",
    Level.ASSUMED,
    source="cancel-session#response.status",
    on=Subject.SUCCESS,
    operations=("cancel",),
    fields=("status",),
    conforming=[success("cancel", "abandoned")],
    violating=[success("cancel", "expired"), success("cancel", "failed")],
)
def cancelled_is_abandoned(answer: ParsedResponse) -> Findings:
    """A cancelled session is abandoned.

    A client that waits for `abandoned` would wait for ever on another word."""
    if answer.status not in ONCE_CHARGING | UNFINISHED | {None, Status.ABANDONED}:
        yield Finding("/data/status", Status.ABANDONED, answer.status)


@rule(
    "status.receipt-before-end",
    Level.DOCUMENTED,
    source="set-receipt-email#errors.422",
    on=Subject.SUCCESS,
    operations=("receipt-email",),
    fields=("status",),
    conforming=[success("receipt-email", "charging", driver_email="d@example.org")],
    violating=[success("receipt-email", status) for status in sorted(TERMINAL)],
)
def receipt_before_end(answer: ParsedResponse) -> Findings:
    """A receipt address is refused once the session has ended.

    A client that is told it worked promises the driver a receipt that has already gone elsewhere, or nowhere."""
    if answer.status in TERMINAL:
        yield Finding("/data/status", "a status that is not terminal, or a 422", answer.status)


@rule(
    "status.started-where-possible",
    Level.INFERRED,
    source="start-session#errors.409",
    on=Subject.SUCCESS,
    operations=("start",),
    fields=("charger.online",),
    conforming=[success("start", "created"), success("start", "created", connector_status=None)],
    violating=[
        success("start", "created", charger={"public_code": "HAPPY", "name": "Quay 4", "online": False}),
        *[success("start", "created", connector_status=status) for status in sorted(OUT_OF_ORDER)],
    ],
)
def started_where_possible(answer: ParsedResponse) -> Findings:
    """A session is started only at a charger that is online, on a connector that is in order.

    Elsewhere a start is refused; a driver who gets through pays for a charge that cannot begin."""
    if answer.field("charger.online") is False:
        yield Finding("/data/charger/online", "true, or a 400", False)
    found = answer.field("connector_status")
    if found in OUT_OF_ORDER:
        yield Finding("/data/connector_status", "a connector in order, or a 409", found)


@rule(
    "status.payment-while-created",
    Level.DOCUMENTED,
    source="get-session#response.payment",
    on=Subject.SUCCESS,
    operations=("get", "start"),
    fields=("status",),
    statuses=_NEW,
    conforming=[success("get", "created")],
    violating=[success("get", "created", payment=None)],
)
def payment_while_created(answer: ParsedResponse) -> Findings:
    """A session that is created has its payment.

    A driver who reloads the page needs it to pay; without it the session can only expire."""
    if answer.name == "get" and answer.document.get("payment", ...) is None:
        yield Finding("/payment", "the payment, as the session is created", None)


@rule(
    "status.no-payment-later",
    Level.DOCUMENTED,
    source="get-session#response.payment",
    on=Subject.SUCCESS,
    operations=("get", "start"),
    fields=("status",),
    statuses=frozenset(Status) - _NEW,
    conforming=[success("get", "authorized")],
    violating=[success("get", status, payment=PAYMENT) for status in Status if status != "created"],
)
def no_payment_later(answer: ParsedResponse) -> Findings:
    """A session that is no longer created has no payment.

    A client that finds one shows the form again, and the driver pays twice."""
    if answer.document.get("payment") is not None:
        yield Finding("/payment", f"null, as the session is {answer.status}", Text("a payment"))
