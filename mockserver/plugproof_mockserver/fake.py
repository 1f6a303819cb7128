"""`FakePlugchoice`: the fake for Python programs, in process and on a clock that stands still."""

from collections.abc import Iterator, Mapping
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack, cast

import msgspec

from plugproof_contracts import PublicCharger, Session, Status
from plugproof_contracts.argument_checks import check_arguments
from plugproof_contracts.errors import InvalidTypeError, InvalidValueError
from plugproof_contracts.extras import name_missing_extra
from plugproof_contracts.facts.operations import BASE_URL, OPERATIONS
from plugproof_contracts.secrets.token import fingerprint
from plugproof_mockserver.engine.representation import payment_of, session_body
from plugproof_mockserver.engine.transitions import StatusChange
from plugproof_mockserver.facts_file import read_facts
from plugproof_mockserver.http.request_bodies import StartBody, read_start
from plugproof_mockserver.http.response import ErrorResponse, shorten
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.model.state import SessionState
from plugproof_mockserver.model.suggestions import list_choices, refuse_unknown
from plugproof_mockserver.model.timestamps import length_of, parse
from plugproof_mockserver.public_types import (
    ChargerFields,
    EventName,
    FakeSettings,
    FaultKindName,
    FaultOptions,
    FaultTimingName,
    OperationName,
    Parts,
    PaymentData,
    PreparedBody,
    RateLimitName,
    SeededFields,
    SessionData,
    SessionFields,
    SessionOperationName,
    StatusName,
)
from plugproof_mockserver.world.faults.faults import Fault, FaultKind, FaultTiming, make_fault
from plugproof_mockserver.world.nouns.journal import Journal
from plugproof_mockserver.world.nouns.prepared_responses import PreparedResponse, make_prepared
from plugproof_mockserver.world.snapshots.snapshots import restore_snapshot, take_snapshot
from plugproof_mockserver.world.snapshots.world_snapshot import WorldSnapshot
from plugproof_mockserver.world.world import World
from plugproof_mockserver.world.world_factory import WorldFactory, make_settings, open_state

if TYPE_CHECKING:
    import respx

    from plugproof_mockserver.faces.asgi import App
    from plugproof_mockserver.faces.transports import AsyncTransport, Transport

DEFAULT_CLOCK = "2026-01-10T12:00:00Z"
SESSION_OPERATIONS = tuple(name for name, operation in OPERATIONS.items() if "{token}" in operation.template)


class FakeSession:
    """A handle on one session of a fake; everything it says is as of now, on the fake's clock."""

    @check_arguments
    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self.token = token
        """The token: a plain string, for URLs, JSON and arguments of clients."""

    def _state(self) -> SessionState:
        world = self._world
        return world.transact(lambda: world.sessions.get(self.token, world.clock.now()))

    @property
    def status(self) -> Status:
        """The status; raises `UnknownSessionError` once the token has expired."""
        return self._state().status

    @property
    def data(self) -> SessionData:
        """The session as the API would send it now."""
        found = self._world.transact(self._body)
        return cast("SessionData", msgspec.to_builtins(found))

    def _body(self) -> Session | dict[str, Any]:
        state = self._state()
        return session_body(state, self._world.chargers.of(state), self._world.clock.now())

    @property
    def payment(self) -> PaymentData | None:
        """What a browser needs to pay; None once the session has left `created`."""
        found = payment_of(self._state())
        return None if found is None else cast("PaymentData", msgspec.structs.asdict(found))

    @check_arguments
    def url(self, operation: SessionOperationName = "get") -> str:
        """Return the URL of an operation on this session, with its token in it."""
        return BASE_URL + OPERATIONS[operation].template.replace("{token}", self.token)

    def pay(self) -> "FakeSession":
        """Let the driver pay; the API learns it when the session is confirmed."""
        return self.event(Event.PAID)

    @check_arguments
    def event(self, event: EventName | Event) -> "FakeSession":
        """Let something happen now; raise `InvalidValueError` that lists what can happen in this status."""
        self._world.apply_event(self.token, Event(event))
        return self

    @check_arguments
    def set(self, **fields: Unpack[SessionFields]) -> "FakeSession":
        """Set fields of the session, legal or not, to see what a client makes of them."""
        self._world.amend(self.token, dict(fields))
        return self

    def __repr__(self) -> str:
        return f"<FakeSession {fingerprint(self.token)}>"


_PARTS = tuple(Parts.__annotations__)


