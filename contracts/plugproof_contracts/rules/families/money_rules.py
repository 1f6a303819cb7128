"""Amounts and energy: minor units as integers, kWh as a decimal string."""

import re

from plugproof_contracts.facts.level import Level
from plugproof_contracts.parsing.finding import Finding
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.rules.catalogue import SESSION_OPERATIONS, Findings, Subject, rule
from plugproof_contracts.rules.examples import success

AMOUNTS = ("amount_authorized", "cost_amount", "amount_captured", "tax_amount", "preauth_amount")
DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
ENERGY = re.compile(r"[0-9]+(\.[0-9]+)?")


def _at_most(answer: ParsedResponse, amount: str, most: str) -> Findings:
    """Yield a finding if one amount exceeds another."""
    found, allowed = answer.field(amount), answer.field(most)
    if found > allowed:
        yield Finding(f"/data/{amount}", f"at most {most}, {allowed}", found)


@rule(
    "money.not-negative",
    Level.INFERRED,
    source="confirm-payment#response.cost_amount",
    on=Subject.SUCCESS,
    fields=AMOUNTS,
    least=1,
    conforming=[success("get", "captured"), success(cost_amount=0), success("charger")],
    violating=[
        success("get", "authorized", amount_authorized=-1),
        success(cost_amount=-1),
        success("get", "captured", amount_captured=-1, tax_amount=None),
        success("get", "captured", tax_amount=-1),
        success("charger", preauth_amount=-1),
    ],
)
def not_negative(answer: ParsedResponse) -> Findings:
    """No amount is negative.

    These are holds, costs and captures; a negative one shows the driver a credit that nobody owes."""
    for name in AMOUNTS:
        found = answer.field(name)
        if found is not None and found < 0:
            yield Finding(f"/data/{name}", "an integer of at least 0", found)


@rule(
    "money.cost-within-hold",
    Level.DOCUMENTED,
    source="confirm-payment#response.cost_amount",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=("cost_amount", "amount_authorized"),
    conforming=[success(cost_amount=5000, amount_authorized=5000)],
    violating=[success(cost_amount=5001, amount_authorized=5000)],
)
def cost_within_hold(answer: ParsedResponse) -> Findings:
    """The running cost is capped at the hold.

    The page shows it next to the hold as the most that can be charged; a cost above it breaks that promise."""
    yield from _at_most(answer, "cost_amount", "amount_authorized")


@rule(
    "money.capture-within-hold",
    Level.INFERRED,
    source="confirm-payment#response.amount_captured",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=("amount_captured", "amount_authorized"),
    conforming=[success("get", "captured", amount_captured=5000)],
    violating=[success("get", "captured", amount_captured=5001)],
)
def capture_within_hold(answer: ParsedResponse) -> Findings:
    """No more is captured than was held.

    Stripe cannot capture above the authorisation, and the driver agreed to no more."""
    yield from _at_most(answer, "amount_captured", "amount_authorized")


@rule(
    "money.tax-within-capture",
    Level.INFERRED,
    source="confirm-payment#response.tax_amount",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=("tax_amount", "amount_captured"),
    conforming=[success("get", "captured", tax_amount=239), success("get", "captured", tax_amount=0)],
    violating=[success("get", "captured", tax_amount=240)],
)
def tax_within_capture(answer: ParsedResponse) -> Findings:
    """The tax is a part of the captured amount.

    A receipt subtracts it to show the net price, which would fall below zero."""
    yield from _at_most(answer, "tax_amount", "amount_captured")


@rule(
    "money.energy-decimal",
    Level.DOCUMENTED,
    source="confirm-payment#response.energy_kwh",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=("energy_kwh",),
    conforming=[success(energy_kwh=text) for text in ("0", "0.000", "12.3456", "007.5")],
    violating=[
        success(energy_kwh=text) for text in ("4,70", "", "4.2 kWh", " 4.2", "1.000,5", "0x10", "NaN", "٣")
    ],
)
def energy_decimal(answer: ParsedResponse) -> Findings:
    """The energy is a decimal number in a string.

    Decimal parsers refuse anything else: a comma where the point belongs, a unit, or nothing at all."""
    found = answer.field("energy_kwh")
    if not DECIMAL.fullmatch(found):
        yield Finding("/data/energy_kwh", "a decimal number, such as 4.70", found)


@rule(
    "money.energy-plain",
    Level.INFERRED,
    source="confirm-payment#response.energy_kwh",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=("energy_kwh",),
    conforming=[success(energy_kwh=text) for text in ("0", "0.000", "12.3456", "007.5")],
    violating=[success(energy_kwh=text) for text in ("-0.1", "1e3", ".5", "5.", "+1")],
)
def energy_plain(answer: ParsedResponse) -> Findings:
    """The energy is a plain decimal that is not negative: digits, and perhaps a point and digits.

    Clients hand the string to a decimal parser or show it as it is; signs, exponents and units surprise both."""
    found = answer.field("energy_kwh")
    if DECIMAL.fullmatch(found) and not ENERGY.fullmatch(found):
        yield Finding("/data/energy_kwh", "digits, perhaps a point and more digits", found)
