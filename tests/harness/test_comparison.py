"""What a client shows is compared by its value, and by nothing that only looks alike."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from plugproof_harness.laws.comparison import differences

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
TOLD = "2026-01-10T12:00:00.000000Z"


class Incomparable:
    """What some types of arrays do."""

    def __eq__(self, other):
        raise ValueError("ambiguous")

    __hash__ = None


@pytest.mark.parametrize(
    ("shown", "told", "is_same"),
    [
        ("charging", "charging", True),
        ("charging", "captured", False),
        (None, None, True),
        (None, 0, False),
        (0, 0, True),
        (1, 1.0, True),
        (True, 1, False),
        (1, True, False),
        (False, 0, False),
        (True, True, True),
        (TOLD, TOLD, True),
        (NOON, TOLD, True),
        (NOON.astimezone(timezone(timedelta(hours=1))), TOLD, True),
        (NOON + timedelta(microseconds=1), TOLD, False),
        (NOON.replace(tzinfo=None), TOLD, False),
        (NOON, None, False),
        (Decimal("4.2"), "4.200", True),
        (4.2, "4.200", True),
        (Decimal("4.21"), "4.200", False),
        (4.2, None, False),
        (4.2, "much", False),
        (Decimal(1), "much", False),
        ([1], [1], True),
        (Incomparable(), 1, False),
    ],
)
def test_a_field_is_true_where_its_value_is_the_same(shown, told, is_same):
    """Moments and numbers may be of the types of the client."""
    assert (list(differences({"field": shown}, {"field": told, "other": 1})) == []) is is_same


def test_each_difference_names_its_field_and_both_values():
    """Whoever reads it need not look for either."""
    shown, told = {"status": "captured", "cost_amount": 0}, {"status": "charging", "cost_amount": None}
    assert list(differences(shown, told)) == [
        "status is 'captured', and should be 'charging'",
        "cost_amount is 0, and should be None",
    ]
