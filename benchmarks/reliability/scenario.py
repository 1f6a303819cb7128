"""The scenarios there are, with the target of each."""

from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.reliability.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable


class Suite(StrEnum):
    """Which target of `make` a scenario belongs to."""

    CHAOS = "chaos"
    SOAK = "soak"
    MUTANTS = "mutants"


class Scenario(NamedTuple):
    """One row of the table; `size` is how much of it a full run does, and `place` where its function is."""

    name: str
    suite: Suite
    measure: str
    target: str
    size: int
    place: str

    def run(self, count: int | None = None) -> Outcome:
        """Run it so often, by default as often as the target asks."""
        return self.find()(self.size if count is None else count)

    def find(self) -> "Callable[[int], Outcome]":
        """Return the function that runs it."""
        module, _, function = self.place.partition(":")
        found: Callable[[int], Outcome] = getattr(import_module(f"{__package__}.scenarios.{module}"), function)
        return found


_CROWD = "exactly 10 admitted, one transition, 1,000 of 1,000"
_KILLS = "0 acknowledged transitions lost; ready again ≤ 1 s"
_OUTAGE = "typed 503 in ≤ 250 ms, never a 500, never an eleventh; recovers by itself"
_WORLDS = "p99 ≤ 10 ms, 0 bytes across worlds, 0 silent evictions"
_SOAK = "memory flat; no session, window, world or descriptor left"
_SCORE = "≥ 90 % of a sample found by the tests"
_SIGNAL = "exit 0 in ≤ 3 s, no accepted request unanswered"

SCENARIOS = {
    one.name: one
    for one in (
        Scenario("threads", Suite.CHAOS, "64 threads at once, memory", _CROWD, 1000, "crowds:run_threads"),
        Scenario("sockets", Suite.CHAOS, "200 sockets at once, memory", _CROWD, 1000, "crowds:run_sockets"),
        Scenario("workers", Suite.CHAOS, "200 sockets, 4 workers on Redis", _CROWD, 1000, "crowds:run_workers"),
        Scenario("speed", Suite.CHAOS, "4 workers against one, on Redis", "≥ 1.6 times as fast", 5, "speed:run"),
        Scenario("kills-sqlite", Suite.CHAOS, "`kill -9` under load, SQLite", _KILLS, 100, "kills:run_sqlite"),
        Scenario("kills-redis", Suite.CHAOS, "`kill -9` under load, Redis", _KILLS, 100, "kills:run_redis"),
        Scenario("full-disk", Suite.CHAOS, "SQLite on a full disk", _OUTAGE, 50, "outages:run_full_disk"),
        Scenario("redis-full", Suite.CHAOS, "Redis without memory", _OUTAGE, 50, "outages:run_redis_full"),
        Scenario("redis-paused", Suite.CHAOS, "Redis paused", _OUTAGE, 50, "outages:run_redis_paused"),
        Scenario("redis-gone", Suite.CHAOS, "Redis killed", _OUTAGE, 50, "outages:run_redis_gone"),
        Scenario("sigterm-memory", Suite.CHAOS, "`SIGTERM` at work, memory", _SIGNAL, 20, "signals:run_memory"),
        Scenario("sigterm-sqlite", Suite.CHAOS, "`SIGTERM` at work, SQLite", _SIGNAL, 20, "signals:run_sqlite"),
        Scenario("sigterm-redis", Suite.CHAOS, "`SIGTERM` at work, Redis", _SIGNAL, 20, "signals:run_redis"),
        Scenario("sigterm-workers", Suite.CHAOS, "`SIGTERM` at work, workers", _SIGNAL, 20, "signals:run_workers"),
        Scenario("rolling", Suite.CHAOS, "rolling restarts under load", "0 of 100,000 lost", 10**5, "rolling:run"),
        Scenario("tokens", Suite.CHAOS, "raw-path tokens", "no 5xx, no two taken for one", 6000, "tokens:run"),
        Scenario(
            "hosts",
            Suite.CHAOS,
            "foreign `Host` and `Origin`, every plane",
            "0 of 8,740 accepted",
            8740,
            "hosts:run",
        ),
        Scenario("worlds", Suite.SOAK, "10,000 worlds", _WORLDS, 10_000, "many_worlds:run"),
        Scenario(
            "cases", Suite.SOAK, "Schemathesis, all checks and ours", "0 failures in 10,000", 10**4, "cases:run"
        ),
        Scenario("soak", Suite.SOAK, "one fake under load, ten minutes", _SOAK, 600, "soak:run"),
        *(
            Scenario(f"mutants-{area}", Suite.MUTANTS, f"defects in the {area}", _SCORE, 40, f"mutants:run_{area}")
            for area in ("limiter", "lifecycle", "rules", "redaction", "verdict")
        ),
    )
}
