"""What came of a scenario."""

from collections.abc import Sequence
from statistics import quantiles
from typing import NamedTuple

MOST_TOLD = 20
"""Losses that are told one by one; of more, only the number is."""


class Outcome(NamedTuple):
    """The figures of a run in a few words, and each thing in which it misses the target."""

    figures: str
    losses: tuple[str, ...] = ()

    def report(self) -> str:
        """Return the run as lines for a terminal."""
        told = [f"  MISSED: {loss}" for loss in self.losses[:MOST_TOLD]]
        rest = len(self.losses) - MOST_TOLD
        return "\n".join([self.figures, *told, *([f"  and {rest} more"] if rest > 0 else [])])


def slower_than(limit: float, times: Sequence[float], what: str) -> list[str]:
    """Return one loss if any time, in seconds, is beyond a limit."""
    late = [time for time in times if time > limit]
    if not late:
        return []
    return [f"{len(late):,} of {len(times):,} {what} took longer than {1000 * limit:.0f} ms"]


def spread(times: Sequence[float]) -> str:
    """Return the median, the 99th percentile and the slowest of some seconds, as milliseconds."""
    if not times:
        return "none"
    cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else [times[0]] * 99
    return f"median {1000 * cuts[49]:.0f} ms, p99 {1000 * cuts[98]:.0f} ms, slowest {1000 * max(times):.0f} ms"
