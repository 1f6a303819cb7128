"""Answers that teams mock by hand: good ones, and ones that the API can't give."""

from typing import Any, NamedTuple

from plugproof_contracts.facts.session import NULLABLE

BASE = "https://app.plugchoice.com/api/v3/public-charging"
TOKEN = "aeb2c1d5f60718293a4b5c6d7e8f90a1b2c3d4e5"
LIMITS = {"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "9"}

CREATED: dict[str, Any] = dict.fromkeys(NULLABLE) | {
    "status": "created",
    "connector_id": 1,
    "connector_status": "Preparing",
    "charger": {"public_code": "AB12", "name": "Car park", "online": True},
    "pricing": {"currency": "EUR", "price_per_kwh": 49, "start_fee": 35},
    "created_at": "2026-01-10T12:00:00.000000Z",
}
AUTHORIZED = CREATED | {
    "status": "authorized",
    "amount_authorized": 5000,
    "authorized_at": "2026-01-10T12:01:00.000000Z",
}
CHARGING = AUTHORIZED | {
    "status": "charging",
    "energy_kwh": "3.210",
    "cost_amount": 192,
    "charging_started_at": "2026-01-10T12:02:00.000000Z",
}
SETTLING = CHARGING | {"status": "settling", "completed_at": "2026-01-10T12:20:00.000000Z"}
CAPTURED = SETTLING | {
    "status": "captured",
    "amount_captured": 192,
    "tax_amount": 33,
    "captured_at": "2026-01-10T12:21:00.000000Z",
}
FAILED = CREATED | {"status": "failed", "failure_reason": "The payment was declined."}
PAYMENT = {"client_secret": "pi_1_secret_2", "publishable_key": "pk_test_1", "stripe_account_id": "acct_1"}
CHARGER = {
    "public_code": "AB12",
    "name": "Car park",
    "online": True,
    "connectors": [
        {
            "connector_id": 1,
            "status": "Available",
            "standard": "IEC_62196_T2",
            "format": "SOCKET",
            "power_type": "AC_3_PHASE",
        }
    ],
    "pricing": CREATED["pricing"],
    "preauth_amount": 5000,
}


class Mock(NamedTuple):
    """One answer to one operation."""

    body: Any
    status: int = 200
    headers: dict[str, str] = LIMITS
    method: str = "POST"
    path: str = f"/sessions/{TOKEN}/confirm"

    def plain(self):
        """Return what a suite needs to mock this with any tool."""
        return {"method": self.method, "url": BASE + self.path} | {
            "json": self.body,
            "status": self.status,
            "headers": self.headers,
        }


def confirmed(session, **changes):
    """An answer to confirm, with fields changed."""
    return Mock({"data": session | changes})


def without(session, *names):
    """An answer to confirm, with fields left out."""
    return Mock({"data": {name: value for name, value in session.items() if name not in names}})


def _got(session, payment):
    limits = {"X-RateLimit-Limit": "30", "X-RateLimit-Remaining": "29"}
    return Mock({"data": session, "payment": payment}, 200, limits, "GET", f"/sessions/{TOKEN}")


def _started(**changes):
    limits = {"X-RateLimit-Limit": "3", "X-RateLimit-Remaining": "2"}
    return Mock(
        {"session_token": TOKEN, "data": CREATED, "payment": PAYMENT} | changes, 201, limits, path="/sessions"
    )


def _charger(charger, status=200):
    limits = {"X-RateLimit-Limit": "30", "X-RateLimit-Remaining": "29"}
    return Mock(charger, status, limits, "GET", "/chargers/AB12")


def _refused(status, message, path=f"/sessions/{TOKEN}/confirm", **more):
    return Mock({"message": message} | more, status, LIMITS, "POST", path)


TOO_MANY = LIMITS | {"X-RateLimit-Remaining": "0", "Retry-After": "30"}

GOOD = {
    "created": confirmed(CREATED),
    "authorized": confirmed(AUTHORIZED),
    "starting": confirmed(AUTHORIZED, status="starting"),
    "charging": confirmed(CHARGING),
    "stopping": confirmed(CHARGING, status="stopping"),
    "settling": confirmed(SETTLING),
    "captured": confirmed(CAPTURED),
    "no-charge": confirmed(SETTLING, status="no_charge", cost_amount=0, energy_kwh="0"),
    "capture-failed": confirmed(SETTLING, status="capture_failed"),
    "review": confirmed(SETTLING, status="requires_review"),
    "refunded": confirmed(CAPTURED, status="refunded"),
    "written-off": confirmed(SETTLING, status="written_off"),
    "failed": confirmed(FAILED),
    "abandoned": confirmed(FAILED, status="abandoned", failure_reason="The driver left."),
    "expired": confirmed(CREATED, status="expired"),
    "no-connector-status": confirmed(CHARGING, connector_status=None),
    "with-email": confirmed(CHARGING, driver_email="driver@example.org"),
    "other-offset": confirmed(CREATED, created_at="2026-01-10T13:00:00+01:00"),
    "get-created": _got(CREATED, PAYMENT),
    "get-charging": _got(CHARGING, None),
    "start": _started(),
    "charger": _charger({"data": CHARGER}),
    "not-found": _refused(404, "Not Found"),
    "not-cancellable": _refused(409, "The session can no longer be cancelled.", f"/sessions/{TOKEN}/cancel"),
    "invalid-email": _refused(
        422,
        "The email is invalid.",
        f"/sessions/{TOKEN}/receipt-email",
        errors={"email": ["The email is invalid."]},
    ),
    "too-many": Mock({"message": "Too Many Attempts."}, 429, TOO_MANY),
    "server-error": _refused(500, "Server Error"),
    "timeout": _refused(504, "The charger did not respond in time.", f"/sessions/{TOKEN}/stop"),
}
"""Answers that the API may give."""

BAD = {
    "status-null": confirmed(CREATED, status=None),
    "status-unknown": confirmed(CREATED, status="paid"),
    "connector-status-unknown": confirmed(CREATED, connector_status="Busy"),
    "connector-null": confirmed(CREATED, connector_id=None),
    "charger-null": confirmed(CREATED, charger=None),
    "pricing-null": confirmed(CREATED, pricing=None),
    "online-a-string": confirmed(CREATED, charger={"public_code": "AB12", "name": "Car park", "online": "yes"}),
    "currency-a-sign": confirmed(CREATED, pricing={"currency": "€", "price_per_kwh": 49, "start_fee": 35}),
    "price-in-euro": confirmed(CREATED, pricing={"currency": "EUR", "price_per_kwh": 0.49, "start_fee": 35}),
    "energy-a-number": confirmed(CHARGING, energy_kwh=3.21),
    "cost-a-string": confirmed(CHARGING, cost_amount="1.92"),
    "cost-beyond-hold": confirmed(CHARGING, cost_amount=5001),
    "timestamp-a-number": confirmed(CREATED, created_at=1768046400),
    "timestamp-no-date": confirmed(CREATED, created_at="yesterday"),
    "no-envelope": Mock(CREATED),
    "captured-without-amount": confirmed(CAPTURED, amount_captured=None, tax_amount=None),
    "captured-without-moment": confirmed(CAPTURED, captured_at=None),
    "captured-beyond-hold": confirmed(CAPTURED, amount_captured=5001),
    "tax-beyond-capture": confirmed(CAPTURED, tax_amount=193),
    "negative-cost": confirmed(CHARGING, cost_amount=-1),
    "charging-never-started": confirmed(CHARGING, charging_started_at=None),
    "created-yet-captured": confirmed(CREATED, captured_at="2026-01-10T12:21:00Z"),
    "healthy-with-reason": confirmed(CHARGING, failure_reason="The payment was declined."),
    "field-missing": without(CREATED, "driver_email"),
    "out-of-order": confirmed(CAPTURED, completed_at="2026-01-10T11:00:00Z"),
    "payment-after-created": _got(CHARGING, PAYMENT),
    "no-payment-while-created": _got(CREATED, None),
    "start-without-data": _started(data=None),
    "charger-without-data": _charger(CHARGER),
    "error-without-message": Mock({"error": "Not Found"}, 404),
    "invalid-without-fields": _refused(422, "The email is invalid.", f"/sessions/{TOKEN}/receipt-email"),
    "too-many-without-headers": Mock({"message": "Too Many Attempts."}, 429, {}),
    "too-many-with-other-words": Mock({"message": "Slow down!"}, 429, TOO_MANY),
    "not-limited-as-documented": Mock({"data": CREATED}, 200, LIMITS | {"X-RateLimit-Limit": "60"}),
    "timeout-with-other-words": _refused(504, "Gateway Time-out", f"/sessions/{TOKEN}/stop"),
}
"""Answers that the API can't give, as far as that is documented or follows from it."""
