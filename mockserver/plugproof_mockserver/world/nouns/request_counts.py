"""What was asked so far, in numbers: they only grow, whatever is reset or ends."""

from collections import Counter
from enum import StrEnum
from typing import NamedTuple


class LimiterName(StrEnum):
    """The limits of the API: the hits of an address on an operation, and the sessions of a charger."""

    ADDRESS = "address"
    CHARGER = "charger"


class RequestCounts(NamedTuple):
    """Answers by operation (None where no operation is) and status, refusals by limiter, and faults by kind."""

    answers: Counter[tuple[str | None, int]]
    refusals: Counter[LimiterName]
    faults: Counter[str]

    @classmethod
    def begin(cls) -> "RequestCounts":
        """Return counts of nothing yet."""
        return cls(Counter(), Counter(), Counter())
