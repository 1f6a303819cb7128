"""What the fake keeps: one frozen record per session and per charger, and nothing derived."""

from enum import StrEnum
from typing import Any

import msgspec

from plugproof_contracts import Connector, Pricing, PublicCharger, Status
from plugproof_contracts.secrets.token import fingerprint


class Stripe(StrEnum):
    """What Stripe knows of the driver's payment; the API learns it by confirm or by webhook."""

    PENDING = "pending"
    CHALLENGED = "challenged"
    PAID = "paid"
    DECLINED = "declined"


class SessionState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One session as the fake keeps it. Moments are microseconds, energy is watt-hours, money is minor units.

    While the session charges, `meter` is the reading of the moment `metered`, and later readings
    follow from the charger's power. `card` is the number of the test card that was tried last, and
    `payment_error` what Stripe's script was told of it. `overlay` holds fields that were set to values which the
    state can't express, legal or not; they are shown as they are.
    """

    token: str
    scenario: str
    charger: str
    connector_id: int
    pricing: Pricing
    hold: int
    created: int
    pay_by: int
    expires: int
    entered: int
    status: Status = Status.CREATED
    stripe: Stripe = Stripe.PENDING
    card: str | None = None
    payment_error: dict[str, str] | None = None
    reason: str | None = None
    email: str | None = None
    authorized: int | None = None
    started: int | None = None
    completed: int | None = None
    captured: int | None = None
    amount_authorized: int | None = None
    meter: int | None = None
    metered: int | None = None
    cost: int | None = None
    amount_captured: int | None = None
    tax: int | None = None
    overlay: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"<SessionState {fingerprint(self.token)} {self.status}>"


class ChargerState(msgspec.Struct, frozen=True, kw_only=True):
    """One charger as the fake keeps it."""

    public_code: str
    name: str
    online: bool = True
    connectors: tuple[Connector, ...]
    pricing: Pricing
    preauth_amount: int
    scenario: str
    public_charging: bool = True

    def to_public(self) -> PublicCharger:
        """Return what the API shows of it."""
        return PublicCharger(
            public_code=self.public_code,
            name=self.name,
            online=self.online,
            connectors=self.connectors,
            pricing=self.pricing,
            preauth_amount=self.preauth_amount,
        )
