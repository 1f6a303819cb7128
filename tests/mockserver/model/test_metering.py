from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugproof_contracts import Pricing
from plugproof_contracts.facts.billing import cost, energy_for, energy_text, included_tax
from plugproof_mockserver.model.metering import delivered, time_to_deliver
from plugproof_mockserver.model.timestamps import SECOND

HALF = Fraction(1, 2)
watt_hours = st.integers(1, 10**9)
watts = st.integers(1, 10**6)
holds = st.integers(0, 10**12)
pricings = st.builds(
    Pricing, currency=st.just("EUR"), price_per_kwh=st.integers(1, 10**6), start_fee=st.integers(0, 10**6)
)


def euros(price_per_kwh: int, start_fee: int = 0) -> Pricing:
    return Pricing("EUR", price_per_kwh, start_fee)


@pytest.mark.parametrize(
    ("wh", "price", "amount"),
    [(1, 499, 0), (1, 500, 1), (1, 501, 1), (3, 500, 2), (1000, 49, 49), (1001, 499, 499)],
)
def test_half_a_cent_is_rounded_up(wh, price, amount):
    assert cost(wh, euros(price), 5000) == amount


@given(watt_hours, pricings, holds)
def test_a_cost_is_rounded_half_up_and_capped_at_the_hold(wh, pricing, hold):
    """A cost is the fee and the energy, rounded half up and capped at the hold."""
    exact = pricing.start_fee + floor(Fraction(wh * pricing.price_per_kwh, 1000) + HALF)
    found = cost(wh, pricing, hold)
    assert found == min(hold, exact)
    assert type(found) is int


@given(pricings, holds)
def test_no_energy_costs_nothing_not_even_the_start_fee(pricing, hold):
    assert cost(0, pricing, hold) == 0


@given(pricings, holds)
def test_the_hold_is_used_up_by_this_energy_and_by_no_less(pricing, hold):
    least = energy_for(hold, pricing)
    assert type(least) is int
    assert cost(least, pricing, hold) == hold
    assert least == 1 or cost(least - 1, pricing, hold) < hold


@pytest.mark.parametrize(("amount", "vat", "tax"), [(121, 2100, 21), (5000, 2100, 868), (1, 10_000, 1), (7, 0, 0)])
def test_the_tax_is_contained_in_the_amount(amount, vat, tax):
    assert included_tax(amount, vat) == tax


@given(st.integers(0, 10**12), st.integers(0, 10_000))
def test_the_tax_is_rounded_half_up_and_at_most_the_amount(amount, vat):
    """The tax is rounded half up and is never more than the amount."""
    found = included_tax(amount, vat)
    assert found == floor(Fraction(amount * vat, 10_000 + vat) + HALF)
    assert 0 <= found <= amount


@given(watt_hours, watts)
def test_the_time_to_deliver_is_the_first_such_moment(wh, power):
    """The time to deliver an energy is the first moment at which it is delivered."""
    moment = time_to_deliver(wh, power)
    assert delivered(power, moment) >= wh
    assert delivered(power, moment - 1) < wh


def test_an_hour_delivers_the_power_and_the_past_nothing():
    """An hour delivers the power, and the past delivers nothing."""
    assert delivered(11_000, 3600 * SECOND) == 11_000
    assert delivered(11_000, -1) == 0


@given(st.integers(0, 10**12))
def test_energy_is_written_in_kwh_with_three_places(wh):
    text = energy_text(wh)
    assert Decimal(text) * 1000 == wh
    assert len(text.partition(".")[2]) == 3
