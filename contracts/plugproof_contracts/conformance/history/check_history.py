"""What earlier checks did and saw: how much was asked of whom, how it went, what the answers looked like."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from plugproof_contracts.conformance.history.drift import Shape, Trait
from plugproof_contracts.conformance.history.history_schema import (
    LATENCIES,
    METADATA,
    PAUSES,
    REQUESTS,
    RESULTS,
    RUNS,
    SHAPE,
)
from plugproof_contracts.evidence.database import Database
from plugproof_contracts.facts.operations import OPERATIONS, WINDOW_SECONDS
from plugproof_contracts.reports.report_model import Report, State

HOUR = 3600.0
LONGEST_PAUSE = 24 * HOUR
"""Seconds of a `Retry-After` that are remembered, whatever an answer asks for (assumed)."""
_EARLIER_WORDS = {"not armed": str(State.NOT_APPLICABLE), "not exercised": str(State.UNCHECKED)}
"""What a history that an earlier version wrote calls them."""
RATE = OPERATIONS["confirm"].limit
"""Requests to one base URL in a window, whatever they ask for: some limiters count all of them together."""


class BudgetDecision(NamedTuple):
    """Whether a request may be sent: `wait` is 0 for yes, else the seconds after which to ask again."""

    wait: float
    reason: str = ""


class Run(NamedTuple):
    """One earlier check."""

    id: int
    at: float
    verdict: str
    planned: int
    sent: int


class Allowance(NamedTuple):
    """How much may be asked: `budget` in an hour, and `RATE` in a window of `window` seconds.

    The window is longer than the API's by the time that a request may be under way.
    """

    budget: int
    window: float = WINDOW_SECONDS + 10.0


class History(Database):
    """A history; every failure of its database is a `HistoryError`."""

    def __init__(self, url: str | None = None) -> None:
        super().__init__(url, METADATA, guard=REQUESTS)

    def book(
        self, base: str, operation: str, now: float, allowance: Allowance, *, over_limit: bool = False
    ) -> BudgetDecision:
        """Enter a request that is about to be sent, unless that has to wait or must not be.

        `over_limit` is for the rate-limit probe: it counts confirms alone, and may send one more than the limit.
        """
        with self.locked() as connection:
            gate = _pause(connection, base, now) or _gate(connection, base, now, allowance, over_limit)
            if gate is None:
                connection.execute(insert(REQUESTS).values(base=base, operation=operation, at=now))
        return gate or BudgetDecision(0.0)

    def pause(self, base: str, until: float) -> None:
        """Remember that a base URL asked to be left alone."""
        with self.locked() as connection:
            connection.execute(delete(PAUSES).where(PAUSES.c.base == base))
            connection.execute(insert(PAUSES).values(base=base, until=until))

    def lift_pause(self, base: str) -> None:
        """Forget that a base URL asked to be left alone."""
        with self.locked() as connection:
            connection.execute(delete(PAUSES).where(PAUSES.c.base == base))

    def record(self, base: str, at: float, report: Report, shape: Shape) -> None:
        """Keep the outcome of a check, whole or not at all."""
        counts = report.counts
        with self.locked() as connection:
            run = connection.execute(
                insert(RUNS).values(
                    base=base,
                    at=at,
                    verdict=str(report.verdict),
                    planned=counts["requests planned"],
                    sent=counts["requests sent"],
                    version=report.version,
                )
            ).inserted_primary_key
            number = run[0] if run else 0
            rules = [{"run": number, "rule": rule.slug, "state": str(rule.state)} for rule in report.rules]
            connection.execute(insert(RESULTS), rules)
            if shape.traits:
                rows = [{"run": number, **trait._asdict()} for trait in sorted(shape.traits)]
                connection.execute(insert(SHAPE), rows)
            if shape.seconds:
                rows = [{"run": number, "operation": name, "seconds": n} for name, n in shape.seconds.items()]
                connection.execute(insert(LATENCIES), rows)

    def runs(self, base: str, most: int = 365) -> list[Run]:
        """Return the last checks of a base URL, the newest first."""
        columns = (RUNS.c.id, RUNS.c.at, RUNS.c.verdict, RUNS.c.planned, RUNS.c.sent)
        wanted = select(*columns).where(RUNS.c.base == base).order_by(RUNS.c.at.desc(), RUNS.c.id.desc())
        with self.locked() as connection:
            return [Run(*row) for row in connection.execute(wanted.limit(most))]

    def bases(self) -> list[str]:
        """Return every base URL that was checked."""
        with self.locked() as connection:
            return list(connection.scalars(select(RUNS.c.base).distinct().order_by(RUNS.c.base)))

    def shape(self, run: int) -> Shape:
        """Return what the answers of a check looked like."""
        traits = select(SHAPE.c.kind, SHAPE.c.place, SHAPE.c.name).where(SHAPE.c.run == run)
        times = select(LATENCIES.c.operation, LATENCIES.c.seconds).where(LATENCIES.c.run == run)
        with self.locked() as connection:
            found = frozenset(Trait(*row) for row in connection.execute(traits))
            return Shape(found, dict(tuple(row) for row in connection.execute(times)))

    def results(self, run: int) -> dict[str, str]:
        """Return how every rule fared in a check."""
        wanted = select(RESULTS.c.rule, RESULTS.c.state).where(RESULTS.c.run == run)
        with self.locked() as connection:
            return {rule: _EARLIER_WORDS.get(state, state) for rule, state in connection.execute(wanted)}

    def seen(self, base: str, kind: str) -> frozenset[Trait]:
        """Return all traits of a kind that any check of a base URL has seen."""
        wanted = select(SHAPE.c.kind, SHAPE.c.place, SHAPE.c.name).distinct().join(RUNS, SHAPE.c.run == RUNS.c.id)
        with self.locked() as connection:
            rows = connection.execute(wanted.where(RUNS.c.base == base, SHAPE.c.kind == kind))
            return frozenset(Trait(*row) for row in rows)


def _pause(connection: Connection, base: str, now: float) -> BudgetDecision | None:
    until = connection.scalar(select(func.max(PAUSES.c.until)).where(PAUSES.c.base == base))
    if until is None or not now < until <= now + LONGEST_PAUSE:
        return None  # What lies further ahead was not entered by this clock.
    end = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%d %H:%M:%S")
    why = f"the API asked to be left alone until {end} UTC (Retry-After); --lift-pause asks it all the same"
    return BudgetDecision(until - now, why)


def _gate(
    connection: Connection, base: str, now: float, allowance: Allowance, over_limit: bool
) -> BudgetDecision | None:
    in_hour = _sent(connection, base, now, HOUR)
    if len(in_hour) >= allowance.budget:
        return BudgetDecision(
            _until(in_hour, now, HOUR, allowance.budget),
            f"the budget of {allowance.budget} requests an hour is used up",
        )
    most = RATE + 1 if over_limit else RATE
    in_window = _sent(connection, base, now, allowance.window, "confirm" if over_limit else "")
    if len(in_window) >= most:
        return BudgetDecision(
            _until(in_window, now, allowance.window, most), f"{most} requests were sent within a minute"
        )
    return None


def _sent(connection: Connection, base: str, now: float, seconds: float, operation: str = "") -> list[float]:
    """Return when requests were sent, the newest first; a clock that was put back an hour is not waited for."""
    within = (REQUESTS.c.base == base, REQUESTS.c.at > now - seconds, REQUESTS.c.at < now + HOUR)
    wanted = select(REQUESTS.c.at).where(*within).order_by(REQUESTS.c.at.desc())
    if operation:
        wanted = wanted.where(REQUESTS.c.operation == operation)
    return list(connection.scalars(wanted))


def _until(sent: list[float], now: float, seconds: float, most: int) -> float:
    """Return after how many seconds fewer than `most` of these requests lie within the last `seconds`."""
    return max(0.0, sent[most - 1] + seconds - now) + 0.001
