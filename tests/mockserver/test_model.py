"""The whole fake against a small model of it, step by step.

The model is written from the facts alone: it has its own arrows, its own limiter (a list of hits),
its own money (fractions) and its own timeline, and it calls nothing of what it judges.
"""

import json
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from plugproof_mockserver.api import answer
from plugproof_mockserver.clock import Clock
from plugproof_mockserver.events import Event
from plugproof_mockserver.life import NotPossibleError
from plugproof_mockserver.moment import parse
from plugproof_mockserver.request import Request
from plugproof_mockserver.sessions import UnknownSessionError
from plugproof_mockserver.settings import Settings
from plugproof_mockserver.world import World

SECOND = 1_000_000
BASE = "/v3/public-charging"
BEGIN = "2026-01-10T12:00:00Z"
LIMITS = {"start": 3, "get": 30, "confirm": 10, "stop": 10, "cancel": 10, "receipt-email": 10}
PER_CHARGER, HOLD, WINDOW, TTL = 4, 5000, 900, 24 * 3600

BY_ITSELF = {
    "created": (WINDOW, "expired"),
    "authorized": (2, "starting"),
    "starting": (5, "charging"),
    "charging": (900, "settling"),
    "stopping": (3, "settling"),
    "settling": (5, "captured or no_charge"),
}
"""Seconds after which a status is left, and where to, when nobody does anything."""

BY_EVENT = {
    ("created", "window_over"): "expired",
    ("authorized", "start_sent"): "starting",
    ("authorized", "charger_refused"): "failed",
    ("starting", "charger_started"): "charging",
    ("starting", "start_timed_out"): "failed",
    ("charging", "unplugged"): "settling",
    ("charging", "car_full"): "settling",
    ("charging", "hold_used_up"): "settling",
    ("stopping", "charger_stopped"): "settling",
    ("stopping", "unplugged"): "settling",
    ("stopping", "charger_refused"): "charging",
    ("settling", "settled"): "captured or no_charge",
    ("settling", "captured"): "captured",
    ("settling", "nothing_delivered"): "no_charge",
    ("settling", "capture_failed"): "capture_failed",
    ("settling", "review"): "requires_review",
    ("capture_failed", "captured"): "captured",
    ("capture_failed", "review"): "requires_review",
    ("capture_failed", "written_off"): "written_off",
    ("requires_review", "captured"): "captured",
    ("requires_review", "nothing_delivered"): "no_charge",
    ("requires_review", "refunded"): "refunded",
    ("requires_review", "written_off"): "written_off",
    ("captured", "refunded"): "refunded",
}
PAYMENT_EVENTS = ("paid", "declined", "webhook")
EVENTS = sorted({event for _, event in BY_EVENT} | {*PAYMENT_EVENTS, "expire_token"})

CANCELLABLE = {"created", "authorized", "starting"}
TERMINAL = {"captured", "no_charge", "expired", "failed", "abandoned", "refunded", "written_off"}
FIELDS = (
    *("status", "amount_authorized", "energy_kwh", "cost_amount", "amount_captured", "tax_amount", "driver_email"),
    *("created_at", "authorized_at", "charging_started_at", "completed_at", "captured_at"),
)


class Moved(NamedTuple):
    at: int
    token: str
    source: str
    target: str


@dataclass
class ModelSession:
    """One session as the facts have it; times are seconds since the beginning."""

    token: str
    stripe: str
    created: int
    entered: int
    expires: int
    status: str = "created"
    email: str | None = None
    authorized: int | None = None
    started: int | None = None
    completed: int | None = None
    captured: int | None = None

    def go(self, target: str, at: int) -> None:
        if target == "captured or no_charge":
            target = "captured" if self.energy(at) else "no_charge"
        self.status, self.entered = target, at
        if target == "authorized":
            self.authorized = at
        if target == "charging" and self.started is None:
            self.started = at
        if target == "settling":
            self.completed = at
        if target in ("captured", "refunded") and self.captured is None:
            self.captured = at

    def live(self, until: int) -> list[Moved]:
        """Do everything that is due, up to the end of the token's life."""
        moves = []
        while (due := self.due()) is not None and due[0] <= min(until, self.expires):
            source = self.status
            self.go(due[1], due[0])
            moves.append(Moved(due[0], self.token, source, self.status))
        return moves

    def due(self) -> tuple[int, str] | None:
        if self.status not in BY_ITSELF:
            return None
        after, target = BY_ITSELF[self.status]
        return self.entered + after, target

    def reconcile(self, at: int) -> None:
        if self.status == "created" and self.stripe != "pending":
            self.go({"paid": "authorized", "declined": "failed"}[self.stripe], at)

    def energy(self, now: int) -> int | None:
        """Return watt-hours at 11 kW: the estimate of the last ten seconds, or what was delivered in the end."""
        if self.started is None:
            return None
        running = (now - self.started) // 10 * 10
        return floor(
            Fraction(11_000 * (running if self.completed is None else self.completed - self.started), 3600)
        )

    def cost(self, now: int) -> int | None:
        energy = self.energy(now)
        if not energy:
            return energy
        return min(HOLD, 35 + floor(Fraction(energy * 49, 1000) + Fraction(1, 2)))

    def shown(self, now: int) -> dict[str, Any]:
        energy, cost = self.energy(now), self.cost(now)
        billed = None if self.captured is None else cost
        return {
            "status": self.status,
            "amount_authorized": None if self.authorized is None else HOLD,
            "energy_kwh": None if energy is None else f"{energy / 1000:.3f}",
            "cost_amount": cost,
            "amount_captured": billed,
            "tax_amount": None if billed is None else floor(Fraction(billed * 21, 121) + Fraction(1, 2)),
            "driver_email": self.email,
            "created_at": stamp(self.created),
            "authorized_at": stamp(self.authorized),
            "charging_started_at": stamp(self.started),
            "completed_at": stamp(self.completed),
            "captured_at": stamp(self.captured),
        }


