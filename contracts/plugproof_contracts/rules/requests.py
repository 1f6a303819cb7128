"""An answer speaks of what was asked for."""

from plugproof_contracts.answer import Answer
from plugproof_contracts.examples import success
from plugproof_contracts.level import Level
from plugproof_contracts.rule import Findings, Subject, rule
from plugproof_contracts.violation import Finding, Text

_START = {"code": "happy", "connector_id": 1}


@rule(
    "request.connector-is-kept",
    Level.INFERRED,
    source="start-session#request.connector_id",
    on=Subject.SUCCESS,
    operations=("start",),
    fields=("connector_id",),
    request_body=True,
    conforming=[success("start", "created", sends=_START)],
    violating=[success("start", "created", sends=_START | {"connector_id": 2})],
)
def connector_is_kept(answer: Answer) -> Findings:
    """A session is started on the connector that was asked for.

    The driver stands in front of that socket; energy at the next one is paid by the wrong person."""
    asked, found = answer.asked.get("connector_id"), answer.field("connector_id")
    if isinstance(asked, int) and asked != found:
        yield Finding("/data/connector_id", f"{asked}, as asked", found)


@rule(
    "request.charger-is-kept",
    Level.INFERRED,
    source="start-session#request.code",
    on=Subject.SUCCESS,
    operations=("start",),
    fields=("charger.public_code",),
    request_body=True,
    conforming=[success("start", "created", sends=_START)],
    violating=[success("start", "created", sends=_START | {"code": "OTHER"})],
)
def charger_is_kept(answer: Answer) -> Findings:
    """A session is started at the charger that was asked for, whatever the case of its code.

    Starting another charger releases energy to somebody who has not paid."""
    asked, found = answer.asked.get("code"), answer.field("charger.public_code")
    if isinstance(asked, str) and asked.casefold() != found.casefold():
        yield Finding("/data/charger/public_code", "the code that was asked for", found)


@rule(
    "request.email-is-kept",
    Level.INFERRED,
    source="set-receipt-email#request.email",
    on=Subject.SUCCESS,
    operations=("receipt-email",),
    request_body=True,
    conforming=[success("receipt-email", driver_email="d@example.org", sends={"email": "d@example.org"})],
    violating=[
        success("receipt-email", driver_email="e@example.org", sends={"email": "d@example.org"}),
        success("receipt-email", driver_email=None, sends={"email": "d@example.org"}),
    ],
)
def email_is_kept(answer: Answer) -> Findings:
    """The session shows the receipt address that was set.

    The page confirms it to the driver from this answer."""
    asked = answer.asked.get("email")
    if (
        isinstance(asked, str)
        and "driver_email" in answer.data
        and _plain(answer.data["driver_email"]) != _plain(asked)
    ):
        yield Finding("/data/driver_email", "the address that was sent", Text("another one, or none"))


def _plain(email: object) -> str:
    """Servers may trim an address and change its case."""
    return email.strip().casefold() if isinstance(email, str) else ""
