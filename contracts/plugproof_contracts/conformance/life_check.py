"""One whole life on a test charger, after the night's plan: asked for by name, and with a cap on what it may cost.

A first session is started and cancelled; a second one is paid, charges, is stopped and settles. Nothing is started
whose hold or price exceeds the cap, and charging is stopped when its cost nears it. Whatever happens, no session
is left running that a cancel or a stop can end.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from plugproof_contracts.conformance.check_run import CheckRun, ProbeResult, StopCheckError
from plugproof_contracts.conformance.probing.probe import Probe, probe
from plugproof_contracts.errors import PlugproofError
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session import Status
from plugproof_contracts.facts.session_lifecycle import CANCELLABLE, TERMINAL
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.secrets.token import Token

POLL = 10.0
"""Seconds between two looks at a session."""
CHARGING_LOOKS = 3
"""Looks at a session that charges, before it is stopped."""
NEAR = 0.8
"""The part of the cap at which charging is stopped."""
LIFE_BUDGET = 40
"""Requests of a life, beside those of the night."""
LIFE_PATIENCE = 1200.0
"""Seconds that a life may wait in all."""
_ATTEMPTS = 2
"""How often a session is told to end."""
_RESERVED = 2 * _ATTEMPTS
"""Requests that are kept for ending a session."""
_ADDRESS, _OTHER_ADDRESS = "plugproof@example.com", "plugproof-receipt@example.com"
_STEPS = (
    ("charger", "the charger: its hold and prices against the cap"),
    ("start", "start a first session"),
    ("cancel", "cancel it"),
    ("start", "start a second session"),
    ("get", "read it; whoever pays is told"),
    ("confirm", "confirm it"),
    ("receipt-email", "set its receipt address"),
    ("get", "read it until it has charged for a while, or its cost nears the cap"),
    ("stop", "stop it"),
    ("get", "read it until it is over"),
    ("receipt-email", "set its receipt address again, which has to be refused"),
)


class LifeTerms(NamedTuple):
    """A life at the charger `code`: `spend_cap` in minor units, `budget` in requests.

    `pay` is given the answer of start as JSON, and pays; without it the session has to be paid some other way.
    """

    code: str
    spend_cap: int
    pay: Callable[[bytes], None] | None = None
    budget: int = LIFE_BUDGET


def life_lines(terms: LifeTerms) -> list[str]:
    """Return the steps of a life as text."""
    head = f"then a life at charger {terms.code}: at most {terms.budget} requests, {terms.spend_cap} minor units"
    rows = [(OPERATIONS[name].method, OPERATIONS[name].template, what) for name, what in _STEPS]
    return [head, *(f"    {method:<4} {template}  ({what})" for method, template, what in rows)]


@dataclass
class LifeRun(CheckRun):
    """A check that plays a life when its plan is done."""

    terms: LifeTerms = field(kw_only=True)
    _token: Token | None = field(default=None, init=False)
    _status_now: str | None = field(default=None, init=False)
    _cost: int = field(default=0, init=False)
    _began: int | None = field(default=None, init=False)
    _ends: bool = field(default=False, init=False)

    @property
    def planned(self) -> int:
        """How many requests may be sent."""
        return len(self.probes) + self.terms.budget

    def _run(self) -> None:
        super()._run()
        self._began = self.booked
        self.waited = 0.0
        self.policy = self.policy._replace(patience=LIFE_PATIENCE, budget=self.policy.budget + self.terms.budget)
        try:
            self._first()
            self._second()
        finally:
            self._leave_nothing_running()

    def _has_room(self) -> bool:
        if self._began is None:
            return super()._has_room()
        kept = 0 if self._ends else _RESERVED
        return self.booked - self._began < self.terms.budget - kept

    def _code(self) -> str:
        return super()._code() if self._began is None else self.terms.code

    def _first(self) -> None:
        self._start(self._connector(), 1)
        self._act("cancel", 1, 200)
        if self._status_now in CANCELLABLE:
            raise StopCheckError("the life ended: the first session was not cancelled")

    def _second(self) -> None:
        answer = self._start(self._connector(), 2)
        self._act("get", 2, 200)
        if self.terms.pay is not None:
            self._pay(self.terms.pay, answer.exchange.body or b"")
        self._act("confirm", 2, 200)
        self._act("receipt-email", 2, 200, body=_json(email=_OTHER_ADDRESS))
        self._charge()
        self._settle_life()
        self._act("receipt-email", 2, 422, body=_json(email=_ADDRESS))

    def _pay(self, pay: Callable[[bytes], None], answer: bytes) -> None:
        try:
            pay(answer)
        except PlugproofError as error:
            raise StopCheckError(f"the life ended: {error}") from None

    def _connector(self) -> int:
        """Look the charger up and return a connector that is free; raises for a hold or price above the cap."""
        answer = self._send(probe(f"charger {self.terms.code}", "charger", None, 200))
        hold, cap = answer.field("preauth_amount"), self.terms.spend_cap
        price, fee = answer.field("pricing.price_per_kwh"), answer.field("pricing.start_fee")
        if not all(type(one) is int for one in (hold, price, fee)):
            raise StopCheckError("no session was started: the charger tells no hold or no price")
        for name, amount in (("hold", hold), ("price of a start and one kWh", price + fee)):
            if amount > cap:
                raise StopCheckError(
                    f"no session was started: the {name} is {amount} minor units, above --spend-cap {cap}"
                )
        for one in answer.field("connectors") or ():
            if answer.field("online") and one.get("status") in ("Available", "Preparing"):
                return int(one["connector_id"])
        raise StopCheckError(f"no session was started: {self.terms.code} is offline or has no free connector")

    def _start(self, connector: int, number: int) -> ParsedResponse:
        body = _json(code=self.terms.code, connector_id=connector, email=_ADDRESS)
        answer = self._send(probe(f"start session {number}", "start", None, 201, body=body))
        token = answer.document.get("session_token") if answer.is_success else None
        if not (isinstance(token, str) and token.isascii() and token):
            raise StopCheckError(f"the life ended: start answered {answer.code}, and told no token")
        self._token, self._cost = Token(quote(token, safe="~")), 0
        self._see(answer)
        return answer

    def _act(self, operation: str, number: int, *serves: int, body: bytes = b"") -> ParsedResponse:
        title = f"{operation} session {number}"
        answer = self._send(probe(title, operation, self._token, *serves, session=number, body=body))
        self._see(answer)
        return answer

    def _send(self, one: Probe) -> ParsedResponse:
        """Send one request of the life; raises where its answer is no ground to go on."""
        if not self._has_room():
            raise StopCheckError(f"the life ended before {one.title}: its budget is {self.terms.budget} requests")
        before = len(self.accepted)
        self._probe(one)
        answered: ProbeResult | None = self.accepted[-1] if len(self.accepted) > before else None
        if answered is None or answered.outcome.exchange is None:
            raise StopCheckError(f"the life ended at {one.title}, for its answer is in doubt")
        return ParsedResponse(answered.outcome.exchange)

    def _see(self, answer: ParsedResponse) -> None:
        """Remember where the session stands; a hold above the cap ends the life."""
        self._status_now = answer.status or self._status_now
        hold = answer.field("amount_authorized")
        if type(hold) is int and hold > self.terms.spend_cap and not self._ends:
            raise StopCheckError(f"the session was ended: its hold of {hold} minor units is above --spend-cap")

    def _charge(self) -> None:
        """Read the session until it has charged for a while or its cost nears the cap."""
        for look in range(CHARGING_LOOKS):
            cost = self._look()
            while not look and self._status_now in CANCELLABLE:
                if self._status_now == Status.CREATED:
                    raise StopCheckError("the life ended: the session was not paid (--pay names who pays)")
                cost = self._look()
            if not look and self._status_now != Status.CHARGING:
                raise StopCheckError(f"the life ended: the session is {self._status_now} and never charged")
            if self._status_now != Status.CHARGING or (type(cost) is int and self._is_near(cost)):
                return

    def _look(self) -> object:
        """Read the session after a while, and return its cost."""
        self._pause_between_looks()
        return self._act("get", 2, 200).field("cost_amount")

    def _is_near(self, cost: int) -> bool:
        """Return whether a cost is near the cap, or will be above it at the next look if it grows as before."""
        grown, self._cost = max(0, cost - self._cost), cost
        return cost >= NEAR * self.terms.spend_cap or cost + grown > self.terms.spend_cap

    def _settle_life(self) -> None:
        if self._status_now == Status.CHARGING:
            self._act("stop", 2, 200)
        while self._status_now not in TERMINAL:
            self._look()

    def _pause_between_looks(self) -> None:
        if not self._wait(POLL):
            raise StopCheckError(f"the life ended: it took more than {LIFE_PATIENCE:.0f} seconds")

    def _leave_nothing_running(self) -> None:
        """End the session that is still open, with a cancel or a stop, whatever the budget says."""
        self._ends = True
        try:
            for _ in range(_ATTEMPTS):
                if self._token is None or not self._is_open():
                    return
                self._act("stop" if self._status_now == Status.CHARGING else "cancel", 2, 200)
                if self._is_open():
                    self._act("get", 2, 200)
        except StopCheckError:
            pass
        if self._is_open():
            self.problems.append((None, f"a session may still be open at charger {self.terms.code}: end it there"))

    def _is_open(self) -> bool:
        return self._status_now in CANCELLABLE | {Status.CHARGING}

    def _book(self, one: Probe) -> None:
        try:
            super()._book(one)
        except StopCheckError:
            if not self._ends:
                raise


def _json(**members: Any) -> bytes:
    return msgspec.json.encode(members)
