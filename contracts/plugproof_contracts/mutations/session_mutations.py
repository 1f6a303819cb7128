"""Values that the reference does not allow, and sessions that cannot be: money, time and status."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.assumptions import TIMED_OUT
from plugproof_contracts.facts.session import TIMESTAMPS, Status
from plugproof_contracts.facts.session_lifecycle import CANCELLABLE, ENTERED_CHARGING, TERMINAL
from plugproof_contracts.mutations.mutation import Change, Mutation, Needs, document, each, put, to, values
from plugproof_contracts.rules.families.status_rules import (
    HEALTHY,
    ONCE_CHARGING,
    OUT_OF_ORDER,
    UNFINISHED,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PAID_OUT = frozenset({Status.CAPTURED, Status.REFUNDED})
_CHARGER, _A_CONNECTOR, _START = Needs(("charger",)), Needs(("charger",), connectors=True), Needs(("start",))
_CREATED = frozenset({Status.CREATED})


def _with(*present: str, absent: tuple[str, ...] = ()) -> Needs:
    return Needs(present=frozenset(present), absent=frozenset(absent))


def _only(*statuses: Status) -> Needs:
    return Needs(("get",), statuses=frozenset(statuses))


_NO_CODES = ("", "ELEVENCHARS", "X" * 300)
_NO_CURRENCIES = ("eur", "Eur", "€", "EURO", "EU", "", "978", "EUR ")
_UNLISTED_CURRENCIES = ("ERU", "ZZZ", "AAA", "DEM")
_NO_STATUSES = ("paused", "CHARGING", "Captured", "cancelled", "completed", "", " charging", "no-charge")
_NO_CONNECTOR_STATUSES = ("available", "OCCUPIED", "Occupied", "Suspended", "suspendedEV", "", "unknown")
_NO_NUMBERS = (0, -1, 101, 2**31 - 1)
_NO_EMAILS = ("", "driver", "@", "driver@", "@example.org", "a driver@example.org", f"{'d' * 250}@example.org")

VALUES: tuple[Mutation, ...] = (
    *values("values.status", "data/status", _NO_STATUSES),
    *values("values.connector-status", "data/connector_status", _NO_CONNECTOR_STATUSES, _with("connector_status")),
    *values("values.charger-connector-status", "data/connectors/0/status", _NO_CONNECTOR_STATUSES, _A_CONNECTOR),
    *values("values.connector-id", "data/connector_id", _NO_NUMBERS),
    *values("values.charger-connector-id", "data/connectors/0/connector_id", _NO_NUMBERS, _A_CONNECTOR),
    *values("values.public-code", "data/charger/public_code", _NO_CODES),
    *each(
        "values.public-code",
        ((f"data/public_code is {json.dumps(code)}", put("data/public_code", code)) for code in _NO_CODES),
        _CHARGER,
        frozenset({"request.same-charger"}),
    ),
    *values("values.currency", "data/pricing/currency", _NO_CURRENCIES),
    *values("values.currency", "data/pricing/currency", _NO_CURRENCIES, _CHARGER),
    *values("values.known-currency", "data/pricing/currency", _UNLISTED_CURRENCIES),
    *values("values.known-currency", "data/pricing/currency", _UNLISTED_CURRENCIES, _CHARGER),
    *values("values.price-per-kwh", "data/pricing/price_per_kwh", (0, -1, -45)),
    *values("values.price-per-kwh", "data/pricing/price_per_kwh", (0, -1, -45), _CHARGER),
    *values("values.start-fee", "data/pricing/start_fee", (-1, -50)),
    *values("values.start-fee", "data/pricing/start_fee", (-1, -50), _CHARGER),
    *values("values.driver-email", "data/driver_email", _NO_EMAILS),
    *values(
        "values.session-token", "session_token", ("", "a/b", "a b", "a?b", "a#b", "a%2Fb", "ü", "a+b="), _START
    ),
    *(
        defect
        for name in ("client_secret", "publishable_key", "stripe_account_id")
        for needs in (_START, _only(Status.CREATED))
        for defect in values("values.payment", f"payment/{name}", ("",), needs)
    ),
)


# Money.


def _above(name: str, by: int) -> Change:
    """Let the document's other amount be exceeded."""
    most = {
        "cost_amount": "amount_authorized",
        "amount_captured": "amount_authorized",
        "tax_amount": "amount_captured",
    }
    return put(f"data/{name}", lambda whole: whole["data"][most[name]] + by)


