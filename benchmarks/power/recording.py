"""Recordings of random worlds: everything that the fake may answer, in random order, at random times.

Settings vary only where no documented or inferred fact says what they are. What an operator, a
charger or Stripe does comes through the fake's own events, as the control plane sends them.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from benchmarks.power.client import Client, moment
from plugproof_contracts import Exchange, Status
from plugproof_contracts.facts.operations import OPERATIONS, PREFIX
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.fake import FakeSession
from plugproof_mockserver.model.events import possible_events
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.world.faults.faults import make_fault
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.nouns.session_store import UnknownSessionError

CLOCKS = (
    "2026-01-10T12:00:00Z",
    "2026-03-29T00:59:58Z",
    "2024-02-29T23:59:59.999999Z",
    "2026-12-31T23:59:30+00:00",
    "1999-12-31T23:59:59Z",
    "1971-01-02T00:00:00Z",
    "2038-01-19T03:14:07Z",
    "2026-06-30T23:59:59.5+14:00",
    "9990-01-01T00:00:00Z",
)
JUMPS = (0.0, 0.0, 0.000001, 0.2, 0.7, 1.0, 2.5, 5.0, 9.0, 30.0, 59.0, 59.999999, 60.0, 61.0, 301.0, 900.0, 4000.0)
ACCEPTS = ("application/json", "application/json", "*/*", "text/html,application/json;q=0.9", "")
PLAYED = tuple(code for code in SCENARIOS if code not in ("OFFLINE", "BUSY"))
"""The charger codes that a session can be started with."""
EMAILS = ("driver@example.org", "a@b.example", "Åsa@exämple.se", "no address", "", 7, f"{'x' * 300}@example.org")
CURRENCIES = ("EUR", "SEK", "GBP", "JPY")
OUTSIDE = (
    ("HEAD", "/sessions/{token}"),
    ("GET", "/sessions/{token}/confirm"),
    ("PUT", "/sessions/{token}"),
    ("DELETE", "/chargers/HAPPY"),
    ("PATCH", "/sessions"),
    ("GET", "/nowhere"),
    ("POST", "/sessions/{token}/refund"),
    ("OPTIONS", "/sessions/{token}/confirm"),
    ("HEAD", "/nowhere"),
)
"""Requests to wrong methods and paths."""
BODIES = (b"", b"[]", b"{", b"null", b'{"code":', b"\xff", b'{"code":"HAPPY"}', b'{"connector_id":1}')
"""What is sent instead of a body that can be read."""


class Recorder:
    """One world, the client that records, a neighbour at the same address who does not, and chance."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.wall = 0
        self.fake = self._fake(seed)
        self._scale()
        self.client = Client(self.fake, self._times())
        self.neighbour = Client(self.fake, lambda: None)
        self.tokens: list[str] = []
        for _ in range(self.random.randrange(3)):
            self._start()

    def _fake(self, seed: int) -> FakePlugchoice:
        pick = self.random.choice
        return FakePlugchoice(
            seed=seed,
            clock=pick(CLOCKS),
            scenario=pick((None, None, *SCENARIOS)),
            rate_limit=pick(("endpoint", "shared")),
            sessions_per_charger=pick((1, 3, 20)),
            token_ttl=pick((300, 3600, 86400)),
            payment_window=pick((0, 60, 900)),
            vat=pick((0, 7.7, 21, 25, 100)),
            hold=pick((0, 1, 35, 36, 100, 5000, 20_000)),
            errors=pick(("json", "json", "negotiated")),
        )

    def _scale(self) -> None:
        """Let time stand still or run, on a machine whose own clock only moves with `pause`."""
        start, speed = self.fake.world.clock.now(), self.random.choice((0, 0, 0.01, 1, 1, 60, 3600))
        self.fake.world.clock = Clock(start, speed=speed, wall=lambda: self.wall)

    def _times(self) -> Callable[[], datetime | None]:
        """Return what the client notes: nothing, the fake's time, or the time of its own machine."""
        if self.fake.clock.now.year > 9000:
            return lambda: None
        machine = datetime(2026, 11, 23, 9, tzinfo=UTC)
        options: tuple[Callable[[], datetime | None], ...] = (
            lambda: None,
            lambda: moment(self.fake.world.clock.now()),
            lambda: machine + timedelta(microseconds=self.wall),
        )
        return self.random.choice(options)

    def step(self) -> None:
        """Do one thing."""
        often = (self._ask,) * 30 + (self._pause,) * 12 + (self._drive, self._start, self._happen, self._seed) * 3
        seldom = (self._outside, self._charger, self._garbage, self._change_charger, self._burst, self._fault)
        self.random.choice(often + seldom)()

    # What the driver does.

    def _headers(self) -> dict[str, str]:
        accept, secret = self.random.choice(ACCEPTS), self.random.random() < 0.2
        return ({"accept": accept} if accept else {}) | ({"authorization": "Bearer wrong"} if secret else {})

    def _token(self) -> str:
        unknown = ("unknown", "%00", "A" * 64)
        return self.random.choice((*self.tokens[-4:], *self.tokens[-4:], self.random.choice(unknown)))

    def _start(self) -> None:
        code = self.random.choice((*SCENARIOS, "happy", "Capped", "NOWHERE", "ELEVENCHARS"))
        body: dict[str, Any] = {"code": code, "connector_id": self.random.choice((1, 1, 1, 2, 7, 0, "x"))}
        if self.random.random() < 0.5:
            body["email"] = self.random.choice((*EMAILS[:3], *EMAILS, None))
        self._keep(self.client.ask("start", "", body, self._headers()))

    def _keep(self, exchange: Exchange) -> None:
        if exchange.status == 201:
            self.tokens.append(self.fake.sessions[-1].token)

    def _ask(self) -> None:
        name = self.random.choice(("get", "get", "get", "confirm", "confirm", "stop", "cancel", "receipt-email"))
        body = {"email": self.random.choice(EMAILS)} if name == "receipt-email" else None
        who = self.neighbour if self.random.random() < 0.1 else self.client
        who.ask(name, self._token(), body, self._headers())

    def _burst(self) -> None:
        name, token = self.random.choice(("get", "confirm", "stop", "cancel", "charger")), self._token()
        for _ in range(self.random.choice((4, 12, 33))):
            self.client.ask(name, "HAPPY" if name == "charger" else token, None, self._headers())
            self._pass(self.random.choice((0, 0, 0.3)))

    def _drive(self) -> None:
        """Start a session, pay, and look at it wherever something happens; perhaps stop or cancel on the way."""
        code, tokens = self.random.choice(PLAYED), len(self.tokens)
        self._keep(self.client.ask("start", "", {"code": code, "connector_id": 2}, self._headers()))
        for _ in range(self.random.randrange(9) if len(self.tokens) > tokens else 0):
            name = self.random.choice(("get", "get", "confirm", "confirm", "stop", "cancel", "receipt-email"))
            body = {"email": self.random.choice(EMAILS[:3])} if name == "receipt-email" else None
            self.client.ask(name, self.tokens[-1], body, self._headers())
            self._pass(self.random.choice((2, 5, 13, 61, 301, 1200)))

    def _charger(self) -> None:
        code = self.random.choice((*SCENARIOS, "busy", "NOWHERE", "%C3%A5"))
        self.client.ask("charger", code, None, self._headers())

    def _garbage(self) -> None:
        path = self.random.choice(("/sessions", f"/sessions/{self._token()}/receipt-email"))
        kind = self.random.choice(("application/json", "application/x-www-form-urlencoded", "text/plain"))
        content = self.random.choice((*BODIES, b" " * 70_000))
        self.client.send("POST", PREFIX + path, content, self._headers() | {"content-type": kind})

    def _outside(self) -> None:
        method, path = self.random.choice(OUTSIDE)
        path = PREFIX + path.replace("{token}", self._token())
        self.client.send(method, path, b"", self._headers())

    # What happens elsewhere.

    def _pass(self, seconds: float) -> None:
        self.wall += round(seconds * 1_000_000)
        if self.fake.world.clock.speed == 0:
            self.fake.clock.advance(timedelta(seconds=seconds))

    def _pause(self) -> None:
        if self.random.random() < 0.1:
            self.fake.clock.advance_to_next()
        else:
            self._pass(self.random.choice(JUMPS))

    def _live(self) -> list[tuple[FakeSession, Status]]:
        found = []
        for session in self.fake.sessions[-4:]:
            try:
                found.append((session, session.status))
            except UnknownSessionError:
                continue
        return found

    def _happen(self) -> None:
        if live := self._live():
            session, status = self.random.choice(live)
            session.event(self.random.choice(possible_events(status)))

    def _seed(self) -> None:
        session = self.fake.seed_session(
            self.random.choice(list(Status)), code=self.random.choice(list(SCENARIOS))
        )
        self.tokens.append(session.token)

    def _change_charger(self) -> None:
        pricing = {
            "currency": self.random.choice(CURRENCIES),
            "price_per_kwh": self.random.choice((1, 49, 10_000)),
            "start_fee": self.random.choice((0, 35, 6000)),
        }
        online = self.random.random() < 0.8
        code = self.random.choice(list(SCENARIOS))
        self.fake.set_charger(code, name="Kaai 4 – Åland", online=online, pricing=pricing)

    def _fault(self) -> None:
        self.fake.faults.clear()
        kind = self.random.choice(("500", "503", "504", "latency"))
        operation = self.random.choice(("*", *OPERATIONS))
        wait = self.random.choice((200, 1500)) if kind == "latency" and self.fake.world.clock.speed == 0 else None
        if kind != "latency" or wait:
            self.fake.world.inject(
                make_fault(operation, kind, first=self.random.choice((1, 3)), milliseconds=wait)
            )


def recording(seed: int, steps: int = 60) -> list[Exchange]:
    """Return what one client exchanged with one random world; the same for the same seed."""
    recorder = Recorder(seed)
    for _ in range(steps):
        recorder.step()
    return recorder.client.exchanges


def recordings(first: int, responses: int) -> Iterator[list[Exchange]]:
    """Yield recordings of one seed after the other until they hold at least so many responses."""
    seed, seen = first, 0
    while seen < responses:
        recorded = recording(seed)
        seed, seen = seed + 1, seen + len(recorded)
        yield recorded
