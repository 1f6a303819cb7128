"""Journeys: the exchanges of one client that accompanies one session through a legal life.

A life is a way through `LIFECYCLE`. For each of its moves the client does what causes it (confirm, stop, cancel),
or waits and polls. In between it may poll again, and before the end it may set a receipt address. The client
keeps to the rate limits: when none is left, it waits for the next window.
"""

from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st
from msgspec.structs import replace

from plugproof_contracts import Charger, ConnectorStatus, Payment, Session, Status
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts import billing
from plugproof_contracts.facts.assumptions import CANNOT_CANCEL, CONNECTOR_STATUSES, DELIVERING, FAILURE_REASONS
from plugproof_contracts.facts.operations import OPERATIONS, WINDOW_SECONDS
from plugproof_contracts.facts.session_lifecycle import CANCELLABLE, TERMINAL, Cause, Move, moves_from
from plugproof_contracts.literals import StatusName
from plugproof_strategies import wire
from plugproof_strategies.arguments import check_arguments, member
from plugproof_strategies.charger_strategies import AMOUNTS, NAMES, priced
from plugproof_strategies.request_strategies import start_requests
from plugproof_strategies.session_strategies import PAID_OUT
from plugproof_strategies.values.timestamp_strategies import MOMENTS, iso, second
from plugproof_strategies.values.value_strategies import emails, tokens

Path = tuple[Move, ...]

ASKS = {Cause.CONFIRM: "confirm", Cause.CANCEL: "cancel", Cause.STOP: "stop"}
"""The causes that are the client's own requests; of all others it learns by polling."""


@cache
def paths() -> tuple[Path, ...]:
    """Return every way from `created` that takes no move twice, the shortest first."""
    found: list[Path] = [()]
    for path in found:
        status = path[-1].target if path else Status.CREATED
        found += [(*path, move) for move in moves_from(status) if move not in path]
    return tuple(found)


@cache
def paths_to(status: Status) -> tuple[Path, ...]:
    """Return the ways that end in a status, the shortest first."""
    return tuple(path for path in paths() if (path[-1].target if path else Status.CREATED) is status)


_ENDS = st.sampled_from([path for path in paths() if path and path[-1].target in TERMINAL])
_PATHS = {status: st.sampled_from(paths_to(status)) for status in Status}


class PollingPace(NamedTuple):
    """What a client does between two moves: poll so often, so many seconds apart."""

    polls: int
    seconds: int


_PACES = st.sampled_from(
    (
        PollingPace(0, 1),
        PollingPace(0, 600),
        PollingPace(1, 20),
        PollingPace(2, 10),
        PollingPace(3, 300),
        PollingPace(4, 5),
        PollingPace(1, 7200),
        PollingPace(40, 1),
    )
)
"""From the idle to one that polls so hastily that it uses its limit up."""


_STARTS, _TOKENS, _EMAILS = start_requests(), tokens(), emails()
_POWER, _OFTEN = st.integers(1, 350_000), st.booleans()


class _Client:
    """The client's side while a journey is drawn: time, what the limiter has left, and what was exchanged."""

    def __init__(self, token: str, moment: int) -> None:
        self.token, self.moment = token, moment
        self.exchanged: list[Exchange] = []
        self._windows: dict[str, tuple[int, int]] = {}

    def call(self, operation: str, sends: dict[str, Any] | None = None) -> wire.WireCall:
        """Return the next request of an operation, once its limit has room for it."""
        limit = OPERATIONS[operation].limit
        opened, used = self._windows.get(operation, (self.moment, 0))
        if used == limit:
            self.moment = max(self.moment, opened + WINDOW_SECONDS)
        if self.moment >= opened + WINDOW_SECONDS:
            opened, used = self.moment, 0
        self._windows[operation] = opened, used + 1
        key = "" if operation == "start" else self.token
        return wire.WireCall(operation, key, self.moment, limit - used - 1, sends)

    def asks(self, operation: str, session: Session, sends: dict[str, Any] | None = None) -> None:
        """Exchange a request for a session."""
        payment = _payment(self.token) if session.status is Status.CREATED else None
        issued = self.token if operation == "start" else ""
        self.exchanged.append(wire.success(self.call(operation, sends), session, payment, issued))

    def is_refused(self, operation: str, code: int, message: str) -> None:
        """Exchange a request for a failure."""
        self.exchanged.append(wire.failure(self.call(operation), code, message))


def _payment(token: str) -> Payment:
    return Payment(f"pi_{len(token)}_secret_fake", "pk_test_fake", "acct_fake")


