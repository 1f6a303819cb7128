"""Valid exchanges of every kind, made by the fake, for defects to be made of."""

from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Any

from benchmarks.power.client import Client, moment
from benchmarks.power.fact import Base
from plugproof_contracts import Status
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session_lifecycle import CANCELLABLE, TERMINAL
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.world.faults.faults import make_fault

CODES = ("HAPPY", "CAPPED", "SLOW", "UNPLUG")
DELAYED = ("start", "confirm", "stop", "cancel")
"""The operations for which a charger may stay silent."""


class Bench:
    """A fake with random settings and the client that asks it."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        pick = self.random.choice
        self.fake = FakePlugchoice(
            seed=seed,
            clock=pick(("2026-01-10T12:00:00Z", "2026-12-31T23:59:30.25Z", "2031-06-30T08:15:00Z")),
            vat=pick((7, 21, 25)),
            hold=pick((2500, 5000)),
        )
        self._addresses = count()

    def client(self) -> Client:
        """Return a client at an address that no limit has seen."""
        return Client(self.fake, lambda: moment(self.fake.world.clock.now()), f"client {next(self._addresses)}")

    def ask(self, operation: str, key: str = "", body: Any = None, times: int = 1) -> Base:
        """Ask as often as told, and return the last answer."""
        self.fake.clock.advance(seconds=self.random.choice((0, 0.5)))
        client = self.client()
        return Base([client.ask(operation, key, body) for _ in range(times)][-1])

    def session(self, status: Status) -> str:
        """Return the token of a session that has some past, and an address in half of the cases."""
        email = self.random.choice(("driver@example.org", None))
        fields = {} if email is None else {"driver_email": email}
        self.fake.clock.advance(seconds=self.random.choice((0, 0.25, 7)))
        return self.fake.seed_session(status, code=self.random.choice(CODES), **fields).token


def _start(bench: Bench, code: str, **body: Any) -> Base:
    asked = {"code": code, "connector_id": bench.random.choice((1, 2)), **body}
    return bench.ask("start", "", asked)


def _successes(bench: Bench) -> Iterator[Base]:
    for status in Status:
        for operation in ("get", "confirm"):
            yield bench.ask(operation, bench.session(status))
    for status in (Status.CHARGING, Status.STOPPING):
        yield bench.ask("stop", bench.session(status))
    for status in sorted(CANCELLABLE):
        yield bench.ask("cancel", bench.session(status))
    for status in sorted(set(Status) - TERMINAL):
        email = bench.random.choice(("driver@example.org", "d@example.com"))
        yield bench.ask("receipt-email", bench.session(status), {"email": email})
    yield _start(bench, "HAPPY", email="driver@example.org")
    yield _start(bench, "happy")
    yield bench.ask("charger", "Capped")


def _failures(bench: Bench) -> Iterator[Base]:
    for name in OPERATIONS:
        body: dict[str, Any] | None = {"email": "driver@example.org"} if name == "receipt-email" else None
        if name == "start":
            body = {"code": "NOWHERE", "connector_id": 1}
        yield bench.ask(name, "NOWHERE", body)
    yield _start(bench, "OFFLINE")
    yield _start(bench, "BUSY")
    yield _start(bench, "HAPPY", email="no address")
    yield bench.ask("stop", bench.session(Status.SETTLING))
    yield bench.ask("cancel", bench.session(Status.CHARGING))
    yield bench.ask("receipt-email", bench.session(Status.CHARGING), {"email": "no address"})
    yield from _troubles(bench)


def _troubles(bench: Bench) -> Iterator[Base]:
    for name in OPERATIONS:
        for kind in ("500", "504") if name in DELAYED else ("500",):
            bench.fake.world.inject(make_fault(name, kind, first=1))
            yield bench.ask(name, "NOWHERE", {"email": "d@example.org"} if name == "receipt-email" else None)
            bench.fake.faults.clear()
        yield bench.ask(name, "NOWHERE", None, OPERATIONS[name].limit + 1)


def bases(seed: int, rounds: int = 3) -> list[Base]:
    """Return exchanges of every kind, several of each from different worlds."""
    found: list[Base] = []
    for number in range(rounds):
        bench = Bench(seed + number)
        found += [*_successes(bench), *_failures(bench)]
    return found