_MUCH = (1, 2, 100, 1_000_000)
_NO_DECIMALS = ("4,70", "1,5", "1.000,5", "", " 4.2", "4.2 kWh", ".", "NaN", "0x10", "٣", "1_0")
_NOT_PLAIN = ("-0.1", "-5", "1e3", "1E-3", ".5", "5.", "+1")

MONEY: tuple[Mutation, ...] = (
    *values(
        "money.not-negative",
        "data/amount_authorized",
        (-1, -5000),
        Needs(present=frozenset({"amount_authorized"}), absent=frozenset({"cost_amount", "amount_captured"})),
    ),
    *values("money.not-negative", "data/cost_amount", (-1, -239), _with("cost_amount")),
    *values(
        "money.not-negative", "data/amount_captured", (-1, -239), _with("amount_captured", absent=("tax_amount",))
    ),
    *values("money.not-negative", "data/tax_amount", (-1, -41), _with("tax_amount")),
    *values("money.not-negative", "data/preauth_amount", (-1, -5000), _CHARGER),
    *each(
        "money.cost-within-hold",
        ((f"the cost is {n} above the hold", _above("cost_amount", n)) for n in _MUCH),
        _with("cost_amount", "amount_authorized"),
    ),
    *each(
        "money.capture-within-hold",
        ((f"captured is {n} above the hold", _above("amount_captured", n)) for n in _MUCH),
        _with("amount_captured", "amount_authorized"),
    ),
    *each(
        "money.tax-within-capture",
        ((f"the tax is {n} above what is captured", _above("tax_amount", n)) for n in _MUCH),
        _with("amount_captured", "tax_amount"),
    ),
    *values("money.energy-decimal", "data/energy_kwh", _NO_DECIMALS, _with("energy_kwh")),
    *values("money.energy-plain", "data/energy_kwh", _NOT_PLAIN, _with("energy_kwh")),
)


# Time.


_NO_TIMES = (
    "",
    "2026-01-10",
    "2026-01-10 11:00:00",
    "10.01.2026 11:00",
    "1768042800",
    "11:00:00Z",
    "2026-02-30T11:00:00Z",
    "2026-13-01T11:00:00Z",
    "2026-01-10T25:00:00Z",
    "Sat, 10 Jan 2026 11:00:00 GMT",
    "now",
)


