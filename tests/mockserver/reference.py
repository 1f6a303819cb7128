"""A small model of the fake, written from the facts alone.

It has its own arrows, its own limiter (a list of hits), its own money (fractions), its own timeline and its
own idea of a fault, and it calls nothing of what it judges.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

Seconds = int | Fraction
"""Seconds since the beginning."""
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
    at: Seconds
    token: str
    source: str
    target: str


@dataclass
class ModelSession:
    """One session as the facts have it; times are seconds since the beginning."""

    token: str
    stripe: str
    created: Seconds
    entered: Seconds
    expires: Seconds
    status: str = "created"
    email: str | None = None
    authorized: Seconds | None = None
    started: Seconds | None = None
    completed: Seconds | None = None
    captured: Seconds | None = None

    def go(self, target: str, at: Seconds) -> None:
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

    def live(self, until: Seconds) -> list[Moved]:
        """Do everything that is due, up to the end of the token's life."""
        moves = []
        while (due := self.due()) is not None and due[0] <= min(until, self.expires):
            source = self.status
            self.go(due[1], due[0])
            moves.append(Moved(due[0], self.token, source, self.status))
        return moves

    def due(self) -> tuple[Seconds, str] | None:
        if self.status not in BY_ITSELF:
            return None
        after, target = BY_ITSELF[self.status]
        return self.entered + after, target

    def reconcile(self, at: Seconds) -> None:
        if self.status == "created" and self.stripe != "pending":
            self.go({"paid": "authorized", "declined": "failed"}[self.stripe], at)

    def take(self, event: str, at: Seconds) -> bool:
        """Let an event happen, and say whether it could."""
        if event == "expire_token":
            self.expires = at
        elif event in PAYMENT_EVENTS and self.status == "created":
            if event != "webhook":
                self.stripe = event
            else:
                self.stripe = "paid" if self.stripe == "pending" else self.stripe
                self.reconcile(at)
        elif target := BY_EVENT.get((self.status, event)):
            self.go(target, at)
        else:
            return False
        return True

    def energy(self, now: Seconds) -> int | None:
        """Return watt-hours at 11 kW: the estimate of the last ten seconds, or what was delivered in the end."""
        if self.started is None:
            return None
        running = (now - self.started) // 10 * 10
        return floor(
            Fraction(11_000 * (running if self.completed is None else self.completed - self.started), 3600)
        )

    def cost(self, now: Seconds) -> int | None:
        energy = self.energy(now)
        if not energy:
            return energy
        return min(HOLD, 35 + floor(Fraction(energy * 49, 1000) + Fraction(1, 2)))

    def shown(self, now: Seconds) -> dict[str, Any]:
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


def stamp(at: Seconds | None) -> str | None:
    """Write a moment, counting days by hand from the tenth of January."""
    if at is None:
        return None
    whole = floor(at) + 12 * 3600
    day, rest = divmod(whole, 86_400)
    assert day < 22, "the model knows January only"
    return f"2026-01-{10 + day:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}.000000Z"


@dataclass
class ModelLimiter:
    """Every hit that was ever admitted, by key.

    In `file` a window ends a whole number of seconds after the second of its first hit, in `redis` after the hit
    itself. One with a race takes two hits within ten milliseconds for one when it looks whether there is room.
    """

    store: str = "redis"
    has_race: bool = False
    hits: dict[str, list[Seconds]] = field(default_factory=dict)

    def window(self, key: str, length: int, now: Seconds) -> list[Seconds]:
        """Return the hits of the window that is open now."""
        window: list[Seconds] = []
        for at in self.hits.get(key, []):
            window = [at] if not window or at >= self.end(window[0], length) else [*window, at]
        return window if window and now < self.end(window[0], length) else []

    def end(self, first: Seconds, length: int) -> Seconds:
        return (floor(first) if self.store == "file" else first) + length

    def open_hits(self, key: str, length: int, now: Seconds) -> int:
        return len(self.window(key, length, now))

    def has_room(self, key: str, limit: int, length: int, now: Seconds) -> bool:
        found = self.window(key, length, now)
        is_race = self.has_race and 0 < limit == len(found) and (now - found[-1]) * 100 <= 1
        return len(found) < limit or is_race

    def admit(self, key: str, limit: int, length: int, now: Seconds) -> bool:
        if not self.has_room(key, limit, length, now):
            return False
        self.hits.setdefault(key, []).append(now)
        return True

    def retry_after(self, key: str, length: int, now: Seconds) -> int:
        """Return what a refusal says: whole seconds between two whole ones."""
        return max(0, floor(self.window(key, length, now)[0]) + length - floor(now))


def not_found(words: str, token: str) -> str:
    """Return what a 404 about a session says."""
    return f"No query results for model [App\\Models\\Session] {token}" if words == "echo" else "Not Found"


ERRORS = {"500": 500, "503": 503, "504": 504}
CUTS = ("reset", "empty", "truncate")
FAULTS = (*ERRORS, *CUTS, "malformed", "html")


@dataclass
class ModelFault:
    """One fault; `left` is how often it still strikes."""

    operation: str
    kind: str
    is_before: bool
    left: int

    def matches(self, operation: str) -> bool:
        if self.operation not in ("*", operation) or not self.left:
            return False
        self.left -= 1
        return True


class Spoilt(NamedTuple):
    """What becomes of an answer: its status, how it is cut, and whether it can be read."""

    status: int
    connection_fault: str | None = None
    is_legible: bool = True

    def by(self, fault: ModelFault) -> "Spoilt":
        found = Spoilt(200) if fault.is_before else self
        if fault.kind in ERRORS:
            return found._replace(status=ERRORS[fault.kind], is_legible=True)
        if fault.kind in CUTS:
            return found._replace(connection_fault=fault.kind)
        status = 200 if fault.kind == "html" else found.status
        return found._replace(status=status, is_legible=False)
