"""A run: one fake, one client, and what happens to them step by step."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, Self

from plugproof_contracts import Status, Token
from plugproof_contracts.argument_checks import check_arguments
from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session_lifecycle import TERMINAL
from plugproof_contracts.secrets.token import fingerprint
from plugproof_harness.client.adapter import METHODS, Adapter, AdapterError, fields_of, offered, takes_email
from plugproof_harness.client.client_call import CallEnding, ClientCall
from plugproof_harness.client.client_driver import TIME_LIMIT, ClientDriver
from plugproof_harness.client.request_log import RequestLog
from plugproof_harness.laws.client_laws import LAWS, BrokenLawError
from plugproof_harness.runs.event_path import event_path
from plugproof_harness.runs.failure_report import FailureReport
from plugproof_harness.runs.steps import OPERATION_OF, Step, parse_step
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.fake import FakeSession
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.model.events import Event, possible_events
from plugproof_mockserver.world import pipeline
from plugproof_mockserver.world.faults.faults import make_fault
from plugproof_mockserver.world.nouns.session_store import UnknownSessionError

OTHER_DEVICE = "192.0.2.2"
"""The address of the driver's other device: one that documentation may use."""


class DrivenSession(NamedTuple):
    """A session that the client has started: its own handle on it, and the fake's."""

    handle: Any
    session: FakeSession

    def __repr__(self) -> str:
        # The handle mostly is the token.
        return f"<DrivenSession {fingerprint(self.session.token)}>"


