"""Scenarios: what happens by itself in a session, and when.

A scenario is chosen by the charger code that a session is started with, like the test cards of a
payment provider. Its script has at most one row per status: so many seconds after the session
entered that status, this event happens. All of it is `assumed`: the reference gives no times.
"""

from typing import NamedTuple

from plugproof_contracts import Connector, ConnectorStatus, Pricing, Status
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.state import ChargerState, Stripe


class ScriptStep(NamedTuple):
    """`seconds` after a status was entered, `event` happens."""

    seconds: float
    event: Event


Script = dict[Status, ScriptStep]

DRIVE: Script = {
    Status.AUTHORIZED: ScriptStep(2, Event.START_SENT),
    Status.STARTING: ScriptStep(5, Event.CHARGER_STARTED),
    Status.CHARGING: ScriptStep(15 * 60, Event.CAR_FULL),
    Status.STOPPING: ScriptStep(3, Event.CHARGER_STOPPED),
    Status.SETTLING: ScriptStep(5, Event.SETTLED),
}
"""An uneventful session after payment; the other scenarios say where they differ."""


class Scenario(NamedTuple):
    """What a charger code stands for; `watts` is the charging power."""

    code: str
    summary: str
    script: Script = DRIVE
    stripe: Stripe = Stripe.PAID
    watts: int = 11_000
    online: bool = True
    connector: ConnectorStatus = ConnectorStatus.AVAILABLE
    stop_refused: bool = False
    stop_times_out: bool = False
    payment_window: float | None = None
    token_ttl: float | None = None
    nulls: bool = False


def _drive(**changes: ScriptStep) -> Script:
    return DRIVE | {Status(name): step for name, step in changes.items()}


_SLOW = {status: ScriptStep(step.seconds * 10, step.event) for status, step in DRIVE.items()}

SCENARIOS: dict[str, Scenario] = {
    row.code: row
    for row in (
        Scenario("HAPPY", "The driver pays, charges for 15 minutes until the car is full, and is billed."),
        Scenario(
            "DECLINED", "The card is declined: confirming moves the session to failed.", stripe=Stripe.DECLINED
        ),
        Scenario(
            "UNPAID", "Nobody pays: the session stays created until its window is over.", stripe=Stripe.PENDING
        ),
        Scenario(
            "WEBHOOK",
            "Stripe's webhook authorises the session after 2 s, before or without a confirm.",
            script=_drive(created=ScriptStep(2, Event.WEBHOOK)),
        ),
        Scenario("OFFLINE", "The charger is offline: a start is refused with 400.", online=False),
        Scenario(
            "REFUSED",
            "The charger refuses the remote start: the paid session fails.",
            script=_drive(authorized=ScriptStep(3, Event.CHARGER_REFUSED)),
        ),
        Scenario(
            "NOSTART",
            "The car is never plugged in: the start times out after 60 s and the session fails.",
            script=_drive(starting=ScriptStep(60, Event.START_TIMED_OUT)),
        ),
        Scenario("NOENERGY", "The car takes no energy: the session ends in no_charge.", watts=0),
        Scenario(
            "CAPPED",
            "A fast charger and a big battery: the cost reaches the hold, and charging ends there.",
            script=_drive(charging=ScriptStep(24 * 3600, Event.CAR_FULL)),
            watts=150_000,
        ),
        Scenario(
            "UNPLUG",
            "The driver pulls the plug after 5 minutes instead of stopping.",
            script=_drive(charging=ScriptStep(5 * 60, Event.UNPLUGGED)),
        ),
        Scenario("STOPFAIL", "The charger refuses to stop (400); charging goes on.", stop_refused=True),
        Scenario(
            "CAPFAIL",
            "The capture fails at first; a retry succeeds after 10 minutes.",
            script=_drive(
                settling=ScriptStep(5, Event.CAPTURE_FAILED), capture_failed=ScriptStep(10 * 60, Event.CAPTURED)
            ),
        ),
        Scenario(
            "REVIEW",
            "The session is put aside for review and stays there until an event decides it.",
            script=_drive(settling=ScriptStep(5, Event.REVIEW)),
        ),
        Scenario(
            "REFUND",
            "The operator refunds the captured amount after an hour.",
            script=_drive(captured=ScriptStep(3600, Event.REFUNDED)),
        ),
        Scenario(
            "WRITEOFF",
            "The capture fails, and the operator writes the session off after an hour.",
            script=_drive(
                settling=ScriptStep(5, Event.CAPTURE_FAILED), capture_failed=ScriptStep(3600, Event.WRITTEN_OFF)
            ),
        ),
        Scenario(
            "EXPIRED",
            "Nobody pays: the session expires after 1 minute, and its token 5 minutes later.",
            stripe=Stripe.PENDING,
            payment_window=60,
            token_ttl=360,
        ),
        Scenario(
            "SLOW",
            "Every step takes ten times as long, and stop answers 504 although it takes effect.",
            script=_SLOW,
            stop_times_out=True,
        ),
        Scenario(
            "BUSY",
            "The connectors are taken: a start is refused with 409.",
            connector=ConnectorStatus.CHARGING,
        ),
        Scenario("NULLS", "A happy life in which every field that may be null there is null.", nulls=True),
    )
}
"""Every scenario by its charger code. Between them they reach all 15 statuses."""

PRICING = Pricing(currency="EUR", price_per_kwh=49, start_fee=35)


def charger_for(code: str, scenario: Scenario, hold: int) -> ChargerState:
    """Return the charger that plays a scenario: two type-2 connectors and the default price."""
    connectors = (
        Connector(1, scenario.connector, "IEC_62196_T2", "SOCKET", "AC_3_PHASE"),
        Connector(2, scenario.connector, "IEC_62196_T2", "CABLE", "AC_3_PHASE"),
    )
    return ChargerState(
        public_code=code,
        name=f"Test charger {code}",
        online=scenario.online,
        connectors=connectors,
        pricing=PRICING,
        preauth_amount=hold,
        scenario=scenario.code,
    )
