"""Which values a member may have: words, ranges, amounts, and decimals."""

from collections.abc import Callable
from typing import Any

from benchmarks.power.fact import (
    Base,
    Fact,
    Ways,
    answers,
    by,
    documented,
    inferred,
    is_charger,
    is_session,
    made,
    only,
    to,
)

NO_STATUSES = (
    "paused",
    "Charging",
    "CAPTURED",
    "no-charge",
    "",
    "authorised",
    "cancelled",
    "pending",
    "finished ",
)
NO_CONNECTOR_STATUSES = (
    "available",
    "Occupied",
    "SuspendedEv",
    "Suspended",
    "",
    "CHARGING",
    "Offline",
    "Finished",
)
NO_CURRENCIES = ("eur", "Eur", "EU", "EURO", "€", "", "978", "E R", "EUR ", "ЕUR")
NO_CODES_OF_4217 = ("ERU", "ZZZ")
"""Three capital letters that no currency has."""
NO_NUMBERS = (0, -1, 101, 65_535)
NO_DECIMALS = ("4,70", "1,5", "4.2 kWh", "NaN", "", " 4.2", "1.000,5", "0x10", "٣", "1 000")
NOT_PLAIN = ("-0.1", "1e3", ".5", "5.", "+1")
NO_EMAILS = ("", "driver", "@example.org", "driver@", "dri ver@example.org", f"{'d' * 250}@example.org")
AMOUNTS = ("amount_authorized", "cost_amount", "amount_captured", "tax_amount")


def _same_case(old: str) -> str:
    return old.swapcase()


def _above(most: str, more: Callable[[int], int]) -> Callable[[Base], Any]:
    """Make an amount that exceeds another one."""

    def make(base: Base) -> Any:
        allowed = base.value(f"data/{most}")
        return more(allowed) if isinstance(allowed, int) else None

    return make


def _exceeds(amount: str, most: str) -> Ways:
    path = f"data/{amount}"
    ways = [
        *made(path, f"is one more than {most}", _above(most, lambda allowed: allowed + 1)),
        *made(path, f"is twice {most} and one", _above(most, lambda allowed: 2 * allowed + 1)),
        *made(path, f"is {most} in hundredths of its units", _above(most, lambda allowed: 100 * allowed + 100)),
    ]
    return only(ways, lambda base: isinstance(base.value(path), int))


def _negative(path: str) -> Ways:
    return [*to(path, -1, -2_147_483_648), *by(path, "has its sign changed", lambda old: -old if old else -7)]


FACTS: tuple[Fact, ...] = (
    documented(
        "confirm-payment#response.status",
        "words",
        only(to("data/status", *NO_STATUSES), is_session),
        by("data/status", "is in capitals", str.upper),
        by("data/status", "has a space before it", lambda old: f" {old}"),
    ),
    documented(
        "confirm-payment#response.connector_status",
        "words",
        to("data/connector_status", *NO_CONNECTOR_STATUSES),
        by("data/connector_status", "changes its case", _same_case),
    ),
    documented(
        "get-charger#response.connectors.status",
        "words",
        to("data/connectors/0/status", *NO_CONNECTOR_STATUSES),
        to("data/connectors/1/status", *NO_CONNECTOR_STATUSES),
    ),
    documented("charger-settings#currency", "words", to("data/pricing/currency", *NO_CURRENCIES)),
    documented("charger-settings#currency", "words", to("data/pricing/currency", *NO_CODES_OF_4217)),
    documented("charger-settings#price_per_kwh", "ranges", to("data/pricing/price_per_kwh", 0, -1, -49)),
    documented("charger-settings#start_fee", "ranges", to("data/pricing/start_fee", -1, -35)),
    inferred(
        "start-session#request.connector_id", "ranges", only(to("data/connector_id", *NO_NUMBERS), is_session)
    ),
    inferred(
        "start-session#request.connector_id",
        "ranges",
        to("data/connectors/0/connector_id", *NO_NUMBERS),
        to("data/connectors/1/connector_id", *NO_NUMBERS),
    ),
    inferred(
        "start-session#request.code",
        "ranges",
        to("data/charger/public_code", "", "ELEVENCHARS", "A" * 64),
        only(to("data/public_code", "", "ELEVENCHARS", "A" * 64), is_charger),
    ),
    inferred(
        "set-receipt-email#request.email",
        "ranges",
        only(to("data/driver_email", *NO_EMAILS), lambda base: not base.asked),
    ),
    inferred(
        "start-session#response.session_token",
        "ranges",
        only(to("session_token", "", "a/b", "a b", "a?b", "a#b"), answers("start")),
    ),
    *[inferred(f"confirm-payment#response.{name}", "money", _negative(f"data/{name}")) for name in AMOUNTS],
    inferred("get-charger#response.preauth_amount", "money", _negative("data/preauth_amount")),
    documented("confirm-payment#response.cost_amount", "money", _exceeds("cost_amount", "amount_authorized")),
    inferred(
        "confirm-payment#response.amount_captured", "money", _exceeds("amount_captured", "amount_authorized")
    ),
    inferred("confirm-payment#response.tax_amount", "money", _exceeds("tax_amount", "amount_captured")),
    inferred(
        "confirm-payment#response.energy_kwh",
        "money",
        to("data/energy_kwh", *NOT_PLAIN),
        by("data/energy_kwh", "has a sign before it", lambda old: f"-{old}"),
    ),
    documented(
        "confirm-payment#response.energy_kwh",
        "money",
        to("data/energy_kwh", *NO_DECIMALS),
        by("data/energy_kwh", "has a unit behind it", lambda old: f"{old}kWh"),
        by("data/energy_kwh", "has a decimal comma", lambda old: old.replace(".", ",")),
    ),
)
