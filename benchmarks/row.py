"""One measurement, and what several runs of it say."""

import json
import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

ROUNDS = 7
"""How often A and B are run in turn; the machine's speed drifts, so only pairs are compared."""


class Row(NamedTuple):
    """One line of the table: what was measured, our figure, the figure it is compared with, and the target."""

    measure: str
    ours: str
    other: str
    ratio: str
    target: str


def in_turn(a: Callable[[], float], b: Callable[[], float], rounds: int = ROUNDS) -> list[tuple[float, float]]:
    """Run A and B in turn and return the pairs, after one run of each that does not count."""
    a(), b()
    return [(a(), b()) for _ in range(rounds)]


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def ratio(pairs: list[tuple[float, float]]) -> str:
    """Return the median of A/B over the pairs, with its extremes."""
    ratios = sorted(a / b for a, b in pairs)
    return f"{median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"


def picture(rows: Sequence[Row]) -> list[str]:
    """Return the ratios of the rows as a chart that Markdown shows, or nothing if there are none."""
    bars = [(row.measure.partition(",")[0], row.ratio.partition(" ")[0]) for row in rows if row.ratio]
    if not bars:
        return []
    names, ratios = zip(*bars, strict=True)
    return [
        "",
        "```mermaid",
        "xychart-beta horizontal",
        '  title "Requests per second of the fake, in multiples of theirs"',
        f"  x-axis [{', '.join(map(json.dumps, names))}]",
        f"  bar [{', '.join(ratios)}]",
        "```",
    ]