def stamp(at: int | None) -> str | None:
    """Write a moment, counting days by hand from the tenth of January."""
    if at is None:
        return None
    whole = at + 12 * 3600
    day, rest = divmod(whole, 86_400)
    assert day < 22, "the model knows January only"
    return f"2026-01-{10 + day:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}.000000Z"


@dataclass
class ModelLimiter:
    """Every hit that was ever admitted, by key."""

    hits: dict[str, list[int]] = field(default_factory=dict)

    def open_hits(self, key: str, length: int, now: int) -> int:
        window: list[int] = []
        for at in self.hits.get(key, []):
            window = [at] if not window or at >= window[0] + length else [*window, at]
        return len(window) if window and now < window[0] + length else 0

    def admit(self, key: str, limit: int, length: int, now: int) -> bool:
        if self.open_hits(key, length, now) >= limit:
            return False
        self.hits.setdefault(key, []).append(now)
        return True


class Faked(RuleBasedStateMachine):
    """What anybody may do to the fake, in any order."""

    sessions = Bundle("sessions")
    clients = st.sampled_from(["10.0.0.1", "10.0.0.2"])

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock(parse(BEGIN), speed=0)
        self.world = World(Settings(sessions_per_charger=PER_CHARGER), clock=self.clock)
        self.now = 0
        self.model: dict[str, ModelSession] = {}
        self.limiter = ModelLimiter()

    # What both are asked.

    def ask(
        self, operation: str, token: str, client: str, body: bytes = b""
    ) -> tuple[int, Any, dict[bytes, bytes]]:
        verb = "" if operation in ("get", "start") else f"/{operation}"
        path = f"{BASE}/sessions" + (f"/{token}{verb}" if operation != "start" else "")
        media = ((b"content-type", b"application/json"),)
        request = Request("GET" if operation == "get" else "POST", path, media, body, client)
        reply = answer(self.world, request)
        return reply.status, json.loads(reply.body), dict(reply.headers)

    def admitted(self, operation: str, client: str) -> bool:
        return self.limiter.admit(f"{operation} {client}", LIMITS[operation], 60, self.now)

    def alive(self, token: str) -> ModelSession | None:
        session = self.model[token]
        return None if session.expires <= self.now else session

    def expect(self, operation: str, token: str, client: str, decide: Any, body: bytes = b"") -> None:
        """Hold an answer against what the model decides: a status code, after it has changed its session."""
        admitted, session = self.admitted(operation, client), self.alive(token)
        code = 429 if not admitted else 404 if session is None else decide(session)
        status, content, headers = self.ask(operation, token, client, body)
        assert status == code
        left = LIMITS[operation] - self.limiter.open_hits(f"{operation} {client}", 60, self.now)
        assert headers[b"x-ratelimit-remaining"] == b"%d" % left
        if status == 200 and session is not None:
            self.same(content["data"], session)
        if status == 200 and operation == "get":
            assert (content["payment"] is not None) == (content["data"]["status"] == "created")

    def same(self, data: dict[str, Any], session: ModelSession) -> None:
        assert {name: data[name] for name in FIELDS} == session.shown(self.now)
        assert (data["failure_reason"] is not None) == (session.status in {"failed", "abandoned"})

    # Steps.

    @rule(target=sessions, code=st.sampled_from(["HAPPY", "UNPAID"]), client=clients)
    def start(self, code: str, client: str) -> Any:
        admitted = self.admitted("start", client)
        created = admitted and self.limiter.admit(code, PER_CHARGER, 3600, self.now)
        body = b'{"code": "%s", "connector_id": 1}' % code.encode()
        status, content, _ = self.ask("start", "", client, body)
        assert status == (201 if created else 429)
        if not created:
            return multiple()
        token = content["session_token"]
        stripe = "paid" if code == "HAPPY" else "pending"
        self.model[token] = ModelSession(token, stripe, self.now, self.now, self.now + TTL)
        self.same(content["data"], self.model[token])
        return token

    @rule(target=sessions, client=clients, steps=st.integers(0, 5))
    def start_and_drive(self, client: str, steps: int) -> Any:
        """Get a session far enough for the others to matter, since most steps end in an early grave."""
        token = self.start("HAPPY", client)
        if token in self.model:
            self.confirm(token, client)
            for _ in range(steps):
                self.advance_to_next()
        return token

    @rule(token=sessions, client=clients)
    def get(self, token: str, client: str) -> None:
        self.expect("get", token, client, lambda session: 200)

    @rule(token=sessions, client=clients)
    def confirm(self, token: str, client: str) -> None:
        def decide(session: ModelSession) -> int:
            session.reconcile(self.now)
            return 200

        self.expect("confirm", token, client, decide)

    @rule(token=sessions, client=clients)
    def stop(self, token: str, client: str) -> None:
        def decide(session: ModelSession) -> int:
            if session.status == "charging":
                session.go("stopping", self.now)
            return 200 if session.status == "stopping" else 400

        self.expect("stop", token, client, decide)

    @rule(token=sessions, client=clients)
    def cancel(self, token: str, client: str) -> None:
        def decide(session: ModelSession) -> int:
            if session.status not in CANCELLABLE:
                return 409
            session.go("abandoned", self.now)
            return 200

        self.expect("cancel", token, client, decide)

    @rule(token=sessions, client=clients, email=st.sampled_from(["a@b.example", "c@d.example", "wrong"]))
    def set_receipt_email(self, token: str, client: str, email: str) -> None:
        def decide(session: ModelSession) -> int:
            if session.status in TERMINAL or email == "wrong":
                return 422
            session.email = email
            return 200

        self.expect("receipt-email", token, client, decide, b'{"email": "%s"}' % email.encode())

    @rule(operation=st.sampled_from([name for name in LIMITS if name != "start"]), client=clients)
    def ask_for_nobody(self, operation: str, client: str) -> None:
        admitted = self.admitted(operation, client)
        assert self.ask(operation, "0" * 40, client)[0] == (404 if admitted else 429)

    @rule(token=sessions, data=st.data())
    def happen_as_it_may(self, token: str, data: st.DataObject) -> None:
        possible = [event for status, event in BY_EVENT if status == self.model[token].status]
        if possible:
            self.happen(token, data.draw(st.sampled_from(possible)))

    @rule(token=sessions, name=st.sampled_from(EVENTS))
    def happen(self, token: str, name: str) -> None:
        session = self.alive(token)
        if session is None:
            with pytest.raises(UnknownSessionError):
                self.world.happen(token, Event(name))
        elif self.takes(session, name):
            self.world.happen(token, Event(name))
        else:
            with pytest.raises(NotPossibleError):
                self.world.happen(token, Event(name))

    def takes(self, session: ModelSession, name: str) -> bool:
        """Let an event happen in the model, and say whether it could."""
        if name == "expire_token":
            session.expires = self.now
        elif name in PAYMENT_EVENTS and session.status == "created":
            if name != "webhook":
                session.stripe = name
            else:
                session.stripe = "paid" if session.stripe == "pending" else session.stripe
                session.reconcile(self.now)
        elif target := BY_EVENT.get((session.status, name)):
            session.go(target, self.now)
        else:
            return False
        return True

    @rule(passed=st.sampled_from([0, 1, 2, 3, 5, 7, 10, 30, 59, 60, 61]))
    def wait(self, passed: int) -> None:
        self.advance(passed)

    @rule(passed=st.sampled_from([300, 899, 900, 3600, 86_400]))
    def advance(self, passed: int) -> None:
        if self.now + passed < 20 * 86_400:
            self.both_advance(passed)

    @rule()
    def advance_to_next(self) -> None:
        living = [session for token in self.model if (session := self.alive(token))]
        due = [at for session in living if (found := session.due()) and (at := found[0]) <= session.expires]
        if not due:
            assert self.world.advance_to_next() == []
            return
        until = max(self.now, min(due))
        self.compare_moves(until, self.world.advance_to_next())

    def both_advance(self, passed: int) -> None:
        self.compare_moves(self.now + passed, self.world.advance(passed * SECOND))

    def compare_moves(self, until: int, fired: Any) -> None:
        start = parse(BEGIN)
        assert self.clock.now() == start + until * SECOND
        expected = [move for session in self.model.values() for move in session.live(until)]
        found = [Moved((m.at - start) // SECOND, m.token.reveal(), m.source, m.target) for m in fired]
        assert sorted(found) == sorted(expected)
        assert [move.at for move in found] == sorted(move.at for move in found)
        self.now = until

    @invariant()
    def every_session_stands_where_the_model_has_it(self) -> None:
        for token in self.model:
            session, found = self.alive(token), self.world.sessions.find(token, self.clock.now())
            assert (found and found.status) == (session and session.status)


TestFaked = Faked.TestCase
TestFaked.settings = settings(max_examples=250, stateful_step_count=50, deadline=None)
