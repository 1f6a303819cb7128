"""Every value is one that the reference allows."""

import re

from plugproof_contracts.facts.currencies import CURRENCIES
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session import ConnectorStatus, Status
from plugproof_contracts.parsing.finding import Finding, Text
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.schema import JsonType, fits
from plugproof_contracts.rules.catalogue import SESSION_OPERATIONS, Findings, Subject, rule
from plugproof_contracts.rules.examples import CHARGER, PAYMENT, success
from plugproof_contracts.secrets.stand_ins import is_stand_in

CURRENCY = re.compile(r"[A-Z]{3}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
TOKEN_IN_PATH = re.compile(r"[A-Za-z0-9._~-]+")
LONGEST_EMAIL = 255
LONGEST_CODE = 10
CONNECTORS = range(1, 101)
_CONNECTOR_STATUSES = frozenset(ConnectorStatus)
_PRICING = {"currency": "EUR", "price_per_kwh": 45, "start_fee": 50}


def _connectors(answer: ParsedResponse, name: str, kind: JsonType) -> list[tuple[str, object]]:
    """Return pointer and value of one sound field of every connector of a public charger."""
    items = enumerate(answer.field("connectors") or ())
    found = [(f"/data/connectors/{at}/{name}", item.get(name)) for at, item in items if isinstance(item, dict)]
    return [(pointer, value) for pointer, value in found if fits(value, kind)]


@rule(
    "values.status",
    Level.DOCUMENTED,
    source="confirm-payment#response.status",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=("status",),
    conforming=[success("get", status) for status in Status],
    violating=[success().replace(body=(success().body or b"").replace(b'"charging"', b'"paused"'))],
)
def status(answer: ParsedResponse) -> Findings:
    """The status is one of the fifteen documented ones.

    A client switches on it; a sixteenth falls through every branch, and the driver sees an empty page."""
    if answer.status is None:
        yield Finding("/data/status", f"one of {', '.join(Status)}", answer.field("status"))


@rule(
    "values.connector-status",
    Level.DOCUMENTED,
    source="confirm-payment#response.connector_status",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=("connector_status",),
    conforming=[success(connector_status=status) for status in ConnectorStatus],
    violating=[success(connector_status="available"), success(connector_status="Occupied")],
)
def connector_status(answer: ParsedResponse) -> Findings:
    """The connector's status is one of the nine of OCPP 1.6.

    A client tells the driver to plug in or to wait by it, and knows only these nine."""
    found = answer.field("connector_status")
    if found not in _CONNECTOR_STATUSES:
        yield Finding("/data/connector_status", f"one of {', '.join(ConnectorStatus)}", found)


@rule(
    "values.charger-connector-status",
    Level.DOCUMENTED,
    source="get-charger#response.connectors.status",
    on=Subject.SUCCESS,
    operations=("charger",),
    fields=("connectors",),
    conforming=[success("charger"), success("charger", connectors=[])],
    violating=[success("charger", connectors=[CHARGER["connectors"][0] | {"status": "Free"}])],
)
def charger_connector_status(answer: ParsedResponse) -> Findings:
    """Every connector of a charger has one of the nine statuses of OCPP 1.6.

    The page offers the connectors that are `Available`; an unknown word hides a free one."""
    for pointer, found in _connectors(answer, "status", JsonType.STRING):
        if found not in _CONNECTOR_STATUSES:
            yield Finding(pointer, f"one of {', '.join(ConnectorStatus)}", found)


@rule(
    "values.connector-id",
    Level.INFERRED,
    source="start-session#request.connector_id",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=("connector_id",),
    conforming=[success(connector_id=1), success(connector_id=100)],
    violating=[success(connector_id=0), success(connector_id=101), success(connector_id=-1)],
)
def connector_id(answer: ParsedResponse) -> Findings:
    """A session runs on a connector from 1 to 100.

    No session can be started on another one; 0 is the whole charger in OCPP and not a socket."""
    found = answer.field("connector_id")
    if found not in CONNECTORS:
        yield Finding("/data/connector_id", "an integer from 1 to 100", found)


@rule(
    "values.charger-connector-id",
    Level.INFERRED,
    source="start-session#request.connector_id",
    on=Subject.SUCCESS,
    operations=("charger",),
    fields=("connectors",),
    conforming=[success("charger")],
    violating=[success("charger", connectors=[CHARGER["connectors"][0] | {"connector_id": 0}])],
)
def charger_connector_id(answer: ParsedResponse) -> Findings:
    """A charger offers connectors from 1 to 100.

    The client sends the number back to start a session, which takes no other."""
    for pointer, found in _connectors(answer, "connector_id", JsonType.INTEGER):
        if found not in CONNECTORS:
            yield Finding(pointer, "an integer from 1 to 100", found)


@rule(
    "values.public-code",
    Level.INFERRED,
    source="start-session#request.code",
    on=Subject.SUCCESS,
    fields=("charger.public_code", "public_code"),
    least=1,
    conforming=[success(), success("charger", public_code="A")],
    violating=[
        success(charger={"public_code": "ELEVENCHARS", "name": "Quay 4", "online": True}),
        success(charger={"public_code": "", "name": "Quay 4", "online": True}),
        success("charger", public_code="ELEVENCHARS"),
    ],
)
def public_code(answer: ParsedResponse) -> Findings:
    """A charger's public code has 1 to 10 characters.

    The driver types it and the client sends it back to start a session, which takes no longer one."""
    for name in ("charger.public_code", "public_code"):
        found = answer.field(name)
        if found is not None and not 1 <= len(found) <= LONGEST_CODE:
            yield Finding(
                "/data/" + name.replace(".", "/"), "1 to 10 characters", Text(f"{len(found)} characters")
            )


@rule(
    "values.currency",
    Level.DOCUMENTED,
    source="public-charging-settings#currency",
    on=Subject.SUCCESS,
    fields=("pricing.currency",),
    conforming=[success(), success(pricing=_PRICING | {"currency": "SEK"}), success("charger")],
    violating=[success(pricing=_PRICING | {"currency": bad}) for bad in ("eur", "€", "EURO", "")]
    + [success("charger", pricing=_PRICING | {"currency": "Eur"})],
)
def currency(answer: ParsedResponse) -> Findings:
    """The currency is an ISO 4217 code: three capital letters.

    Formatting a price with anything else throws, right where the driver decides to pay."""
    found = answer.field("pricing.currency")
    if not CURRENCY.fullmatch(found):
        yield Finding("/data/pricing/currency", "three capital letters, such as EUR", found)


@rule(
    "values.known-currency",
    Level.INFERRED,
    source="public-charging-settings#currency",
    on=Subject.SUCCESS,
    fields=("pricing.currency",),
    conforming=[success(), success(pricing=_PRICING | {"currency": "JPY"}), success("charger")],
    violating=[
        success(pricing=_PRICING | {"currency": "ERU"}),
        success("charger", pricing=_PRICING | {"currency": "ZZZ"}),
    ],
)
def known_currency(answer: ParsedResponse) -> Findings:
    """The currency is a code that ISO 4217 lists.

    How many minor units make one is looked up by the code: without it, nobody knows what 4900 is."""
    found = answer.field("pricing.currency")
    if CURRENCY.fullmatch(found) and found not in CURRENCIES:
        yield Finding("/data/pricing/currency", "a code of ISO 4217, such as EUR", found)


@rule(
    "values.price-per-kwh",
    Level.DOCUMENTED,
    source="public-charging-settings#price_per_kwh",
    on=Subject.SUCCESS,
    fields=("pricing.price_per_kwh",),
    conforming=[success(pricing=_PRICING | {"price_per_kwh": 1}), success("charger")],
    violating=[success(pricing=_PRICING | {"price_per_kwh": bad}) for bad in (0, -45)]
    + [success("charger", pricing=_PRICING | {"price_per_kwh": 0})],
)
def price_per_kwh(answer: ParsedResponse) -> Findings:
    """The price of a kWh is at least 1 minor unit.

    Operators cannot set less; a free session here means a price that got lost."""
    found = answer.field("pricing.price_per_kwh")
    if found < 1:
        yield Finding("/data/pricing/price_per_kwh", "an integer of at least 1", found)


@rule(
    "values.start-fee",
    Level.DOCUMENTED,
    source="public-charging-settings#start_fee",
    on=Subject.SUCCESS,
    fields=("pricing.start_fee",),
    conforming=[success(pricing=_PRICING | {"start_fee": 0}), success("charger")],
    violating=[
        success(pricing=_PRICING | {"start_fee": -1}),
        success("charger", pricing=_PRICING | {"start_fee": -1}),
    ],
)
def start_fee(answer: ParsedResponse) -> Findings:
    """The start fee is 0 or more minor units.

    Operators cannot set less; a negative one would pay the driver for plugging in."""
    found = answer.field("pricing.start_fee")
    if found < 0:
        yield Finding("/data/pricing/start_fee", "an integer of at least 0", found)


@rule(
    "values.driver-email",
    Level.INFERRED,
    source="set-receipt-email#request.email",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=("driver_email",),
    conforming=[success(driver_email="driver@example.org")],
    violating=[success(driver_email=bad) for bad in ("", "driver", "@", f"{'d' * 250}@example.org")],
)
def driver_email(answer: ParsedResponse) -> Findings:
    """The receipt address is an email address of at most 255 characters.

    No request can set another; a receipt that goes nowhere is a complaint."""
    found = answer.field("driver_email")
    if len(found) > LONGEST_EMAIL or not EMAIL.fullmatch(found):
        yield Finding("/data/driver_email", "an email address, 255 characters at most", _length(found))


@rule(
    "values.session-token",
    Level.INFERRED,
    source="start-session#response.session_token",
    on=Subject.SUCCESS,
    operations=("start",),
    conforming=[success("start", "created")],
    violating=[
        success("start", "created").replace(body=(success("start", "created").body or b"").replace(old, new))
        for old, new in ((b'"example-session-2f7c1e9a4b"', b'""'), (b"example-session", b"example/session"))
    ],
)
def session_token(answer: ParsedResponse) -> Findings:
    """The token can stand in a path: it is not empty and needs no escaping.

    It is the only way to the session; a slash in it makes every later request a 404."""
    found = answer.document.get("session_token") if isinstance(answer.document, dict) else None
    if isinstance(found, str) and not (TOKEN_IN_PATH.fullmatch(found) or is_stand_in(found)):
        yield Finding("/session_token", "letters, digits, and . _ ~ -", _length(found))


@rule(
    "values.payment",
    Level.INFERRED,
    source="get-session#response.payment",
    on=Subject.SUCCESS,
    operations=("get", "start"),
    conforming=[success("get", "created"), success("start", "created")],
    violating=[success("get", "created", payment=PAYMENT | {name: ""}) for name in PAYMENT],
)
def payment(answer: ParsedResponse) -> Findings:
    """No string of the payment is empty.

    Stripe's browser library throws on an empty key or secret, and nobody can pay."""
    found = answer.document.get("payment") if isinstance(answer.document, dict) else None
    for name in PAYMENT:
        if isinstance(found, dict) and found.get(name) == "":
            yield Finding(f"/payment/{name}", "a string that is not empty", "")


def _length(text: str) -> Text:
    """Tell of a secret or a person's address only how long it is."""
    return Text(f"another string, {len(text)} characters long")
