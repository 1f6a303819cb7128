"""Journeys: what a thousand clients ask of a fake, and what happens to them meanwhile.

A journey is drawn while it is played on the core (`api.answer`, no face at all), for what a client
asks depends on what it was answered: tokens, before all. What comes out is concrete, so every face
can play exactly the same on a world that began alike.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random
from typing import Any, NamedTuple

import pytest

from plugproof_contracts import Status
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.world import pipeline
from plugproof_mockserver.world.faults.faults import FaultKind

COUNT = 1000
PREFIX = "/v3/public-charging"
HERE, THERE = "127.0.0.1", "127.0.0.2"
"""Two clients; both are this machine, so that a socket can be bound to either."""

Headers = tuple[tuple[bytes, bytes], ...]


class Ask(NamedTuple):
    """One request, below the API's base. `closes` asks for the connection's end, where there is one."""

    method: str
    path: str
    headers: Headers = ()
    body: bytes = b""
    client: str = HERE
    closes: bool = False


class Do(NamedTuple):
    """Something that is done to a world from outside: the name of one of `DEEDS`, and what it takes."""

    deed: str
    given: tuple[Any, ...] = ()


class Answer(NamedTuple):
    """An answer, to the byte and in the order of its headers."""

    status: int
    headers: Headers
    body: bytes


class Broken(NamedTuple):
    """A connection that broke instead, and how."""

    how: str


# What both sides of the comparison share.


def _event(fake: FakePlugchoice, index: int, event: str) -> None:
    if live := fake.sessions:
        with suppress(ValueError):
            live[index % len(live)].event(event)


DEEDS: dict[str, Callable[..., object]] = {
    "advance": lambda fake, seconds: fake.clock.advance(seconds=seconds),
    "advance_to_next": lambda fake: fake.clock.advance_to_next(),
    "set_clock": lambda fake, moment: fake.clock.set(moment),
    "fault": lambda fake, operation, kind, options: fake.faults.add(operation, kind, **options),
    "clear": lambda fake: fake.faults.clear(),
    "event": _event,
    "seed": lambda fake, status, code: fake.seed_session(status, code=code),
    "charger": lambda fake, code, fields: fake.set_charger(code, **fields),
    "reset": lambda fake: fake.reset(),
}


def do(fake: FakePlugchoice, step: Ask | Do) -> bool:
    """Do what is to be done to a world; say no if the step is a request instead."""
    if isinstance(step, Ask):
        return False
    DEEDS[step.deed](fake, *step.given)
    return True


def core(fake: FakePlugchoice, ask: Any) -> Answer | Broken:
    """Return what the core answers, as bytes on a wire would have it."""
    world = fake.world
    path = ask.path.partition("?")[0]
    body = ask.body if path.endswith(("/sessions", "/receipt-email")) else b""
    reply = pipeline.answer(world, Request(ask.method, path, ask.headers, body, ask.client))
    if reply.delay:
        world.advance(round(reply.delay * 1_000_000))
    if reply.connection_fault is not None:
        return Broken(reply.connection_fault.value)
    if ask.method != "HEAD":
        world.advance(round(reply.drip * 1_000_000))
    return Answer(reply.status, tuple(reply.wire_headers()), b"" if ask.method == "HEAD" else reply.body)


def end(fake: FakePlugchoice) -> Any:
    """Return all that a journey leaves behind."""
    world, now = fake.world, fake.world.clock.now()
    faults = [(fault.operation, fault.kind, fault.applied_count) for fault in world.faults]
    # Windows that are over count for nobody, and each way to keep them forgets them in its own time.
    windows = sorted(world.limiter.open_windows(now))
    return now, tuple(world.sessions.all(now)), tuple(world.journal), faults, windows


class Journey(NamedTuple):
    """One script, how its world is set up, and what the core made of it."""

    seed: int
    settings: dict[str, Any]
    steps: tuple[Ask | Do, ...]
    answers: tuple[Answer | Broken, ...]
    end: Any

    def begin(self, **options: Any) -> FakePlugchoice:
        """Return a fake on which this journey has not yet begun."""
        return FakePlugchoice(seed=self.seed, **self.settings, **options)

    def alone(self) -> "Journey":
        """Return the journey with all its requests from one address."""
        steps = tuple(step._replace(client=HERE) if isinstance(step, Ask) else step for step in self.steps)
        fake = self.begin()
        answers = tuple(core(fake, step) for step in steps if not do(fake, step))
        return self._replace(steps=steps, answers=answers, end=end(fake))


# Drawing one.

CODES = (*SCENARIOS, *["HAPPY"] * 8, "happy", "SlOw", "NOBODY", "A B", "ÄÖ")
ODD_TOKENS = (
    *("x", "0" * 40, "~", "%2F", "%00", "%0d%0a", "%ff", "%C0%AF", "..%2f..", "a%20b", "x" * 300),
    *("%7Btoken%7D", "a;b", "a,b", "a@b:c", "*", "sessions", "confirm"),
)
PATHS = ("/v3", "/v3/", "/v4/public-charging/sessions", PREFIX, f"{PREFIX}/", f"{PREFIX}/session", "/sessions")
UNDER = ("/confirm/", "/pay", "/confirm/again", "/", "//confirm", "/CONFIRM")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ACCEPTS = (
    "application/json",
    "*/*",
    "text/html",
    "text/html, application/json;q=0.9",
    "application/vnd.api+json",
    "",
)
EXTRAS: tuple[tuple[str, str], ...] = (
    ("Origin", "https://pay.example.org"),
    ("Authorization", "Bearer nobody"),
    ("X-Requested-With", "XMLHttpRequest"),
    ("X-Forwarded-For", "10.9.9.9"),
    ("Accept-Language", "nl"),
    ("Cookie", "a=b"),
    ("Referer", "https://shop.example/pay?a=1&b=<c>"),
    ("Referer", "/back"),
)
EMAILS = (
    "driver@example.org",
    "d@e.example",
    "",
    "driver",
    "a@b@c",
    None,
    7,
    "ü@example.org",
    "x" * 250 + "@example.org",
)
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
RAW_BODIES = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"code": "HAPPY"',
    b"\xff\xfe",
    b'{"a":' * 3000,
    b'{"code":"HAPPY","code":"BUSY"}',
)
WAITS = (0.25, 1, 2, 5, 9.5, 30, 59.999, 60, 61, 300, 900, 1800, 3600, 86_400)


class Traveller:
    """Draws one journey and plays it on the core as it goes."""

    def __init__(self, seed: int) -> None:
        self.seed, self.random = seed, Random(seed)
        self.settings = self._settings()
        self.fake = FakePlugchoice(seed=seed, **self.settings)
        self.tokens: list[str] = []
        self.steps: list[Ask | Do] = []
        self.answers: list[Answer | Broken] = []

    def travel(self) -> Journey:
        """Return the whole journey."""
        self._take(Do("seed", self._seed()) if self.random.random() < 0.5 else self._start())
        if self.random.random() < 0.6:
            self._take(Do("fault", self._fault()))
        length = self.random.randint(3, 9)
        while len(self.steps) < length:
            step = self._deed() if self.random.random() < 0.25 else self._ask()
            for _ in range(self.random.choice((1, 1, 1, 1, 1, 1, 1, 2, 3, 5))):
                self._take(step)
        return Journey(self.seed, self.settings, tuple(self.steps), tuple(self.answers), end(self.fake))

    def _take(self, step: Ask | Do) -> None:
        self.steps.append(step)
        if not do(self.fake, step):
            self.answers.append(core(self.fake, step))
        self.tokens += [token for token in self.fake.world.sessions.tokens() if token not in self.tokens]

    def _settings(self) -> dict[str, Any]:
        pick = self.random.choice
        return {
            "errors": pick(("json", "json", "negotiated")),
            "limiter_store": pick(("redis", "file")),
            "limiter_race": pick((False, False, True)),
            "not_found": pick(("plain", "plain", "echo")),
            "invalid_text": pick(("first", "first", "fixed")),
            "maintenance": 60 if self.random.random() < 0.02 else 0,
            "rate_limit": pick(("endpoint", "endpoint", "endpoint", "shared", "off")),
            "limits": pick(({}, {}, {}, {"get": (2, 60), "confirm": (1, 10), "start": (4, 5)}, {"stop": (0, 60)})),
            "sessions_per_charger": pick((20, 20, 1, 2)),
            "scenario": pick((None, None, None, "HAPPY", "NULLS")),
            "hold": pick((5000, 5000, 0, 100)),
            "token_ttl": pick((86_400, 86_400, 600)),
        }

    # Deeds.

    def _deed(self) -> Do:
        pick = self.random.choice
        deed = pick(("advance",) * 4 + ("advance_to_next",) * 4 + ("fault",) * 14 + ("event",) * 3 + tuple(DEEDS))
        given: dict[str, Callable[[], tuple[Any, ...]]] = {
            "advance": lambda: (pick(WAITS),),
            "set_clock": lambda: (
                pick(("2026-01-10T11:00:00Z", "2026-02-28T23:59:59+01:00", "2028-02-29T12:00:00Z")),
            ),
            "fault": self._fault,
            "event": lambda: (self.random.randrange(9), str(pick(tuple(Event)))),
            "seed": self._seed,
            "charger": self._charger,
        }
        return Do(deed, given.get(deed, tuple)())

    def _seed(self) -> tuple[Any, ...]:
        return str(self.random.choice(tuple(Status))), self.random.choice(tuple(SCENARIOS))

    def _fault(self) -> tuple[Any, ...]:
        pick = self.random.choice
        kind = str(pick((*FaultKind, *(FaultKind.RESET, FaultKind.EMPTY, FaultKind.TRUNCATE) * 2)))
        options: dict[str, Any] = {"first": pick((1, 1, 2, None)), "rate": pick((1.0, 1.0, 0.5))}
        options |= {"milliseconds": 1} if kind in ("latency", "drip") else {}
        options |= {"rule": pick(("headers.content-type", "ratelimit.headers"))} if kind == "violation" else {}
        options |= {} if kind == "latency" else {"when": pick(("before", "after", None))}
        return pick(("*", "*", "*", "confirm", "get", "start")), kind, options

    def _charger(self) -> tuple[Any, ...]:
        changes = ({"online": False}, {"name": "Åäö 北 🔌"}, {"public_charging": False}, {"online": True})
        return self.random.choice(("HAPPY", "SLOW", "NEW1")), self.random.choice(changes)

    # Requests.

    def _ask(self) -> Ask:
        drawn = self.random.random()
        if drawn < 0.15 or not self.tokens:
            ask = self._start()
        elif drawn < 0.85:
            ask = self._on_session()
        else:
            ask = Ask("GET", f"{PREFIX}/chargers/{self.random.choice((*SCENARIOS, 'nobody', 'A%20B', 'x' * 20))}")
        return self._dressed(self._strayed(ask))

    def _start(self) -> Ask:
        pick, random = self.random.choice, self.random.random
        fields: dict[str, Any] = {
            "code": pick(CODES),
            "connector_id": 1 if random() < 0.8 else pick((2, 3, 101, "1", None)),
        }
        if random() < 0.2:
            fields["email"] = pick(EMAILS)
        if random() < 0.05:
            del fields[pick(tuple(fields))]
        return self._with_body(Ask("POST", f"{PREFIX}/sessions"), fields)

    def _on_session(self) -> Ask:
        pick = self.random.choice
        token = pick(self.tokens) if self.random.random() < 0.85 else pick((*ODD_TOKENS, self.tokens[0].upper()))
        verb = pick(("", "", "confirm", "confirm", "stop", "cancel", "receipt-email"))
        ask = Ask("POST" if verb else "GET", f"{PREFIX}/sessions/{token}" + (verb and f"/{verb}"))
        return self._with_body(ask, {"email": pick(EMAILS)}) if verb == "receipt-email" else ask

    def _with_body(self, ask: Ask, fields: dict[str, Any]) -> Ask:
        drawn = self.random.random()
        if drawn < 0.85:
            return _sending(ask, JSON, json.dumps(fields).encode())
        if drawn < 0.93:
            return _sending(ask, FORM, "&".join(f"{name}={value}" for name, value in fields.items()).encode())
        if drawn < 0.94:
            return _sending(ask, JSON, b"x" * 65_537)
        return _sending(ask, self.random.choice((JSON, FORM, "text/plain")), self.random.choice(RAW_BODIES))

    def _strayed(self, ask: Ask) -> Ask:
        """Leave what is right in most requests, and turn the others into ones that no operation takes."""
        pick, drawn = self.random.choice, self.random.random()
        if ask.method == "GET" and drawn < 0.25:
            return ask._replace(method="HEAD")
        if drawn < 0.05:
            return ask._replace(method=pick(METHODS))
        if drawn < 0.12:
            return ask._replace(path=pick(PATHS))
        if drawn < 0.14:
            return ask._replace(path=ask.path + pick(UNDER))
        if drawn < 0.17:
            return ask._replace(path=ask.path + pick(("?", "?x=1", "?a=/confirm&b=%2F")))
        if drawn < 0.2:
            asked = (("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "accept, x-a"))
            return ask._replace(method="OPTIONS", headers=ask.headers + _raw(asked[: self.random.randrange(3)]))
        if drawn < 0.23:
            return _sending(ask, JSON, b'{"ignored": true}')
        return ask

    def _dressed(self, ask: Ask) -> Ask:
        pick, random = self.random.choice, self.random.random
        extras = [pick(EXTRAS)] if random() < 0.3 else []
        if random() < 0.7:
            extras.append(("Accept", pick(ACCEPTS)))
        client = THERE if random() < 0.2 else HERE
        return ask._replace(headers=ask.headers + _raw(extras), client=client, closes=random() < 0.04)


def _raw(headers: Any) -> Headers:
    return tuple((name.encode(), value.encode()) for name, value in headers)


def _sending(ask: Ask, media: str, body: bytes) -> Ask:
    kept = tuple(header for header in ask.headers if header[0] != b"Content-Type")
    return ask._replace(headers=(*kept, *_raw([("Content-Type", media)])), body=body)


@pytest.fixture(scope="session")
def journeys() -> list[Journey]:
    """A thousand journeys, always the same."""
    return [Traveller(seed).travel() for seed in range(COUNT)]


@pytest.fixture(scope="session")
def draw() -> Callable[[int], Iterator[Journey]]:
    """Return a function that draws the first so many of them, for a face that takes its time."""
    return lambda count: (Traveller(seed).travel() for seed in range(count))


@pytest.fixture(scope="session")
def ask_of() -> Callable[[str, str], Ask]:
    """Return a function that asks for an operation on a session, by what follows its token in the path."""

    def ask(token: str, verb: str) -> Ask:
        asked = Ask("POST" if verb else "GET", f"{PREFIX}/sessions/{token}{verb}")
        return _sending(asked, JSON, b'{"email": "driver@example.org"}') if verb == "/receipt-email" else asked

    return ask


@pytest.fixture(scope="session")
def lone_journeys(journeys: list[Journey]) -> list[Journey]:
    """The same for a face that can tell one address only."""
    return [journey.alone() for journey in journeys]


@pytest.fixture(autouse=True)
def honest() -> None:
    """Judge nothing here: what all faces answer alike is judged once, on the core."""
    return


class Core(NamedTuple):
    """How a face goes along with the core: what it does between requests, asks instead of it, and compares."""

    do: Callable[[FakePlugchoice, Any], bool]
    answer: Callable[[FakePlugchoice, Any], Answer | Broken]
    end: Callable[[FakePlugchoice], Any]


@pytest.fixture(scope="session", name="core")
def _core() -> Core:
    """The core, without any face."""
    return Core(do, core, end)
