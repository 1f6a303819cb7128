"""How long it takes to judge one ordinary answer by all rules.

Run `python benchmarks/check.py`. Every run judges a batch of answers that differ from one another
(token, energy, cost, times and headers), each made into an `Exchange` outside the timed part or, in the
second row, inside it. The anchors are msgspec's decoding of the same bodies and `json.loads`.
"""

import json
import platform
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from time import perf_counter_ns

import msgspec

from plugproof_contracts.checking import check, examine, examine_by_rules
from plugproof_contracts.examples import NOON, TOKEN, failure, success
from plugproof_contracts.exchange import Exchange

BATCH, RUNS = 200, 60


def answers(operation: str, status: str) -> list[Exchange]:
    """Return a batch of conforming answers, no two of which are equal."""
    made = []
    for index in range(BATCH):
        started = (NOON - timedelta(seconds=900 + index)).isoformat()
        changes = {"energy_kwh": f"{index}.5", "cost_amount": index, "charging_started_at": started}
        one = success(operation, status, remaining=index % 10, after=index, **changes)
        made.append(one.replace(url=one.url.replace(TOKEN, f"{TOKEN}-{index}")))
    return made


def measure(work: Callable[[Exchange], object], batch: list[Exchange]) -> tuple[float, float]:
    """Return the least and the median time per answer, in microseconds, for exchanges not seen before."""
    times = []
    for _ in range(RUNS):
        given = [exchange.replace() for exchange in batch]
        start = perf_counter_ns()
        for exchange in given:
            work(exchange)
        times.append((perf_counter_ns() - start) / BATCH / 1000)
    return min(times), median(times)


def main() -> None:
    """Print a table."""
    ordinary = answers("confirm", "charging")
    assert not any(check(exchange) for exchange in ordinary)
    rows = {
        "check, confirm 200": (check, ordinary),
        "Exchange + check, confirm 200": (lambda one: check(one.replace()), ordinary),
        "check, get 200": (check, answers("get", "captured")),
        "check, 404": (check, [failure(404)] * BATCH),
        "rules without the fast path, confirm 200": (examine_by_rules, ordinary),
        "check, confirm 200 with one violation": (check, [one.replace(headers={}) for one in ordinary]),
        "examine, confirm 200": (examine, ordinary),
        "msgspec decode, untyped": (lambda one: msgspec.json.decode(one.body), ordinary),
        "json.loads": (lambda one: json.loads(one.body), ordinary),
    }
    print(
        f"Python {platform.python_version()}, msgspec {msgspec.__version__}; µs per answer, {RUNS} runs of {BATCH}"
    )
    for name, (work, batch) in rows.items():
        least, middle = measure(work, batch)
        print(f"{name:<42} min {least:7.2f}   median {middle:7.2f}")


if __name__ == "__main__":
    main()
