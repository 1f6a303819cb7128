"""The whole fake against a small model of it, step by step: two worlds, each with its clock, limits and faults."""

import json
import os
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from tests.mockserver.reference import (
    BASE,
    BEGIN,
    BY_EVENT,
    CANCELLABLE,
    EVENTS,
    FAULTS,
    FIELDS,
    LIMITS,
    PER_CHARGER,
    SECOND,
    TERMINAL,
    TTL,
    ModelFault,
    ModelLimiter,
    ModelSession,
    Moved,
    Seconds,
    Spoilt,
    not_found,
)

from plugproof_mockserver.engine.transitions import NotPossibleError
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.settings import LimiterStore, NotFoundText, Settings
from plugproof_mockserver.model.timestamps import parse
from plugproof_mockserver.stores.address import StateAddress
from plugproof_mockserver.stores.store import Store
from plugproof_mockserver.world.faults.faults import make_fault
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.nouns.session_store import UnknownSessionError
from plugproof_mockserver.world.pipeline import answer
from plugproof_mockserver.world.registries.registry import WorldRegistry
from plugproof_mockserver.world.registries.shared_registry import SharedRegistry
from plugproof_mockserver.world.shared.shared_world import SharedWorld
from plugproof_mockserver.world.world import World

CLIENTS = st.sampled_from(["10.0.0.1", "10.0.0.2"])
NAMES = ("default", "other")
TOKEN_OPERATIONS = [name for name in LIMITS if name != "start"]
WAITS = (0, Fraction(1, 200), Fraction(2, 5), Fraction(7, 10), 1, 2, 3, 5, 7, 10, 30, 59, 60, 61)
EMAIL = b'{"email": "a@b.example"}'
SAMPLE = int(os.environ.get("FACES", "20"))
"""A quarter of it is how often a store follows the model; `make faces` sets it to 1,000."""


class Key(NamedTuple):
    """A session's token, and the world that issued it."""

    world: str
    token: str


class Answer(NamedTuple):
    """What came of a request; `content` is null where it can't be read."""

    spoilt: Spoilt
    content: Any
    headers: dict[bytes, bytes]