class FakeClock:
    """The clock of a fake; it moves when it is told to."""

    @check_arguments
    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def now(self) -> datetime:
        """The moment that it is, in UTC."""
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=self._world.clock.now())

    @check_arguments
    def advance(self, by: timedelta | float | None = None, **parts: Unpack[Parts]) -> list[StatusChange]:
        """Jump ahead by seconds, by a timedelta, or by `minutes=5` and the like; return what changed, in order.

        Raises `InvalidValueError` for a jump back, and `InvalidTypeError` for both a duration and parts of one.
        """
        if by is not None and parts:
            raise InvalidTypeError(f"advance takes a duration or {', '.join(parts)}, not both")
        refuse_unknown("a duration has no part", parts, _PARTS)
        return self._world.advance(length_of(by, **parts))

    def advance_to_next(self) -> list[StatusChange]:
        """Jump to the next thing that happens by itself; return the moves that fired, none when nothing is due."""
        return self._world.advance_to_next()

    @check_arguments
    def set(self, moment: str | datetime) -> None:
        """Put the clock to an ISO 8601 date-time with an offset."""
        self._world.set_clock(_moment(moment))

    @check_arguments
    def run(self, speed: float = 1) -> None:
        """Let the clock run by itself, `speed` times as fast as the machine's; 0 stops it."""
        self._world.clock.run(speed)

    def __repr__(self) -> str:
        return repr(self._world.clock)


_FAULT_OPTIONS = ("when", "rate", "first", *FaultOptions.__annotations__)


