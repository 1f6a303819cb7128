"""An answer speaks of what was asked for, and only what can be asked for is done."""

import re
from collections.abc import Callable
from typing import Any

from plugproof_contracts.exchanges.route import charger_code
from plugproof_contracts.facts.level import Level
from plugproof_contracts.parsing.finding import Finding, Text
from plugproof_contracts.parsing.parsed_response import ParsedResponse, is_object
from plugproof_contracts.rules.catalogue import Findings, Subject, rule
from plugproof_contracts.rules.examples import success
from plugproof_contracts.rules.families.value_rules import CONNECTORS, LONGEST_CODE, LONGEST_EMAIL

_START = {"code": "happy", "connector_id": 1}
_NO_STARTS: tuple[dict[str, Any], ...] = (
    {"code": None},
    {"code": 7},
    {"connector_id": None},
    {"connector_id": "0"},
    {"connector_id": "one"},
    {"email": 7},
)


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
def connector_is_kept(answer: ParsedResponse) -> Findings:
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
def charger_is_kept(answer: ParsedResponse) -> Findings:
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
    operations=("start", "receipt-email"),
    request_body=True,
    conforming=[
        success("receipt-email", driver_email="d@example.org", sends={"email": "d@example.org"}),
        success("start", "created", sends=_START | {"email": None}),
    ],
    violating=[
        success("start", "created", sends=_START | {"email": "d@example.org"}),
        success("receipt-email", driver_email="e@example.org", sends={"email": "d@example.org"}),
        success("receipt-email", driver_email=None, sends={"email": "d@example.org"}),
    ],
)
def email_is_kept(answer: ParsedResponse) -> Findings:
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


def _is_code(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value.strip()) <= LONGEST_CODE


def _is_connector(value: object) -> bool:
    """Frameworks take digits in a text, a number without a fraction and a yes for a whole number."""
    is_digits = isinstance(value, str) and re.fullmatch(r"[+]?[0-9]{1,3}", value.strip())
    number = int(value) if isinstance(value, str) and is_digits else value
    return isinstance(number, int | float) and number in CONNECTORS


def _is_email(value: object) -> bool:
    return isinstance(value, str) and "@" in value and len(value.strip()) <= LONGEST_EMAIL


def _is_email_or_none(value: object) -> bool:
    return value is None or value == "" or _is_email(value)


_REQUIRED: dict[str, dict[str, Callable[[object], bool]]] = {
    "start": {"code": _is_code, "connector_id": _is_connector, "email": _is_email_or_none},
    "receipt-email": {"email": _is_email},
}
"""What is asked of each field, as loosely as any server may read it."""


@rule(
    "request.invalid-is-refused",
    Level.DOCUMENTED,
    source="start-session#errors.422",
    on=Subject.SUCCESS,
    operations=("start", "receipt-email"),
    request_body=True,
    conforming=[success("start", "created", sends=_START | {"connector_id": "1", "email": None})],
    violating=[
        *[success("start", "created", sends=_START | wrong) for wrong in _NO_STARTS],
        success("receipt-email", sends={}),
        success("receipt-email", driver_email=None, sends={"email": 7}),
    ],
)
def invalid_is_refused(answer: ParsedResponse) -> Findings:
    """A request that lacks a required field, or has an impossible one, is refused.

    What came of it is not what was asked for: a session at no socket, a receipt to nobody."""
    for name, is_possible in _REQUIRED[answer.name].items():
        if is_object(answer.sent) and not is_possible(answer.asked.get(name)):
            yield Finding("", f"a 422, for {name} was missing or impossible", Text("a success"))


@rule(
    "request.same-charger",
    Level.INFERRED,
    source="get-charger#request.code",
    on=Subject.SUCCESS,
    operations=("charger",),
    fields=("public_code",),
    conforming=[success("charger"), success("charger", public_code="happy").replace(url=success("charger").url)],
    violating=[success("charger", public_code="OTHER").replace(url=success("charger").url)],
)
def same_charger(answer: ParsedResponse) -> Findings:
    """The charger that is shown is the one that was asked for, whatever the case of its code.

    The driver compares the price with the code on the charger; another charger has another price."""
    asked, found = charger_code(answer.exchange.url), answer.field("public_code")
    if asked.casefold() != found.casefold():
        yield Finding("/data/public_code", "the code that was asked for", found)
