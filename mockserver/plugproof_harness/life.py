"""A life: one fake, one client, and what happens to them step by step."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from plugproof_contracts import Status, Token
from plugproof_contracts.facts.lifecycle import TERMINAL
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_harness.adapter import METHODS, Adapter, AdapterError, fields_of, offered, takes_email
from plugproof_harness.call import Call, End
from plugproof_harness.client import Client
from plugproof_harness.hearing import Hearing
from plugproof_harness.laws import LAWS
from plugproof_harness.step import OPERATION_OF, Step, parse_step
from plugproof_harness.story import Story
from plugproof_harness.way import way
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.fake import FakeSession
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.model.events import possible_events
from plugproof_mockserver.world import pipeline as api
from plugproof_mockserver.world.session_store import UnknownSessionError


class Driven(NamedTuple):
    """A session that the client has started: its own handle on it, and the fake's."""

    handle: Any
    session: FakeSession

    def __repr__(self) -> str:
        # The handle mostly is the token.
        return f"<Driven {self.session.token}>"


class Life:
    """One client in one world. Raises `BrokenLawError` in the step in which the client breaks a law."""

    def __init__(self, adapter: type[Adapter], **settings: Any) -> None:
        self.offered = offered(adapter)
        self._takes_email = takes_email(adapter)
        self.fake = FakePlugchoice(**{"seed": 0, **settings})
        self.hearing = Hearing(self.fake.world)
        self.fake.world.listeners.append(self.hearing)
        self.sessions: dict[int, Driven] = {}
        self._starts = 0
        self.story = Story(adapter.__name__, settings)
        self._known: dict[Token, dict[str, Any]] = {}
        self._client = Client(adapter, self.fake, self.hearing.look)
        self._adapter = self._client.adapter

    def close(self) -> None:
        """End the client and the world."""
        self._client.close()

    # Steps.

    def do(self, step: Step) -> None:
        """Let one step happen."""
        self.story.begin(step, self.fake.clock.now)
        _DO[step.verb](self, *step.arguments)

    def start(self, code: str, connector_id: str, email: str | None = None) -> None:
        """Let the driver start a session; its number is that of the start."""
        self._starts += 1
        address = {"email": email} if self._takes_email else {}
        given = {"code": code, "connector_id": int(connector_id), **address}
        call = self._call("start", None, given, lambda: self._adapter.start(code, int(connector_id), **address))
        if call.end is End.ANSWERED:
            if call.value is None:
                raise AdapterError("start returned None: return whatever the client calls the session by")
            token = next(asked.token for asked in reversed(call.own) if asked.session and asked.token)
            self._known[token] = call.told or {}
            self.sessions[self._starts] = Driven(call.value, FakeSession(self.fake.world, token.reveal()))

    def press(self, number: str, *arguments: str, operation: str) -> None:
        """Let the driver press a button of a session, if the client has it."""
        if operation not in self.offered:
            return
        driven = self.driven(number)
        given = {"email": arguments[0]} if arguments else {}
        method = getattr(self._adapter, METHODS[operation])
        token = driven.session.token
        call = self._call(operation, driven.session, given, lambda: method(driven.handle, *arguments))
        self._known[token] = call.told or {}

    def driven(self, number: str) -> Driven:
        """Return a session by its number; raise `ValueError` when no start has made it."""
        if int(number) not in self.sessions:
            made = ", ".join(map(str, self.sessions)) or "none"
            raise ValueError(f"there is no session {number}; of {self._starts} starts these made one: {made}")
        return self.sessions[int(number)]

    def running(self) -> int:
        """Return how many sessions of the client are not over."""
        return sum(session.status not in TERMINAL for session in self.fake.sessions)

    def is_over(self, number: str) -> bool:
        """Say whether a session has ended, or its token has expired."""
        truth = _data(self.driven(number).session)
        return truth is None or truth["status"] in TERMINAL

    def happen(self, number: str, event: str) -> None:
        """Let something happen to a session that the client has no part in, if it can happen there."""
        session = self.driven(number).session
        if event in self.possible(number):
            session.event(event)

    def lead(self, number: str, status: str) -> None:
        """Let a session get to a status by the shortest way of events, if there is one."""
        if not self.possible(number):
            return
        for event in way(self.driven(number).session.status, Status(status)):
            # A declined card turns off the way.
            if event in self.possible(number):
                self.driven(number).session.event(event)

    def possible(self, number: str) -> tuple[str, ...]:
        """Return what can happen to a session now; nothing once its token has expired."""
        try:
            return possible_events(self.driven(number).session.status)
        except UnknownSessionError:
            return ()

    def use_up(self, operation: str) -> None:
        """Let somebody behind the same address ask for an operation until its limit refuses."""
        limit = self.fake.world.settings.limit_of(operation).hits
        known = OPERATIONS[operation]
        path = known.template.replace("{token}", "nobody").replace("{code}", "NOBODY")
        with self.hearing.elsewhere():
            for _ in range(limit):
                api.answer(self.fake.world, Request(known.method, path))

    # The client at work.

    def _call(
        self, operation: str, session: FakeSession | None, given: dict[str, Any], press: Callable[[], Any]
    ) -> Call:
        token = session.token if session else None
        known = self._known.get(token) if token else None
        self.hearing.begin()
        outcome = self._client.press(press)
        if operation == "start" and not self.hearing.asked and outcome.end not in (End.CRASHED, End.NEVER):
            raise AdapterError(
                "start sent no request to the fake: give the client `api.transport()` and `api.base_url`,"
                " or the base URL that `api.serve()` returns"
            )
        if outcome.end is End.ANSWERED and operation != "start":
            outcome = outcome._replace(value=fields_of(outcome.value, METHODS[operation]))
        truth = _data(session) if session else None
        call = Call(operation, given, token, self.hearing.asked, outcome, known, truth)
        self._judge(call)
        return call

    def _judge(self, call: Call) -> None:
        self.story.tell(call)
        for law in LAWS.values():
            for complaint in law.find(call):
                raise self.story.broken(law, complaint, call, self.hearing.tokens)


def _data(session: FakeSession) -> dict[str, Any] | None:
    try:
        return session.data
    except UnknownSessionError:
        return None


_DO: dict[str, Callable[..., None]] = {
    "start": Life.start,
    **{verb: partial(Life.press, operation=name) for verb, name in OPERATION_OF.items() if verb != "start"},
    "event": Life.happen,
    "meanwhile": Life.lead,
    "wait": lambda life, seconds: life.fake.clock.advance(seconds=int(seconds)),
    "next": lambda life: life.fake.clock.advance_to_next(),
    "fault": lambda life, operation, kind: life.fake.faults.add(operation, kind, first=1),
    "limit": Life.use_up,
}


def replay(adapter: type[Adapter], steps: Iterable[str], **settings: Any) -> None:
    """Live a life again, as a broken law has printed it.

    Raises `BrokenLawError` when the client still breaks a law, and `ValueError` for a text that is no step.
    """
    live(adapter, [parse_step(text) for text in steps], settings)


def live(adapter: type[Adapter], steps: Iterable[Step], settings: dict[str, Any]) -> None:
    """Live a life from its beginning to its end."""
    life = Life(adapter, **settings)
    try:
        for step in steps:
            life.do(step)
    finally:
        life.close()