class FakeFaults:
    """The faults of a fake."""

    @check_arguments
    def __init__(self, world: World) -> None:
        self._world = world

    @check_arguments
    def add(
        self,
        operation: OperationName | Literal["*"],
        kind: FaultKindName | FaultKind,
        *,
        when: FaultTimingName | FaultTiming | None = None,
        rate: float = 1.0,
        first: int | None = None,
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Inject a fault; see `faults.make_fault`. Raises `InvalidValueError` that names what is wrong."""
        refuse_unknown("a fault has no option", options, _FAULT_OPTIONS)
        fault = make_fault(operation, kind, when=when, rate=rate, first=first, **options)
        self._world.inject(fault)
        return fault

    def clear(self) -> None:
        """Take all faults away."""
        self._world.clear_faults()

    def __iter__(self) -> Iterator[Fault]:
        return iter(list(self._world.faults))

    def __len__(self) -> int:
        return len(self._world.faults)


class FakePlugchoice:
    """A stateful fake of the API in this process.

    `clock` is an ISO 8601 date-time at which time stands still, or `"real"`. `scenario` is for
    sessions that name none, and makes every well-formed charger code known. `rate_limit` is
    `endpoint` (the default), `shared` or `off`; `facts` is a facts file of `plugproof learn`, of which the other
    keywords take precedence; `limits` maps operations to `(hits, seconds)`. `self_check`
    judges every answer by the contract's rules, see `violations`. `state` keeps the fake in `sqlite:///FILE` or
    `redis://HOST`, where it goes on as it was and others share it; `close` lets go of that. The other keywords are
    those of `settings.Settings`. Raises `InvalidValueError` that names what is wrong.
    """

    @check_arguments
    def __init__(
        self,
        *,
        seed: int | None = None,
        clock: str | datetime = DEFAULT_CLOCK,
        scenario: str | None = None,
        rate_limit: RateLimitName | None = None,
        limits: Mapping[OperationName, tuple[int, float]] | None = None,
        self_check: bool = False,
        facts: str | Path | None = None,
        state: str | None = None,
        **settings: Unpack[FakeSettings],
    ) -> None:
        learned = {} if facts is None else read_facts(facts)
        counted = rate_limit or learned.pop("rate_limit", "endpoint")
        rules = make_settings(scenario, counted, {**(limits or {})}, {**learned, **settings})
        start = None if clock == "real" else _moment(clock)
        self._worlds = WorldFactory(rules, start, seed, self_check, open_state(state))
        self.world = self._worlds.make()

    # The driver's side.

    @check_arguments
    def start_session(
        self, code: str | None = None, connector_id: int = 1, email: str | None = None
    ) -> FakeSession:
        """Start a session as the API does, without its rate limit; raise `InvalidValueError` if it refuses."""
        known = (self.world.settings.scenario or "HAPPY") if code is None else code
        fields = {"code": known, "connector_id": connector_id, "email": email}
        form = read_start(msgspec.json.encode(fields), "application/json")
        outcome = self.world.start(form) if isinstance(form, StartBody) else form
        if isinstance(outcome, ErrorResponse):
            raise InvalidValueError(f"the API would answer {outcome.status}: {self._explain(known, outcome)}")
        return FakeSession(self.world, outcome.token)

    def _explain(self, code: str, outcome: ErrorResponse) -> str:
        if outcome.status != 404 or self.world.chargers.find(code) is not None:
            return outcome.message
        return f"no charger has the code {shorten(code)}; {list_choices(code.upper(), SCENARIOS)}"

    @check_arguments
    def seed_session(
        self, status: StatusName | Status = "created", *, code: str | None = None, **fields: Unpack[SeededFields]
    ) -> FakeSession:
        """Make a session in any status with the past that leads there, and any field set to anything."""
        state = self.world.seed_session(Status(status), code=code, fields=dict(fields))
        return FakeSession(self.world, state.token)

    @check_arguments
    def set_charger(self, code: str, **fields: Unpack[ChargerFields]) -> PublicCharger:
        """Set up or change a charger by any of its fields; raise `InvalidValueError` that names what is wrong."""
        return self.world.transact(lambda: self.world.chargers.change(code, fields)).to_public()

    @property
    def sessions(self) -> list[FakeSession]:
        """Every live session, in the order in which they were made."""
        world = self.world
        live = world.transact(lambda: list(world.sessions.all(world.clock.now())))
        return [FakeSession(world, state.token) for state in live]

    @check_arguments
    def respond(
        self,
        operation: OperationName | Literal["*"],
        *,
        status: int = 200,
        first: int | None = None,
        headers: Mapping[str, str] | None = None,
        **body: Unpack[PreparedBody],
    ) -> PreparedResponse:
        """Answer an operation (or `*`) by hand from now on, or its `first` so many calls; nothing else happens.

        `json=` or `content=` is the body; without one it is empty. Raises `InvalidValueError` with the mistake.
        """
        if unknown := body.keys() - {"json", "content"}:
            raise InvalidTypeError(f"respond has no argument {min(unknown)!r}; the body is either json or content")
        prepared = make_prepared(operation, status=status, first=first, headers=headers, **body)
        self.world.transact(lambda: self.world.prepared.append(prepared))
        return prepared

    @check_arguments
    def maintain(self, seconds: int) -> None:
        """Answer everything with the 503 of a maintenance that says to wait so many seconds, until 0 ends it."""
        self.world.maintain(seconds)

    # The world's side.

    @property
    def clock(self) -> FakeClock:
        """The clock."""
        return FakeClock(self.world)

    @property
    def faults(self) -> FakeFaults:
        """The injected faults."""
        return FakeFaults(self.world)

    @property
    def journal(self) -> Journal:
        """What the fake was asked, oldest first."""
        return self.world.journal

    @property
    def violations(self) -> list[dict[str, object]]:
        """What the contract's rules say against this fake's own answers, under `self_check=True`."""
        return list(self.world.violations)

    def reset(self) -> None:
        """Forget every session, charger, hit, fault and journal entry; the clock goes on."""
        self.world.reset()

    def fork(self) -> "FakePlugchoice":
        """Return another fake, in memory, that is what this one is now; from then on neither sees the other."""
        fork = copy(self)
        fork.__dict__.pop("asgi", None)
        fork.world = self._worlds.make_apart()
        if self.world.is_shared:
            restore_snapshot(fork.world, take_snapshot(self.world))
        else:
            fork.world.copy_from(self.world)
        return fork

    def close(self) -> None:
        """Let go of the file or the connections of a `state`; the next use opens them again."""
        if self._worlds.store is not None:
            self._worlds.store.close()

    def snapshot(self) -> WorldSnapshot:
        """Return all that this fake is now, but for its settings; `to_json` and `from_json` keep it in a file."""
        return take_snapshot(self.world)

    @check_arguments
    def restore(self, snapshot: WorldSnapshot) -> None:
        """Become what a snapshot says; raise `InvalidValueError` that names what can't be so, without change."""
        restore_snapshot(self.world, snapshot)

    @cached_property
    def asgi(self) -> "App":
        """The fake as a Starlette application, with the control plane and the pages for a browser."""
        with name_missing_extra():
            from plugproof_mockserver.browser.pages_app import pages
            from plugproof_mockserver.control.control_app import control_app
            from plugproof_mockserver.faces.asgi import App
        from plugproof_mockserver.faces.host_allowlist import HostAllowlist

        worlds = self._worlds.registry(self.world)
        hosts = HostAllowlist(("app.plugchoice.com", "test", "testserver"))
        return App(worlds, hosts=hosts, control=control_app(), pages=pages())

    @check_arguments
    def transport(self, client: str = "127.0.0.1") -> "Transport":
        """Return a transport for `httpx.Client` and `httpx2.Client`; `client` is the address the limiter sees."""
        from plugproof_mockserver.faces.transports import Transport

        return Transport(self.world, client)

    @check_arguments
    def async_transport(self, client: str = "127.0.0.1") -> "AsyncTransport":
        """Return a transport for `httpx.AsyncClient` and `httpx2.AsyncClient`."""
        from plugproof_mockserver.faces.transports import AsyncTransport

        return AsyncTransport(self.world, client)

    @check_arguments
    def mount(self, router: "respx.Router") -> "respx.Route":
        """Answer the API's host in a respx router; other hosts stay the router's."""
        transport = self.transport()
        return router.route(host="app.plugchoice.com").mock(side_effect=transport.handle_request)

    def __repr__(self) -> str:
        return f"<FakePlugchoice {len(self.world.sessions)} sessions, {self.clock!r}>"


def _moment(value: str | datetime) -> int:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InvalidValueError(f"{value!r} has no time zone; give it one, such as tzinfo=UTC")
        return (value - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)
    return parse(value)
