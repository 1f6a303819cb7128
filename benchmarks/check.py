"""How long it takes to judge one ordinary answer by all rules.

Every run judges a batch of answers that differ from one another (token, energy, cost, times and
headers), each made into an `Exchange` outside the timed part or, in the second row, inside it.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter_ns
from typing import Any

import msgspec

from benchmarks.row import ROUNDS, Row
from benchmarks.study.learn_study import traffic
from plugproof_contracts.checking.checker import JudgedTrace, check, examine_by_rules, judge_trace
from plugproof_contracts.conformance.ledger.ledger_feed import feed_ledger
from plugproof_contracts.conformance.ledger.lessons import assumption_notes, lessons_of
from plugproof_contracts.conformance.ledger.proxy_evidence import LARGEST_PORTION
from plugproof_contracts.evidence.ledger_entry import SourceKind
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.rules.examples import NOON, TOKEN, failure, refusal, success

BATCH, RUNS = 200, 60


def answers(operation: str, status: str, **more: Any) -> list[Exchange]:
    """Return a batch of conforming answers, no two of which are equal, `more` of their fields changed."""
    made = []
    for index in range(BATCH):
        started = (NOON - timedelta(seconds=900 + index)).isoformat()
        changes: dict[str, Any] = {
            "energy_kwh": f"{index}.5",
            "cost_amount": index,
            "charging_started_at": started,
        }
        one = success(operation, status, remaining=index % 10, after=index, **changes | more)
        made.append(one.replace(url=one.url.replace(TOKEN, f"{TOKEN}-{index}")))
    return made


def _without_cors(one: Exchange) -> list[tuple[str, str]]:
    """Return the headers as a client that is no browser records them of a server without CORS."""
    return [(name, value) for name, value in one.headers if not name.lower().startswith("access-control-")]


def _microseconds(work: Callable[[Exchange], object], batch: list[Exchange]) -> float:
    """Return the median time per answer, for exchanges not seen before."""
    times = []
    for _ in range(RUNS):
        given = [exchange.replace() for exchange in batch]
        start = perf_counter_ns()
        for exchange in given:
            work(exchange)
        times.append((perf_counter_ns() - start) / BATCH / 1000)
    return median(times)


def rows() -> list[Row]:
    """Measure every row of this subject."""
    ordinary = answers("confirm", "charging")
    server = [one.replace(headers=_without_cors(one)) for one in ordinary]
    bare = [one.replace(headers={}) for one in ordinary]
    broken = answers("confirm", "charging", connector_id=0)
    return [
        _row("all rules on one confirm 200", check, ordinary, "≤ 25 µs"),
        _row("the same, with making the Exchange", lambda one: check(one.replace()), ordinary),
        _row("all rules on one get 200", check, answers("get", "captured")),
        _row("all rules on one 404", check, [failure(404)] * BATCH, "≤ 25 µs"),
        _row("all rules on one 429", check, [refusal()] * BATCH),
        _row("all rules on one confirm 200 without headers of CORS", check, server, "≤ 25 µs"),
        _row("all rules on one confirm 200 without any header", check, bare),
        _row("all rules on one confirm 200 with a wrong value", check, broken),
        _row("the rules without the fast path", examine_by_rules, ordinary),
        *_evidence_rows(traffic(LARGEST_PORTION)),
        _row("for scale: msgspec decodes the body", lambda one: msgspec.json.decode(one.body or b""), ordinary),
        _row("for scale: json.loads of the body", lambda one: json.loads(one.body or b""), ordinary),
    ]


def _evidence_rows(recording: list[Exchange]) -> list[Row]:
    """Measure what an exchange of a recording takes: judged with the others, and then as evidence."""
    judging, learning = [], []
    with TemporaryDirectory() as folder:
        for turn in range(ROUNDS):
            given = [exchange.replace() for exchange in recording]
            start = perf_counter_ns()
            judged = judge_trace(given)
            middle = perf_counter_ns()
            _learn(judged, f"sqlite:///{folder}/{turn % 2}.db")
            judging.append((middle - start) / len(given) / 1000)
            learning.append((perf_counter_ns() - middle) / len(given) / 1000)
    return [
        Row(f"one exchange of {len(recording)}, judged with the others", f"{median(judging):.1f} µs", "", "", ""),
        Row("the same, as evidence: notes and ledger", f"{median(learning):.1f} µs", "", "", "≤ 100 µs"),
    ]


def _learn(judged: JudgedTrace, ledger: str) -> None:
    """Find what contradicts an assumption, and add all that was seen to a ledger."""
    now = NOON.timestamp()
    lessons = lessons_of(judged, now)
    assumption_notes(lessons)
    feed_ledger(ledger, SourceKind.PROXY, lessons, now)


def _row(measure: str, work: Callable[[Exchange], object], batch: list[Exchange], target: str = "") -> Row:
    return Row(measure, f"{_microseconds(work, batch):.1f} µs", "", "", target)
