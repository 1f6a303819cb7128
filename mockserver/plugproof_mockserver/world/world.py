"""A world: one isolated universe of the fake, with its sessions, chargers, clock, limiter and journal.

A world is synchronous and thread-safe: its one lock is held while anything is decided, so that
however many threads confirm one session, exactly one of them makes it move.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from functools import wraps
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, ParamSpec, TypeVar

from msgspec.structs import replace

from plugproof_contracts import Status
from plugproof_contracts.errors import InvalidValueError
from plugproof_mockserver.engine import operation_handlers, transitions
from plugproof_mockserver.engine.seeding import amend_state, seed_state
from plugproof_mockserver.http.rate_limit import RateLimitDecision
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.request_bodies import StartBody
from plugproof_mockserver.http.response import ErrorResponse, Response
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.settings import RateLimit, Settings, check_maintenance
from plugproof_mockserver.model.state import SessionState
from plugproof_mockserver.model.timestamps import LATEST, SECOND, seconds
from plugproof_mockserver.world.faults.fault import Fault, UnknownFaultError
from plugproof_mockserver.world.nouns.charger_store import ChargerStore
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.nouns.journal import Journal
from plugproof_mockserver.world.nouns.rate_limiter import LimiterWindow, RateLimiter
from plugproof_mockserver.world.nouns.request_counts import RequestCounts
from plugproof_mockserver.world.nouns.response_cache import ResponseCache
from plugproof_mockserver.world.nouns.session_store import SessionStore
from plugproof_mockserver.world.nouns.world_errors import QuotaError
from plugproof_mockserver.world.nouns.world_quotas import UNLIMITED, WorldQuotas

if TYPE_CHECKING:
    from plugproof_mockserver.world.nouns.prepared_responses import PreparedResponse

Listener = Callable[[Request, Response, int], None]
"""Is told of every answer as it leaves the world: the request, the response after all faults, and the moment."""

HOUR = seconds(3600)
"""The window in which the starts of a charger are counted."""
KEPT_VIOLATIONS = 1000
"""Violations that a world keeps, the latest."""
MOST_FAULTS = 100
"""Faults that a world may have at once."""


SelfCheck = Callable[[Settings, Request, Response, int], Iterable[dict[str, object]]]
"""Says what is wrong with an answer that was given at a moment; see `self_check.breaches`."""


_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


def transactional(
    method: "Callable[Concatenate[World, _Given], _Found]",
) -> "Callable[Concatenate[World, _Given], _Found]":
    """Make a method of a world one transaction: all of it happens, or none, and nothing comes between."""

    @wraps(method)
    def whole(world: "World", /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Found:
        return world.transact(lambda: method(world, *args, **kwargs))

    return whole


class World:
    """One universe. `clock` is its own; `seed` makes its tokens and its chance repeatable.

    `self_check` looks at every answer; what it finds is kept in `violations`, the last 1,000 of them.
    """

    always_check: ClassVar[SelfCheck | None] = None
    """What looks at the answers of a world without `self_check`: nothing, but for the project's own tests."""
    is_shared: ClassVar[bool] = False
    """Whether other processes may change this world, so that what it is has to be asked of a store."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        clock: Clock | None = None,
        seed: int | None = None,
        name: str = "default",
        faults: Iterable[Fault] = (),
        self_check: bool = False,
        quotas: WorldQuotas = UNLIMITED,
    ) -> None:
        self.settings = settings or Settings()
        self.clock = clock or Clock()
        self.name, self.quotas = name, quotas
        self.self_check = _import_self_check() if self_check else World.always_check
        self.listeners: list[Listener] = []
        self.counts = RequestCounts.begin()
        self.lock = threading.RLock()
        self._seed = seed
        self._first_faults = tuple(faults)
        self._begin()

    def _begin(self) -> None:
        self.sessions = SessionStore(self.settings, None if self._seed is None else f"{self._seed}/{self.name}")
        self.chargers = ChargerStore(self.settings)
        self.limiter = self._new_limiter()
        self.journal = Journal(most_bytes=self.quotas.journal_bytes)
        self.bodies = ResponseCache()
        self.violations: deque[dict[str, object]] = deque(maxlen=KEPT_VIOLATIONS)
        self.faults: list[Fault] = [fault.begin(self.clock.now()) for fault in self._first_faults]
        self._began_with = tuple(self.faults)
        self.prepared: list[PreparedResponse] = []
        self.maintenance = self.settings.maintenance
        self._random: Random | None = None

    def _new_limiter(self) -> RateLimiter:
        return RateLimiter(self.settings.limiter_store, has_race=self.settings.limiter_race)

    def transact(self, decide: Callable[..., _Found], *args: Any) -> _Found:
        """Decide something and change what follows from it, with nothing in between; return what `decide` returns.

        In a world of several processes `decide` may run again when another one was quicker, so it does nothing
        but read and change this world.
        """
        with self.lock:
            return decide(*args)

    def expect(self, token: str) -> None:
        """Be told which session will be asked for next, where it is to be had together with something else."""

    def settle(self, response: Response) -> Response:
        """Return an answer as it is to be sent, now that what it came from is kept."""
        return response

    @transactional
    def reset(self) -> None:
        """Forget every session, charger, hit, fault, journal entry and violation; the clock goes on."""
        self._begin()

    def copy_from(self, other: "World") -> None:
        """Become what another world is at this moment; from then on, nothing of one happens in the other.

        The name, the settings and the listeners stay. A thousand sessions take some microseconds, for their
        states are frozen and shared.
        """
        with other.lock:
            self._begin()
            self.clock.copy_from(other.clock)
            self.sessions.copy_from(other.sessions)
            self.chargers.copy_from(other.chargers)
            self.limiter.copy_from(other.limiter)
            self.journal.copy_from(other.journal)
            self.violations.extend(other.violations)
            self.faults = [replace(fault) for fault in other.faults]
            self.prepared = [replace(prepared) for prepared in other.prepared]
            self.maintenance = other.maintenance
            if other._random is not None:
                self.random.setstate(other._random.getstate())

    @property
    def is_empty(self) -> bool:
        """Whether a new world would be no different to a client: no live session, and nothing that was set."""
        with self.lock:
            is_set = self.prepared or self.chargers.is_changed or self.clock.is_set or self._has_other_faults()
            is_set = is_set or self.maintenance != self.settings.maintenance
            return not is_set and next(self.sessions.all(self.clock.now()), None) is None

    def _has_other_faults(self) -> bool:
        if len(self.faults) != len(self._began_with):
            return True
        pairs = zip(self.faults, self._began_with, strict=True)
        return any(now is not then or (now.first and now.applied_count) for now, then in pairs)

    @property
    def random(self) -> Random:
        """The world's own chance."""
        if self._random is None:
            # Made when first needed: most worlds never toss a coin, and seeding one is slow.
            self._random = Random(self._seed)  # noqa: S311 - it decides which calls fail, nothing secret
        return self._random

    def read_chance(self) -> tuple[int, ...] | None:
        """Return the state of the world's chance; None while nothing was left to it."""
        return None if self._random is None else self._random.getstate()[1]

    def resume_chance(self, state: tuple[int, ...] | None) -> None:
        """Go on from a state of the world's chance; one of a world that is kept elsewhere begins anew."""
        if state is not None and len(state) > 1:
            self.random.setstate((3, state, None))

    # What the engine is given, and what it gives back. The caller holds the lock.

    def load(self, call: operation_handlers.OperationCall, now: int) -> operation_handlers.OperationContext:
        """Load what an operation works on."""
        if call.charger_code is not None:
            charger = self.chargers.find(call.charger_code)
            return operation_handlers.OperationContext(self.settings, None, charger, self.sessions.fresh_token)
        session = self.sessions.find(call.argument, now)
        charger = self.chargers.of(session) if session else None
        return operation_handlers.OperationContext(self.settings, session, charger, encode=self.bodies.encode)

    def store(self, state: SessionState, *, is_new: bool, now: int) -> None:
        """Store what an operation made; a new session counts towards its charger's hourly limit."""
        if not is_new:
            self.sessions.store(state)
            return
        self.sessions.add(state, now)
        if self.settings.rate_limit is not RateLimit.OFF:
            self.limiter.hit(quota_key(state.charger), self.settings.sessions_per_charger, HOUR, now)

    # Limits.

    def hit(self, operation: str, client: str, now: int) -> RateLimitDecision:
        """Count a hit of the limit per minute, if that still admits it."""
        limit = self.settings.limit_of(operation)
        return self.limiter.hit(self._hits_key(operation, client), limit.hits, limit.length, now)

    def hits_left(self, operation: str, client: str, now: int) -> RateLimitDecision:
        """Return what a hit of the limit per minute would find."""
        limit = self.settings.limit_of(operation)
        return self.limiter.look(self._hits_key(operation, client), limit.hits, limit.length, now)

    def starts_left(self, code: str, now: int) -> RateLimitDecision:
        """Return what a start at the charger `code`, if it succeeded, would find of the limit per hour."""
        return self.limiter.look(quota_key(code.upper()), self.settings.sessions_per_charger, HOUR, now)

    @transactional
    def use_up(self, operation: str, seconds_left: int, client: str = "127.0.0.1") -> None:
        """Have a client use up a limit per minute, so that a refusal says to wait for so many seconds."""
        now, limit = self.clock.now(), self.settings.limit_of(operation)
        first = (now // SECOND + 1 + seconds_left) * SECOND - 1 - limit.length
        window = LimiterWindow(limit.length, self._hits_key(operation, client), first, limit.hits)
        self.limiter.put_window(window, now)

    def _hits_key(self, operation: str, client: str) -> str:
        return client if self.settings.rate_limit is RateLimit.SHARED else f"{operation} {client}"

    # Sessions.

    def is_full(self, now: int) -> bool:
        """Return whether there may be no session more, after letting go of those that have expired."""
        most = self.quotas.sessions
        if most is None or len(self.sessions) < most:
            return False
        self.sessions.let_go(now)
        return len(self.sessions) >= most

    def _require_room(self, now: int) -> None:
        if self.is_full(now):
            raise QuotaError(self.quotas.words)

    @transactional
    def start(self, form: StartBody) -> SessionState | ErrorResponse:
        """Start a session without any limit; return it, or the problem for which the API would refuse."""
        now = self.clock.now()
        context = self.load(operation_handlers.OperationCall("start", form.code, form), now)
        state = operation_handlers.start(form, context, now)
        if not isinstance(state, ErrorResponse):
            self._require_room(now)
            self.sessions.add(state, now)
        return state

    @transactional
    def seed_session(
        self, status: Status, *, code: str | None = None, fields: dict[str, Any] | None = None
    ) -> SessionState:
        """Make a session in any status, on the charger `code`, with any fields set.

        Raises `UnknownChargerError`, or `InvalidValueError` for a field that a session does not have.
        """
        now = self.clock.now()
        charger = self.chargers.get(code or self.settings.scenario or "HAPPY")
        state = seed_state(status, charger, self.sessions.fresh_token(), self.settings, now)
        state = amend_state(state, fields or {}, now)
        self._require_room(now)
        self.sessions.add(state, now)
        return state

    @transactional
    def amend(self, token: str, fields: dict[str, Any]) -> SessionState:
        """Set fields of a session, legal or not; raise `UnknownSessionError` or `InvalidValueError` unchanged."""
        now = self.clock.now()
        state = amend_state(self.sessions.get(token, now), fields, now)
        self.sessions.store(state)
        return state

    @transactional
    def apply_event(self, token: str, event: Event) -> SessionState:
        """Let an event happen to a session now.

        Raises `UnknownSessionError`, or `NotPossibleError` in a status that does not take it.
        """
        now = self.clock.now()
        state = transitions.apply_event(self.sessions.get(token, now), event, now, self.settings)
        if event in (Event.CHARGER_OFFLINE, Event.CHARGER_ONLINE):
            self._connect(state.charger, online=event is Event.CHARGER_ONLINE)
        self.sessions.store(state)
        return state

    def _connect(self, code: str, *, online: bool) -> None:
        # One that was taken away stays away.
        if charger := self.chargers.find(code):
            self.chargers.put(replace(charger, online=online))

    @transactional
    def clear_faults(self) -> None:
        """Take all faults away."""
        self.faults.clear()

    @transactional
    def remove_fault(self, place: int) -> None:
        """Take away the fault at a place of the list, from 0; raise `UnknownFaultError` when there is none."""
        if not 0 <= place < len(self.faults):
            raise UnknownFaultError(f"there is no fault {place}; there are {len(self.faults)}, counted from 0")
        del self.faults[place]

    @transactional
    def maintain(self, seconds: int) -> None:
        """Refuse everything with a 503 that says to wait so long; 0 ends it. Raises `InvalidValueError`."""
        self.maintenance = check_maintenance(seconds)

    @transactional
    def inject(self, fault: Fault) -> None:
        """Add a fault; raise `InvalidValueError` beyond the most, for each costs every request its time."""
        if len(self.faults) >= MOST_FAULTS:
            raise InvalidValueError(
                f"there are {MOST_FAULTS} faults, which is as many as can be; clear them first"
            )
        fault.added_at = self.clock.now()
        self.faults.append(fault)

    # Time.

    @transactional
    def advance(self, microseconds: int) -> list[transitions.StatusChange]:
        """Jump ahead and return the moves that fired on the way, in order."""
        self.clock.advance(microseconds)
        return self.sessions.play(self.clock.now())

    @transactional
    def elapse(self, delay: float) -> None:
        """Let the seconds that an answer took pass on a clock that stands still; any other counts them itself."""
        if self.clock.speed == 0:
            self.advance(min(seconds(delay), LATEST - self.clock.now()))

    @transactional
    def advance_to_next(self) -> list[transitions.StatusChange]:
        """Jump to the next event of any session and return the moves that fired; none when nothing is due."""
        now = self.clock.now()
        due = [at for state in self.sessions.all(now) if (at := transitions.next_moment(state)) is not None]
        return self.advance(max(0, min(due) - now)) if due else []

    @transactional
    def set_clock(self, moment: int) -> None:
        """Put the clock to a moment. Going back forgets the hits that would then lie in the future."""
        earlier = moment < self.clock.now()
        self.clock.set(moment)
        if earlier:
            self.limiter.clear()


def _import_self_check() -> SelfCheck:
    # Imported when asked for: the rules are many, and most worlds do not look at themselves.
    from plugproof_mockserver.world.self_check import breaches

    return breaches


def quota_key(code: str) -> str:
    """Return the limiter's key of the starts on a charger."""
    return f"starts {code}"
