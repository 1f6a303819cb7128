"""Tariff, tax and their rounding (assumed), in whole numbers: watt-hours, and minor units of the currency.

The reference names the amounts and not how they come about. The fake and the strategies both compute them here.
"""

from plugproof_contracts.facts.session import Pricing

VAT_PERCENT = 21
"""The rate that is contained in every amount."""


def energy_text(watt_hours: int) -> str:
    """Write energy as the API does: a decimal string in kWh, with three places."""
    return f"{watt_hours // 1000}.{watt_hours % 1000:03d}"


def cost(watt_hours: int, pricing: Pricing, hold: int) -> int:
    """Return what the energy costs, rounded half up and never more than the hold; no energy costs nothing."""
    if watt_hours == 0:
        return 0
    return min(hold, pricing.start_fee + (2 * watt_hours * pricing.price_per_kwh + 1000) // 2000)


def energy_for(hold: int, pricing: Pricing) -> int:
    """Return the least watt-hours that use the hold up; at least 1."""
    due = hold - pricing.start_fee
    return max(1, -(-(2000 * due - 1000) // (2 * pricing.price_per_kwh)))


def included_tax(amount: int, vat_percent_hundredths: int = VAT_PERCENT * 100) -> int:
    """Return the tax that is contained in an amount, rounded half up; 21 % is 2100."""
    whole = 10_000 + vat_percent_hundredths
    return (2 * amount * vat_percent_hundredths + whole) // (2 * whole)