class Side:
    """One world, and the model of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.now: Seconds = 0
        self.model: dict[str, ModelSession] = {}
        self.limiter = ModelLimiter(world.settings.limiter_store, world.settings.limiter_race)
        self.faults: list[ModelFault] = []

    def ask(self, operation: str, token: str, client: str, body: bytes = b"") -> Answer:
        verb = "" if operation in ("get", "start") else f"/{operation}"
        path = f"{BASE}/sessions" + (f"/{token}{verb}" if operation != "start" else "")
        media = ((b"content-type", b"application/json"),)
        request = Request("GET" if operation == "get" else "POST", path, media, body, client)
        reply = answer(self.world, request)
        try:
            content = json.loads(reply.body)
        except ValueError:
            content = None
        return Answer(
            Spoilt(reply.status, reply.connection_fault, content is not None), content, dict(reply.headers)
        )

    def expect(self, operation: str, token: str, client: str, decide: Any, body: bytes = b"") -> Answer:
        """Hold an answer against what the model decides: a status code, after it has changed what it knows.

        The limiter comes first, so it is hit whatever else goes wrong; a fault before the handler keeps it
        from running, and one after it leaves done what is done.
        """
        expected = Spoilt(429)
        if not self.has_full_hour(operation, body, client) and self.limiter.admit(
            f"{operation} {client}", LIMITS[operation], 60, self.now
        ):
            striking = [fault for fault in self.faults if fault.matches(operation)]
            runs = not any(fault.is_before for fault in striking)
            expected = Spoilt(decide() if runs else 200)
            for fault in striking:
                expected = expected.by(fault)
        refused_for = self.refused_for(operation, body, client)
        found = self.ask(operation, token, client, body)
        assert found.spoilt == expected
        if refused_for is not None and expected == Spoilt(429):
            assert found.headers[b"retry-after"] == b"%d" % refused_for
        if operation != "start":
            left = max(0, LIMITS[operation] - self.limiter.open_hits(f"{operation} {client}", 60, self.now))
            assert found.headers[b"x-ratelimit-remaining"] == b"%d" % left
        elif expected.status != 429:
            assert self.shown(found) == min(self.left(body, client), key=lambda one: one[1])
        return found

    def shown(self, found: Answer) -> tuple[int, int]:
        limit, left = (found.headers[b"x-ratelimit-" + name] for name in (b"limit", b"remaining"))
        return int(limit), int(left)

    def left(self, body: bytes, client: str) -> list[tuple[int, int]]:
        """Return both limits of a start, and what each has left."""
        minute = LIMITS["start"] - self.limiter.open_hits(f"start {client}", 60, self.now)
        hour = PER_CHARGER - self.limiter.open_hits(json.loads(body)["code"], 3600, self.now)
        return [(LIMITS["start"], max(0, minute)), (PER_CHARGER, max(0, hour))]

    def has_full_hour(self, operation: str, body: bytes, client: str) -> bool:
        """Return whether a start is refused for its charger's hour, which costs no hit of the minute."""
        if operation != "start":
            return False
        return not self.limiter.has_room(json.loads(body)["code"], PER_CHARGER, 3600, self.now)

    def refused_for(self, operation: str, body: bytes, client: str) -> int | None:
        """Return the seconds for which the limit per minute, or else that per hour, refuses; None without."""
        key = f"{operation} {client}"
        if not self.limiter.has_room(key, LIMITS[operation], 60, self.now):
            return self.limiter.retry_after(key, 60, self.now)
        if self.has_full_hour(operation, body, client):
            return self.limiter.retry_after(json.loads(body)["code"], 3600, self.now)
        return None

    def alive(self, token: str) -> ModelSession | None:
        session = self.model.get(token)
        return None if session is None or session.expires <= self.now else session

    def same(self, data: dict[str, Any], session: ModelSession) -> None:
        assert {name: data[name] for name in FIELDS} == session.shown(self.now)
        assert (data["failure_reason"] is not None) == (session.status in {"failed", "abandoned"})

    def compare_moves(self, until: Seconds, fired: Any) -> None:
        start = parse(BEGIN)
        assert self.world.clock.now() == start + until * SECOND
        expected = [move for session in self.model.values() for move in session.live(until)]
        found = [Moved(Fraction(m.at - start, SECOND), m.token, m.source, m.target) for m in fired]
        assert sorted(found) == sorted(expected)
        assert [move.at for move in found] == sorted(move.at for move in found)
        self.now = until

    def advance(self, passed: Seconds) -> None:
        if self.now + passed < 20 * 86_400:
            self.compare_moves(self.now + passed, self.world.advance(int(passed * SECOND)))

    def advance_to_next(self) -> None:
        living = [session for token in self.model if (session := self.alive(token))]
        due = [at for session in living if (found := session.due()) and (at := found[0]) <= session.expires]
        if due:
            self.compare_moves(max(self.now, min(due)), self.world.advance_to_next())
        else:
            assert self.world.advance_to_next() == []