class JourneyPlan(NamedTuple):
    """What is decided before a life begins: its way, the hold in minor units, and the power in watts."""

    path: Path
    hold: int
    watts: int


@check_arguments
@st.composite
def journeys(draw: st.DrawFn, scenario: StatusName | Status | None = None) -> list[Exchange]:
    """Strategy for the exchanges of one legal life, in order, as `check_trace` takes them.

    `scenario` is the status in which the life ends, any of the fifteen; without it the life ends in a terminal
    one. Raises `InvalidArgumentError` for an unknown status.
    """
    ways = _ENDS if scenario is None else _PATHS[member("scenario", scenario, Status)]
    life, asked = _life(draw, draw(ways)), draw(_STARTS)
    client = _Client(draw(_TOKENS), draw(MOMENTS))
    session = _new(draw, asked, client.moment)
    client.asks("start", session, asked)
    for move in life.path:
        session = _lingers(draw, client, session, life)
        session = _moved(session, move, client.moment, life)
        client.asks(ASKS.get(move.cause, "get"), session)
    if draw(_OFTEN):
        _asks_too_late(client, session)
    return client.exchanged


def _life(draw: st.DrawFn, path: Path) -> JourneyPlan:
    delivers = all(move.target is not Status.NO_CHARGE for move in path)
    return JourneyPlan(path, draw(AMOUNTS), draw(_POWER) if delivers else 0)


def _new(draw: st.DrawFn, asked: dict[str, Any], moment: int) -> Session:
    nothing: dict[str, Any] = dict.fromkeys(Session.__struct_fields__)
    given = {
        "status": Status.CREATED,
        "connector_id": asked["connector_id"],
        "connector_status": ConnectorStatus.PREPARING,
        "charger": Charger(asked["code"].upper(), draw(NAMES), True),
        "pricing": priced(draw),
        "driver_email": asked.get("email"),
        "created_at": iso(moment),
    }
    return Session(**nothing | given)


def _lingers(draw: st.DrawFn, client: _Client, session: Session, life: JourneyPlan) -> Session:
    """Let time pass before the next move, polling and perhaps setting the receipt address."""
    pace = draw(_PACES)
    for _ in range(pace.polls):
        client.moment += pace.seconds
        session = _metered(session, client.moment, life)
        client.asks("get", session)
    if session.status not in TERMINAL and draw(_OFTEN):
        session = replace(session, driver_email=draw(_EMAILS))
        client.asks("receipt-email", session, {"email": session.driver_email})
    client.moment += pace.seconds
    return _metered(session, client.moment, life)


def _metered(session: Session, moment: int, life: JourneyPlan) -> Session:
    """Show the energy that was delivered by now, and what it costs."""
    if session.status not in DELIVERING or session.charging_started_at is None:
        return session
    watt_hours = life.watts * (moment - second(session.charging_started_at)) // 3600
    return replace(
        session,
        energy_kwh=billing.energy_text(watt_hours),
        cost_amount=billing.cost(watt_hours, session.pricing, life.hold),
    )


def _moved(session: Session, move: Move, moment: int, life: JourneyPlan) -> Session:
    """Return the session after a move, with what its new status brings; what was set before stays."""
    now = iso(moment)
    changes: dict[str, Any] = {"status": move.target, "connector_status": CONNECTOR_STATUSES[move.target]}
    if move.target is Status.AUTHORIZED:
        changes |= {"authorized_at": now, "amount_authorized": life.hold}
    elif move.cause is Cause.TRANSACTION:
        changes |= {"charging_started_at": now, "energy_kwh": billing.energy_text(0), "cost_amount": 0}
    elif move.target in (Status.FAILED, Status.ABANDONED):
        changes |= {"failure_reason": FAILURE_REASONS[move.cause], "completed_at": now}
    elif move.target in (Status.EXPIRED, Status.SETTLING):
        changes |= {"completed_at": now}
    elif move.target in PAID_OUT and session.captured_at is None:
        captured = session.cost_amount or 0
        tax = billing.included_tax(captured)
        changes |= {"captured_at": now, "amount_captured": captured, "tax_amount": tax}
    return replace(session, **changes)


def _asks_too_late(client: _Client, session: Session) -> None:
    """Ask for what the session's status does not allow any more."""
    if session.status not in CANCELLABLE:
        client.is_refused("cancel", 409, CANNOT_CANCEL)
    if session.status in TERMINAL:
        client.is_refused("get", 404, "Not Found")