def _second(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _iso(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def _times(data: dict[str, Any]) -> list[tuple[str, int]]:
    return [(name, _second(data[name])) for name in TIMESTAMPS if data[name]]


def _shift(which: int, after: int, by: int) -> Change:
    """Put one of the set timestamps some seconds after another, by their places in the order of life."""

    def edit(whole: Any) -> None:
        times = _times(whole["data"])
        whole["data"][times[which][0]] = _iso(times[after][1] + by)

    return document(edit)


def _without_offset(name: str) -> Change:
    return put(f"data/{name}", lambda whole: _iso(_second(whole["data"][name]))[:-1])


def _future(seconds: int) -> Change:
    """Put the latest timestamp so far past the answer itself."""

    def change(exchange: Exchange) -> Exchange:
        sent = int((exchange.at or _EPOCH).timestamp())
        name, _ = _times(json.loads(exchange.body or b"")["data"])[-1]
        return put(f"data/{name}", _iso(sent + seconds))(exchange)

    return change


TIME: tuple[Mutation, ...] = (
    *(defect for name in TIMESTAMPS for defect in values("time.iso8601", f"data/{name}", _NO_TIMES, _with(name))),
    *(Mutation("time.offset", f"{name} has no offset", _without_offset(name), _with(name)) for name in TIMESTAMPS),
    *each(
        "time.order",
        (
            ("the second is a second before the first", _shift(1, 0, -1)),
            ("the second is a year before the first", _shift(1, 0, -31_536_000)),
            ("the last is an hour before the one before it", _shift(-1, -2, -3600)),
            ("the first is half a minute after the last", _shift(0, -1, 30)),
        ),
        _with("authorized_at", "charging_started_at"),
    ),
    *each(
        "time.not-in-future",
        ((f"the latest is {n} seconds past the answer", _future(n)) for n in (61, 3600, 86_400, 31_536_000)),
        _with("created_at"),
    ),
)


# Status.


def _null(name: str, where: frozenset[Status], rule: str) -> tuple[Mutation, ...]:
    return values(rule, f"data/{name}", (None,), Needs(statuses=where))


def _started(name: str) -> Change:
    return put(f"data/{name}", lambda whole: whole["data"]["charging_started_at"])


def _answers(rule: str, operation: str, statuses: Iterable[Status]) -> tuple[Mutation, ...]:
    """Return a defect for every status that an operation may not answer with."""
    return tuple(
        Mutation(rule, f"{operation} answers {status}", to(operation), _only(status))
        for status in sorted(statuses)
    )


_PAYMENT = {"client_secret": "pi_1_secret_2", "publishable_key": "pk_test_1", "stripe_account_id": "acct_1"}

STATUS: tuple[Mutation, ...] = (
    *_null("amount_captured", _PAID_OUT, "status.captured-has-capture"),
    *_null("captured_at", _PAID_OUT, "status.captured-has-capture"),
    *_null("authorized_at", ENTERED_CHARGING, "status.charging-has-started"),
    *_null("charging_started_at", ENTERED_CHARGING, "status.charging-has-started"),
    *each(
        "status.created-is-new",
        (
            (f"{name} is that of its creation", put(f"data/{name}", lambda whole: whole["data"]["created_at"]))
            for name in TIMESTAMPS[1:]
        ),
        Needs(("get", "confirm"), statuses=_CREATED, present=frozenset({"created_at"})),
    ),
    *each(
        "status.nothing-ahead",
        (
            (f"{name} is that of {shown}", put(f"data/{name}", lambda whole, shown=shown: whole["data"][shown]))
            for name, shown in (("charging_started_at", "authorized_at"), ("captured_at", "authorized_at"))
        ),
        Needs(statuses=frozenset({Status.AUTHORIZED, Status.STARTING}), present=frozenset({"authorized_at"})),
    ),
    *each(
        "status.nothing-ahead",
        ((f"{name} is that of the start", _started(name)) for name in ("completed_at", "captured_at")),
        Needs(statuses=frozenset({Status.CHARGING}), present=frozenset({"charging_started_at"})),
    ),
    *values("status.healthy-has-no-failure", "data/failure_reason", (TIMED_OUT, ""), Needs(statuses=HEALTHY)),
    *_answers("status.stop-stops", "stop", {Status.CHARGING, *CANCELLABLE}),
    *_answers("status.cancel-ends", "cancel", UNFINISHED),
    *_answers("status.cancel-before-charging", "cancel", ONCE_CHARGING),
    *_answers(
        "status.cancelled-is-abandoned", "cancel", set(Status) - UNFINISHED - ONCE_CHARGING - {Status.ABANDONED}
    ),
    *values("status.started-where-possible", "data/charger/online", (False,), _START),
    *values("status.started-where-possible", "data/connector_status", sorted(OUT_OF_ORDER), _START),
    *_answers("status.receipt-before-end", "receipt-email", TERMINAL),
    *values("status.payment-while-created", "payment", (None,), _only(Status.CREATED)),
    *values("status.no-payment-later", "payment", (_PAYMENT,), _only(*set(Status) - _CREATED)),
)
