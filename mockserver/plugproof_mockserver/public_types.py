"""What type checkers and editors are told of the arguments and results of the fake.

Only annotations read these names. A test holds each of them to the table that decides at run time.
"""

from datetime import datetime
from typing import Any, Literal, TypedDict

from plugproof_contracts.literals import ConnectorStatusName as ConnectorStatusName
from plugproof_contracts.literals import OperationName as OperationName
from plugproof_contracts.literals import StatusName as StatusName

EventName = Literal[
    "paid",
    "challenged",
    "declined",
    "webhook",
    "window_over",
    "start_sent",
    "charger_offline",
    "charger_online",
    "charger_refused",
    "charger_started",
    "start_timed_out",
    "unplugged",
    "car_full",
    "hold_used_up",
    "charger_stopped",
    "settled",
    "captured",
    "nothing_delivered",
    "capture_failed",
    "review",
    "refunded",
    "written_off",
    "expire_token",
]
"""Something that can happen to a session."""

SessionOperationName = Literal["confirm", "get", "stop", "cancel", "receipt-email"]
"""An operation on one session."""

FaultKindName = Literal[
    "latency",
    "429",
    "500",
    "502",
    "503",
    "504",
    "reset",
    "empty",
    "truncate",
    "drip",
    "malformed",
    "html",
    "content-type",
    "gzip",
    "unknown-field",
    "unknown-enum",
    "missing-field",
    "wrong-type",
    "null",
    "violation",
]
"""What goes wrong when a fault is applied."""

FaultTimingName = Literal["before", "after"]
"""Whether the operation has run when a fault is applied."""

RateLimitName = Literal["endpoint", "shared", "off"]
"""How hits are counted."""

ErrorsName = Literal["json", "negotiated"]
"""How errors are written."""

LimiterStoreName = Literal["redis", "file"]
"""Where the counters are kept, which decides when a window ends."""

NotFoundTextName = Literal["plain", "echo"]
"""What a 404 says."""

InvalidTextName = Literal["first", "fixed"]
"""What a 422 says."""


class ChargerData(TypedDict):
    """The charger of a session, as JSON has it."""

    public_code: str
    name: str
    online: bool


class PricingData(TypedDict):
    """The prices of a session in minor units, as JSON has them."""

    currency: str
    price_per_kwh: int
    start_fee: int


class SessionData(TypedDict):
    """A session as the API would send it. A field that was set by hand may hold anything."""

    status: StatusName
    failure_reason: str | None
    connector_id: int
    connector_status: ConnectorStatusName | None
    charger: ChargerData
    pricing: PricingData
    amount_authorized: int | None
    energy_kwh: str | None
    cost_amount: int | None
    amount_captured: int | None
    tax_amount: int | None
    driver_email: str | None
    created_at: str | None
    authorized_at: str | None
    charging_started_at: str | None
    completed_at: str | None
    captured_at: str | None


class PaymentData(TypedDict):
    """What a browser needs to pay."""

    client_secret: str
    publishable_key: str
    stripe_account_id: str


class FakeSettings(TypedDict, total=False):
    """The settings of a fake that have no parameter of their own."""

    sessions_per_charger: int
    token_ttl: float
    payment_window: float
    vat: float
    hold: int
    errors: ErrorsName
    limiter_store: LimiterStoreName
    limiter_race: bool
    not_found: NotFoundTextName
    invalid_text: InvalidTextName
    maintenance: int
    auto_pay: bool


class SeededFields(TypedDict, total=False):
    """The fields of a session besides its status; a value may be of any kind, to see what a client does."""

    failure_reason: Any
    connector_id: Any
    connector_status: Any
    charger: Any
    pricing: Any
    amount_authorized: Any
    energy_kwh: Any
    cost_amount: Any
    amount_captured: Any
    tax_amount: Any
    driver_email: Any
    created_at: Any
    authorized_at: Any
    charging_started_at: Any
    completed_at: Any
    captured_at: Any


class SessionFields(SeededFields, total=False):
    """The fields of a session that can be set, legal or not."""

    status: Any


class ChargerFields(TypedDict, total=False):
    """What can be set of a charger."""

    name: str
    online: bool
    connectors: list[dict[str, Any]]
    pricing: dict[str, Any]
    preauth_amount: int
    scenario: str
    public_charging: bool


class PreparedBody(TypedDict, total=False):
    """The body of an answer by hand: one of the two, or none."""

    json: Any
    content: str | bytes | None


class FaultOptions(TypedDict, total=False):
    """What a fault damages, and which calls it is for; a number in `since` or `until` is seconds from now."""

    milliseconds: int | None
    field: str | None
    rule: str | None
    token: str | None
    code: str | None
    since: float | str | datetime | None
    until: float | str | datetime | None


class Parts(TypedDict, total=False):
    """The parts of a duration, as `datetime.timedelta` has them."""

    weeks: float
    days: float
    hours: float
    minutes: float
    seconds: float
    milliseconds: float
    microseconds: float
