"""Energy and money in whole numbers: watt-hours, and minor units of the currency."""

from plugproof_contracts import Pricing
from plugproof_mockserver.model.timestamps import SECOND

_HOUR = 3600 * SECOND


def energy_text(watt_hours: int) -> str:
    """Write energy as the API does: a decimal string in kWh, with three places (assumed)."""
    return f"{watt_hours // 1000}.{watt_hours % 1000:03d}"


def delivered(watts: int, duration: int) -> int:
    """Return the whole watt-hours that `watts` deliver in `duration` microseconds."""
    return watts * max(0, duration) // _HOUR


def time_to_deliver(watt_hours: int, watts: int) -> int:
    """Return the microseconds after which `watts` have delivered `watt_hours`."""
    return -(-watt_hours * _HOUR // watts)


def cost(watt_hours: int, pricing: Pricing, hold: int) -> int:
    """Return what the energy costs, rounded half up and never more than the hold; no energy costs nothing."""
    if watt_hours == 0:
        return 0
    return min(hold, pricing.start_fee + (2 * watt_hours * pricing.price_per_kwh + 1000) // 2000)


def energy_for(hold: int, pricing: Pricing) -> int:
    """Return the least watt-hours that use the hold up; at least 1."""
    due = hold - pricing.start_fee
    return max(1, -(-(2000 * due - 1000) // (2 * pricing.price_per_kwh)))


def included_tax(amount: int, vat_percent_hundredths: int) -> int:
    """Return the tax that is contained in an amount, rounded half up; 21 % is 2100."""
    whole = 10_000 + vat_percent_hundredths
    return (2 * amount * vat_percent_hundredths + whole) // (2 * whole)
