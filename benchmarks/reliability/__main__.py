"""Run scenarios and write their rows of docs/explanation/reliability.md: `python -m benchmarks.reliability chaos`.

`chaos` or `soak` chooses a suite, `--only NAME` one scenario (repeatable), `--count N` how much of it. Exits 1
when a target was missed. A run with another count than the target asks for is printed and not recorded.
"""

import argparse
import os
import sys
import time

from benchmarks.reliability.page import record
from benchmarks.reliability.scenario import SCENARIOS, Scenario, Suite

FEWEST = 2
"""Less is too little for a percentile."""


def main(arguments: list[str]) -> int:
    """Run what is asked for; return how many scenarios missed their target."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    asked = [
        one
        for one in SCENARIOS.values()
        if (not chosen.only or one.name in chosen.only) and chosen.suite in (None, one.suite)
    ]
    if not asked:
        parser.error(f"{' and '.join(chosen.only)} are not of {chosen.suite}, so nothing would be run")
    return sum(_run(one, chosen.count) for one in asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks.reliability")
    parser.add_argument("suite", nargs="?", choices=list(Suite), help="run the scenarios of one suite")
    parser.add_argument("--only", action="append", choices=list(SCENARIOS), help="run this scenario; repeatable")
    parser.add_argument("--count", type=_count, metavar="N", help="do so much of each, and record nothing")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < FEWEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {FEWEST}")
    return int(text)


def _run(scenario: Scenario, count: int | None) -> bool:
    began, load = time.monotonic(), os.getloadavg()[0]
    outcome = scenario.run(count)
    print(f"{scenario.name} ({time.monotonic() - began:.0f} s): {outcome.report()}", flush=True)
    if count is None:
        record(scenario, outcome, load)
    return bool(outcome.losses)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
