"""What the API sends: the session, its payment, and the public charger.

Every field is listed in the order in which the reference lists it, and every field that the
reference calls nullable is `| None` here. Nothing else is. Amounts are integers in the minor
units of `pricing.currency`. Timestamps are ISO 8601 strings with an offset, energy is a decimal
string in kWh, just as they are on the wire.
"""

from typing import get_args, get_type_hints

import msgspec

from plugproof_contracts.argument_checks import CheckedEnum, CheckedStruct


class Status(CheckedEnum):
    """Where a session stands; exactly these 15 (source: `confirm-payment#response.status`)."""

    CREATED = "created"
    AUTHORIZED = "authorized"
    STARTING = "starting"
    CHARGING = "charging"
    STOPPING = "stopping"
    SETTLING = "settling"
    CAPTURED = "captured"
    NO_CHARGE = "no_charge"
    EXPIRED = "expired"
    FAILED = "failed"
    ABANDONED = "abandoned"
    CAPTURE_FAILED = "capture_failed"
    REQUIRES_REVIEW = "requires_review"
    REFUNDED = "refunded"
    WRITTEN_OFF = "written_off"


class ConnectorStatus(CheckedEnum):
    """The state of a connector; the 9 of OCPP 1.6 (source: `confirm-payment#response.connector_status`)."""

    AVAILABLE = "Available"
    CHARGING = "Charging"
    FAULTED = "Faulted"
    FINISHING = "Finishing"
    PREPARING = "Preparing"
    RESERVED = "Reserved"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    UNAVAILABLE = "Unavailable"


class Charger(msgspec.Struct, frozen=True, metaclass=CheckedStruct):
    """The charger as a session shows it."""

    public_code: str
    name: str
    online: bool


class Pricing(msgspec.Struct, frozen=True, metaclass=CheckedStruct):
    """What a session costs; `price_per_kwh` (at least 1) and `start_fee` are in minor units of `currency`."""

    currency: str
    price_per_kwh: int
    start_fee: int


class Session(msgspec.Struct, frozen=True, kw_only=True, metaclass=CheckedStruct):
    """One public-charging session as the API answers it (source: `confirm-payment#response`)."""

    status: Status
    failure_reason: str | None
    connector_id: int
    connector_status: ConnectorStatus | None
    charger: Charger
    pricing: Pricing
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


class Payment(msgspec.Struct, frozen=True, metaclass=CheckedStruct):
    """What a browser needs for Stripe; sent only while the session is `created`."""

    client_secret: str
    publishable_key: str
    stripe_account_id: str


class Connector(msgspec.Struct, frozen=True, metaclass=CheckedStruct):
    """One connector of a public charger; the values of the last three fields are not documented."""

    connector_id: int
    status: ConnectorStatus
    standard: str
    format: str
    power_type: str


class PublicCharger(msgspec.Struct, frozen=True, kw_only=True, metaclass=CheckedStruct):
    """A charger as a driver sees it before a session; `preauth_amount` is in minor units."""

    public_code: str
    name: str
    online: bool
    connectors: tuple[Connector, ...]
    pricing: Pricing
    preauth_amount: int


def nullable_fields(struct: type[msgspec.Struct]) -> frozenset[str]:
    """Return the names of the fields that may be null."""
    return frozenset(name for name, hint in get_type_hints(struct).items() if type(None) in get_args(hint))


NULLABLE = nullable_fields(Session)
"""The session fields of which the reference says that they may be null."""

TIMESTAMPS = ("created_at", "authorized_at", "charging_started_at", "completed_at", "captured_at")
"""The session's timestamps, in the order in which they are set."""
