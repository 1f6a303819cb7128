"""The shortest life has what is needed for its failure, and nothing else."""

import pytest

from plugproof_harness import BrokenLawError
from plugproof_harness.runs.steps import Step
from plugproof_harness.search.shrinking import MOST_FOR_PAIRS, shrink


class FoundError(BrokenLawError):
    """Remembers the life in which it came."""

    def __init__(self, steps):
        super().__init__(lambda: "found")
        self.waits = [int(step.arguments[0]) for step in steps]


class OtherError(FoundError):
    pass


def waits(count):
    return [Step("wait", (str(number),)) for number in range(count)]


def breaking(when, otherwise=None):
    """Lives that go wrong when the waits that are left are such."""

    def lives(steps):
        found = FoundError(steps)
        return found if when(set(found.waits)) else otherwise and otherwise(steps)

    return lives


@pytest.mark.parametrize("needed", [set(), {0}, {9}, {3}, {1, 7}, {0, 9}, {4, 5}, {0, 2, 4, 6, 8}, set(range(10))])
@pytest.mark.parametrize("otherwise", [None, OtherError])
def test_every_step_that_is_not_needed_is_left_out(needed, otherwise):
    """What is left is exactly what the failure needs."""
    found = shrink(waits(10), breaking(needed.issubset, otherwise), FoundError)
    assert type(found) is FoundError
    assert found.waits == sorted(needed)


@pytest.mark.parametrize("otherwise", [None, OtherError])
def test_what_does_not_come_again_has_no_shortest_run(otherwise):
    """Nor has a failure of another kind."""
    assert shrink(waits(10), breaking(lambda left: False, otherwise), FoundError) is None


@pytest.mark.parametrize(
    ("needed", "length"),
    [(1, 1), (MOST_FOR_PAIRS - 2, MOST_FOR_PAIRS - 2), (MOST_FOR_PAIRS - 1, MOST_FOR_PAIRS + 1)],
)
def test_two_steps_that_need_each_other_go_together(needed, length):
    """While the run is short enough to try every pair."""
    one, other = 3, 8
    rest = [number for number in range(MOST_FOR_PAIRS + 1) if number not in (one, other)][:needed]
    found = shrink(
        waits(MOST_FOR_PAIRS + 1),
        breaking(lambda left: left.issuperset(rest) and (one in left) == (other in left)),
        FoundError,
    )
    assert len(found.waits) == length


def test_a_long_run_is_shortened_in_large_pieces_first():
    """Half of it, then quarters, and so on."""
    tried = []

    def lives(steps):
        tried.append(len(steps))
        return FoundError(steps)

    assert shrink(waits(64), lives, FoundError).waits == []
    assert tried[:3] == [64, 32, 0]