class ClientRun:
    """One client in one world. Raises `BrokenLawError` in the step in which the client breaks a law."""

    def __init__(self, adapter: type[Adapter], *, time_limit: float = TIME_LIMIT, **settings: Any) -> None:
        self.offered = offered(adapter)
        self._takes_email = takes_email(adapter)
        self.fake = FakePlugchoice(**{"seed": 0, **settings})
        self.request_log = RequestLog(self.fake.world)
        self.fake.world.listeners.append(self.request_log)
        self.sessions: dict[int, DrivenSession] = {}
        self._starts = 0
        self.last_call: ClientCall | None = None
        self.report = FailureReport(adapter, settings)
        self._known: dict[Token, dict[str, Any]] = {}
        self._client = ClientDriver(adapter, self.fake, self.request_log.look, self.request_log.lose, time_limit)
        self._adapter = self._client.adapter

    def close(self) -> None:
        """End the client and the world."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # What went wrong first is what is told.
        with suppress(*([AdapterError] if kind else [])):
            self.close()

    # Steps.

    def do(self, step: Step) -> None:
        """Let one step happen."""
        self.report.begin(step, self.fake.clock.now)
        _DO[step.verb](self, *step.arguments)

    def start(self, code: str, connector_id: str, email: str | None = None) -> None:
        """Let the driver start a session; its number is that of the start."""
        self._starts += 1
        address = {"email": email} if self._takes_email else {}
        given = {"code": code, "connector_id": int(connector_id), **address}
        call = self._call("start", None, given, lambda: self._adapter.start(code, int(connector_id), **address))
        if call.end is CallEnding.ANSWERED:
            if call.value is None:
                raise AdapterError("start returned None: return whatever the client calls the session by")
            token = next(
                request.token for request in reversed(call.own_requests) if request.session and request.token
            )
            self._known[token] = call.last_told or {}
            self.sessions[self._starts] = DrivenSession(call.value, FakeSession(self.fake.world, token.reveal()))

    def press(self, number: str, *arguments: str, operation: str) -> None:
        """Let the driver press a button of a session, if the client has it."""
        if operation not in self.offered:
            return
        driven = self.driven(number)
        given = {"email": arguments[0]} if arguments else {}
        method = getattr(self._adapter, METHODS[operation])
        token = Token(driven.session.token)
        call = self._call(operation, driven.session, given, lambda: method(driven.handle, *arguments))
        self._known[token] = call.last_told or {}

    def race(self, number: str, button: str, other: str) -> None:
        """Let the driver press a button, and another while the first answer is on its way, if there is one.

        A client that uses another way than `transport()` is pressed one after the other.
        """
        broken: list[BrokenLawError | AdapterError] = []

        def press_other() -> None:
            # What it breaks must not be raised inside the client.
            try:
                with self.request_log.nested():
                    self._press(number, other, "other")
            except (BrokenLawError, AdapterError) as error:
                broken.append(error)

        api = self._client.api
        api.in_flight = press_other
        try:
            self._press(number, button, "driver")
        finally:
            is_left, api.in_flight = api.in_flight is not None, None
        if is_left:
            press_other()
        for error in broken:
            raise error

    def _press(self, number: str, button: str, name: str) -> None:
        address = [f"{name}@example.org"] if button == "email" else []
        self.press(number, *address, operation=OPERATION_OF[button])

    def delay(self, operation: str, seconds: str) -> None:
        """Let the next answer to an operation take so many seconds on the fake's clock."""
        self.fake.world.inject(make_fault(operation, "latency", first=1, milliseconds=int(seconds) * 1000))

    def happen_during(self, number: str, operation: str, event: str) -> None:
        """Let something happen to a session, if it can, while the next answer to an operation is on its way."""
        self.driven(number)
        self.request_log.expect(operation, lambda: self.happen(number, event))

    def driven(self, number: str) -> DrivenSession:
        """Return a session by its number; raise `InvalidValueError` when no start has made it."""
        if int(number) not in self.sessions:
            made = ", ".join(map(str, self.sessions)) or "none"
            raise InvalidValueError(
                f"there is no session {number}; of {self._starts} starts these made one: {made}"
            )
        return self.sessions[int(number)]

    def running(self) -> int:
        """Return how many sessions of the client are not over."""
        return sum(session.status not in TERMINAL for session in self.fake.sessions)

    def status(self, number: str) -> str:
        """Return the status of a session, or "unknown" when its token has expired."""
        truth = _data(self.driven(number).session)
        return str(truth["status"]) if truth else "unknown"

    def is_over(self, number: str) -> bool:
        """Return whether a session has ended, or its token has expired."""
        truth = _data(self.driven(number).session)
        return truth is None or truth["status"] in TERMINAL

    def happen(self, number: str, event: str) -> None:
        """Let something happen to a session that the client has no part in, if it can happen there."""
        session = self.driven(number).session
        if event in self.possible(number):
            session.event(Event(event))

    def lead(self, number: str, status: str) -> None:
        """Let a session get to a status by the shortest path that its client has no part in."""
        if not self.possible(number):
            return
        session = self.driven(number).session
        for move in event_path(session.status, Status(status)):
            if not isinstance(move, Event):
                self._operate_elsewhere(move, session)
            elif move in self.possible(number):
                # A declined card leaves the path.
                session.event(move)

    def _operate_elsewhere(self, operation: str, session: FakeSession) -> None:
        """Let the driver do something on another device, which has its own address and a sound connection."""
        world = self.fake.world
        path = OPERATIONS[operation].template.replace("{token}", session.token)
        with world.lock, self.request_log.paused():
            faults, world.faults = world.faults, []
            try:
                pipeline.answer(world, Request("POST", path, client=OTHER_DEVICE))
            finally:
                world.faults = faults

    def possible(self, number: str) -> tuple[str, ...]:
        """Return what can happen to a session now; nothing once its token has expired."""
        try:
            return possible_events(self.driven(number).session.status)
        except UnknownSessionError:
            return ()

    def use_up(self, operation: str, seconds: str = "") -> None:
        """Let somebody behind the same address ask for an operation until its limit refuses.

        With `seconds` that was some time ago, so that the next refusal says to wait for so long.
        """
        world = self.fake.world
        limit = world.settings.limit_of(operation)
        if seconds:
            world.use_up(operation, int(seconds))
            return
        known = OPERATIONS[operation]
        path = known.template.replace("{token}", "nobody").replace("{code}", "NOBODY")
        with self.request_log.paused():
            for _ in range(limit.hits):
                pipeline.answer(world, Request(known.method, path))

    # The client at work.

    def _call(
        self, operation: str, session: FakeSession | None, given: dict[str, Any], press: Callable[[], Any]
    ) -> ClientCall:
        token = Token(session.token) if session else None
        known = self._known.get(token) if token else None
        self.request_log.begin()
        outcome = self._client.press(press)
        if (
            operation == "start"
            and not self.request_log.requests
            and outcome.end not in (CallEnding.CRASHED, CallEnding.NEVER)
        ):
            raise AdapterError(
                "start sent no request to the fake: give the client `api.transport()` and `api.base_url`,"
                " or the base URL that `api.serve()` returns"
            )
        if outcome.end is CallEnding.ANSWERED and operation != "start":
            outcome = outcome._replace(value=fields_of(outcome.value, METHODS[operation]))
        truth = _data(session) if session else None
        call = ClientCall(operation, given, token, self.request_log.requests, outcome, known, truth)
        self.last_call = call
        self._judge(call)
        return call

    def _judge(self, call: ClientCall) -> None:
        self.report.add_call(call)
        for law in LAWS.values():
            for complaint in law.find(call):
                raise self.report.broken(law, complaint, call, self.request_log.tokens)


def _data(session: FakeSession) -> dict[str, Any] | None:
    try:
        return dict(session.data)
    except UnknownSessionError:
        return None


_DO: dict[str, Callable[..., None]] = {
    "start": ClientRun.start,
    **{verb: partial(ClientRun.press, operation=name) for verb, name in OPERATION_OF.items() if verb != "start"},
    "event": ClientRun.happen,
    "meanwhile": ClientRun.lead,
    "wait": lambda run, seconds: run.fake.clock.advance(seconds=int(seconds)),
    "next": lambda run: run.fake.clock.advance_to_next(),
    "fault": lambda run, operation, kind: run.fake.faults.add(operation, kind, first=1),
    "late": ClientRun.delay,
    "during": ClientRun.happen_during,
    "race": ClientRun.race,
    "limit": ClientRun.use_up,
}


@check_arguments
def replay(adapter: type[Adapter], steps: Iterable[str], **settings: Any) -> None:
    """Repeat a run, as a broken law has printed it.

    Raises `BrokenLawError` when the client still breaks a law, and `InvalidValueError` for anything but steps.
    """
    run_steps(adapter, [parse_step(text) for text in steps], settings)


def run_steps(adapter: type[Adapter], steps: Iterable[Step], settings: dict[str, Any]) -> None:
    """Carry out a run from beginning to end."""
    with ClientRun(adapter, **settings) as run:
        for step in steps:
            run.do(step)