class Faked(RuleBasedStateMachine):
    """What anybody may do to the fake, in any order."""

    sessions = Bundle("sessions")

    @initialize(store=st.sampled_from(LimiterStore), race=st.booleans(), words=st.sampled_from(NotFoundText))
    def begin(self, store: LimiterStore, race: bool, words: NotFoundText) -> None:
        rules = Settings(sessions_per_charger=PER_CHARGER, limiter_store=store, limiter_race=race, not_found=words)
        worlds = self.worlds(rules)
        self.sides = {name: Side(worlds.get(name)) for name in NAMES}

    def worlds(self, rules: Settings) -> WorldRegistry:
        """Return worlds in which nothing has happened yet."""
        return WorldRegistry(lambda name: World(rules, clock=Clock(parse(BEGIN), speed=0), name=name))

    def on(self, operation: str, key: Key, client: str, decide: Any, body: bytes = b"") -> None:
        """Ask for an operation on a session; `decide` says with which code it is answered while it lives."""
        side = self.sides[key.world]
        session = side.alive(key.token)
        found = side.expect(operation, key.token, client, lambda: decide(session) if session else 404, body)
        if found.spoilt == Spoilt(404):
            assert found.content == {"message": not_found(side.world.settings.not_found, key.token)}
        if found.spoilt == Spoilt(200) and session is not None and "data" in found.content:
            side.same(found.content["data"], session)
            if operation == "get":
                assert (found.content["payment"] is not None) == (session.status == "created")

    # Steps.

    @rule(target=sessions, there=st.sampled_from(NAMES), code=st.sampled_from(["HAPPY", "UNPAID"]), client=CLIENTS)
    def start(self, there: str, code: str, client: str) -> Any:
        side = self.sides[there]
        before = set(side.world.sessions.tokens())

        def decide() -> int:
            return 201 if side.limiter.admit(code, PER_CHARGER, 3600, side.now) else 429

        body = b'{"code": "%s", "connector_id": 1}' % code.encode()
        found = side.expect("start", "", client, decide, body)
        # Who was not told of a session has started it all the same.
        made = set(side.world.sessions.tokens()) - before
        for token in made:
            stripe = "paid" if code == "HAPPY" else "pending"
            side.model[token] = ModelSession(token, stripe, side.now, side.now, side.now + TTL)
        if found.spoilt == Spoilt(201):
            assert {found.content["session_token"]} == made
            side.same(found.content["data"], side.model[found.content["session_token"]])
        return multiple(*(Key(there, token) for token in made))

    @rule(target=sessions, there=st.sampled_from(NAMES), client=CLIENTS, steps=st.integers(0, 5))
    def start_and_drive(self, there: str, client: str, steps: int) -> Any:
        """Get a session far enough for the others to matter, since most steps end in an early grave."""
        started = self.start(there, "HAPPY", client)
        for key in started.values:
            self.confirm(key, client)
            for _ in range(steps):
                self.sides[there].advance_to_next()
        return started

    @rule(key=sessions, client=CLIENTS)
    def get(self, key: Key, client: str) -> None:
        self.on("get", key, client, lambda session: 200)

    @rule(key=sessions, client=CLIENTS)
    def confirm(self, key: Key, client: str) -> None:
        def decide(session: ModelSession) -> int:
            session.reconcile(self.sides[key.world].now)
            return 200

        self.on("confirm", key, client, decide)

    @rule(key=sessions, client=CLIENTS)
    def stop(self, key: Key, client: str) -> None:
        def decide(session: ModelSession) -> int:
            if session.status == "charging":
                session.go("stopping", self.sides[key.world].now)
            return 200 if session.status == "stopping" else 400

        self.on("stop", key, client, decide)

    @rule(key=sessions, client=CLIENTS)
    def cancel(self, key: Key, client: str) -> None:
        def decide(session: ModelSession) -> int:
            if session.status not in CANCELLABLE:
                return 409
            session.go("abandoned", self.sides[key.world].now)
            return 200

        self.on("cancel", key, client, decide)

    @rule(key=sessions, client=CLIENTS, email=st.sampled_from(["a@b.example", "c@d.example", "wrong"]))
    def set_receipt_email(self, key: Key, client: str, email: str) -> None:
        def decide(session: ModelSession) -> int:
            if session.status in TERMINAL or email == "wrong":
                return 422
            session.email = email
            return 200

        self.on("receipt-email", key, client, decide, b'{"email": "%s"}' % email.encode())

    @rule(there=st.sampled_from(NAMES), operation=st.sampled_from(TOKEN_OPERATIONS), client=CLIENTS)
    def ask_for_nobody(self, there: str, operation: str, client: str) -> None:
        self.on(operation, Key(there, "0" * 40), client, lambda session: 200, EMAIL)

    @rule(key=sessions, operation=st.sampled_from(TOKEN_OPERATIONS), client=CLIENTS)
    def ask_in_the_other_world(self, key: Key, operation: str, client: str) -> None:
        (other,) = set(NAMES) - {key.world}
        self.on(operation, Key(other, key.token), client, lambda session: 200, EMAIL)

    @rule(key=sessions, data=st.data())
    def happen_as_it_may(self, key: Key, data: st.DataObject) -> None:
        session = self.sides[key.world].model[key.token]
        possible = [event for status, event in BY_EVENT if status == session.status]
        if possible:
            self.apply_event(key, data.draw(st.sampled_from(possible)))

    @rule(key=sessions, name=st.sampled_from(EVENTS))
    def apply_event(self, key: Key, name: str) -> None:
        side = self.sides[key.world]
        session = side.alive(key.token)
        if session is None:
            with pytest.raises(UnknownSessionError):
                side.world.apply_event(key.token, Event(name))
        elif session.take(name, side.now):
            side.world.apply_event(key.token, Event(name))
        else:
            with pytest.raises(NotPossibleError):
                side.world.apply_event(key.token, Event(name))

    @rule(
        there=st.sampled_from(NAMES),
        operation=st.sampled_from(["*", *LIMITS]),
        kind=st.sampled_from(FAULTS),
        is_before=st.booleans(),
        times=st.integers(1, 3),
    )
    def fault(self, there: str, operation: str, kind: str, is_before: bool, times: int) -> None:
        side, when = self.sides[there], "before" if is_before else "after"
        side.faults.append(ModelFault(operation, kind, is_before, times))
        side.world.inject(make_fault(operation, kind, when=when, first=times))

    @rule(there=st.sampled_from(NAMES), passed=st.sampled_from(WAITS))
    def wait(self, there: str, passed: Seconds) -> None:
        self.sides[there].advance(passed)

    @rule(there=st.sampled_from(NAMES), passed=st.sampled_from([300, 899, 900, 3600, 86_400]))
    def advance(self, there: str, passed: int) -> None:
        self.sides[there].advance(passed)

    @rule(there=st.sampled_from(NAMES))
    def advance_to_next(self, there: str) -> None:
        self.sides[there].advance_to_next()

    @invariant()
    def every_session_stands_where_the_model_has_it(self) -> None:
        for side in self.sides.values():
            for token in side.model:
                session, found = side.alive(token), side.world.sessions.find(token, side.world.clock.now())
                assert (found and found.status) == (session and session.status)


class FakedStore(Faked):
    """The same, with the worlds in a store."""

    store: Store
    count = 0

    def worlds(self, rules: Settings) -> WorldRegistry:
        def make(name: str) -> SharedWorld:
            return SharedWorld(rules, store=self.store, clock=Clock(parse(BEGIN), speed=0), name=name)

        worlds = SharedRegistry(make, self.store)
        FakedStore.count += 1
        for name in NAMES:
            worlds.get(name).begin(f"run {self.count}", None)
        return worlds


@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_a_store_follows_the_model(kind, tmp_path, request):
    """Whatever anybody does, in any order, to worlds in a store; `make faces` does it more often."""
    state = request.getfixturevalue("redis_url") if kind == "redis" else f"sqlite:///{tmp_path}/worlds.db"
    FakedStore.store = StateAddress(state).open()
    runs = settings(max_examples=SAMPLE // 4, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(FakedStore, settings=runs)
    FakedStore.store.close()


TestFaked = Faked.TestCase
TestFaked.settings = settings(max_examples=250, stateful_step_count=50, deadline=None)
