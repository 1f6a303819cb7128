"""What nights say about how often a fact breaks: never less than the exact bound."""

from math import comb

import pytest

from plugproof_contracts.evidence.night_bound import claim
from plugproof_contracts.learning.binomial_bound import upper_bound


@pytest.mark.parametrize("nights", [1, 2, 7, 31, 365, 5000])
def test_a_fact_that_never_broke_has_the_closed_form(nights):
    assert upper_bound(nights, 0) == pytest.approx(1 - 0.05 ** (1 / nights), abs=1e-9)


@pytest.mark.parametrize(("nights", "broken"), [(7, 1), (31, 2), (31, 30), (100, 50)])
def test_a_bound_leaves_five_percent_below_it(nights, broken):
    part = upper_bound(nights, broken)
    below = sum(comb(nights, k) * part**k * (1 - part) ** (nights - k) for k in range(broken + 1))
    assert below == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize(
    ("nights", "broken", "told"),
    [
        (0, 0, ""),
        (1, 0, "on 1 night; breaks on fewer than 95 % of nights, 95 %"),
        (31, 0, "on 31 nights; breaks on fewer than 10 % of nights, 95 %"),
        (31, 2, "on 31 nights, broken on 2; breaks on fewer than 19 % of nights, 95 %"),
        (3, 3, "on 3 nights, broken on each"),
    ],
)
def test_a_claim_names_its_nights_and_its_bound(nights, broken, told):
    assert claim(nights, broken) == told


def test_more_nights_never_loosen_a_bound():
    bounds = [upper_bound(nights, 0) for nights in range(1, 100)]
    assert bounds == sorted(bounds, reverse=True)
