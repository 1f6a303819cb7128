"""Ways to break exactly one fact that only several exchanges of one client show.

Every row adds answers to a journey that ended in one of its statuses, two minutes after its last
one, so that the rate limits' windows are new. Rows are rule, name, statuses, what is added, and the
rules of a weaker level that break with it.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from plugproof_contracts import Payment, Status
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session_lifecycle import CANCELLABLE, ENTERED_CHARGING
from plugproof_contracts.mutations.mutation import NONE, json_bytes
from plugproof_strategies import wire
from plugproof_strategies.values.timestamp_strategies import iso, second

Trace: TypeAlias = Sequence[Exchange]

PAUSE = 120
"""Seconds: two windows."""


class TraceMutation(NamedTuple):
    """One way to break the fact on traces that `rule` checks, by what is added to a journey to one of `ends`."""

    rule: str
    name: str
    ends: tuple[Status, ...]
    adds: "Callable[[Tail], list[Exchange]]"
    also: frozenset[str] = NONE


class Tail:
    """The end of a journey: its session, and answers that could follow."""

    def __init__(self, trace: Trace) -> None:
        shown = [one for one in trace if one.status < 300]
        self.data: dict[str, Any] = json.loads(shown[-1].body or b"")["data"]
        self.token: str = json.loads(trace[0].body or b"")["session_token"]
        self.moment = int(max(one.at for one in trace if one.at).timestamp()) + PAUSE

    def call(self, operation: str, after: int, left: int | None) -> wire.WireCall:
        """Return a request `after` seconds past the pause; all but one of its limit are left unless told."""
        limit = OPERATIONS[operation].limit
        return wire.WireCall(operation, self.token, self.moment + after, limit - 1 if left is None else left)

    def answer(self, operation: str = "get", after: int = 0, left: int | None = None, **changes: Any) -> Exchange:
        """Return the session again, with some fields changed."""
        body = {"data": self.data | changes} | ({"payment": None} if operation == "get" else {})
        return wire.exchange(self.call(operation, after, left), OPERATIONS[operation].success, json_bytes(body))

    def fails(
        self, code: int, message: str, operation: str = "get", after: int = 0, left: int | None = None
    ) -> Exchange:
        """Return a failure."""
        return wire.failure(self.call(operation, after, left), code, message)

    def refuses(self, wait: int, operation: str = "get", after: int = 0) -> Exchange:
        """Return a 429."""
        return wire.refusal(self.call(operation, after, 0), wait)


_S = Status
_CHARGED = tuple(sorted(ENTERED_CHARGING))
_LATER = tuple(status for status in Status if status is not Status.CREATED)
_PAID_OUT = (Status.CAPTURED, Status.REFUNDED)

_BACKWARDS = (
    (_S.STARTING, _S.AUTHORIZED),
    (_S.SETTLING, _S.STOPPING),
    (_S.CAPTURED, _S.SETTLING),
    (_S.CAPTURED, _S.NO_CHARGE),
    (_S.REFUNDED, _S.CAPTURED),
    (_S.REFUNDED, _S.REQUIRES_REVIEW),
    (_S.WRITTEN_OFF, _S.CAPTURE_FAILED),
    (_S.REQUIRES_REVIEW, _S.CAPTURE_FAILED),
    (_S.FAILED, _S.ABANDONED),
    (_S.ABANDONED, _S.FAILED),
    (_S.EXPIRED, _S.FAILED),
)
"""Pairs of statuses, of which the second does not follow from the first and has no need of its own."""


Adds: TypeAlias = Callable[[Tail], list[Exchange]]


def _shows(**changes: Any) -> Adds:
    """Show the session once more, with some fields changed."""
    return lambda tail: [tail.answer(**changes)]


def _backwards() -> Iterator[TraceMutation]:
    for earlier, later in _BACKWARDS:
        yield TraceMutation("trace.lifecycle", f"{later} after {earlier}", (earlier,), _shows(status=later))


def _moved_time(name: str, by: int) -> Adds:
    return lambda tail: _shows(**{name: iso(second(tail.data[name]) + by)})(tail)


def _raised(*path: str) -> Adds:
    """Show one integer of the session, or of an object in it, one higher, or one lower where 100 is the most."""

    def adds(tail: Tail) -> list[Exchange]:
        changed = json.loads(json.dumps(tail.data))
        holder = changed
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] += -1 if holder[path[-1]] == 100 else 1
        return [tail.answer(**changed)]

    return adds


def _renamed(holder: str, name: str, value: str, other: str) -> Adds:
    """Show another text in an object of the session."""
    return lambda tail: [
        tail.answer(**{holder: tail.data[holder] | {name: other if tail.data[holder][name] == value else value}})
    ]


def _one_more(data: dict[str, Any]) -> dict[str, Any]:
    """Show that one more was captured, and a hold that allows it."""
    more = data["amount_captured"] + 1
    return {"amount_captured": more, "amount_authorized": max(more, data["amount_authorized"])}


def _created_again(tail: Tail) -> list[Exchange]:
    fields = dict.fromkeys(
        ("failure_reason", "authorized_at", "charging_started_at", "completed_at", "captured_at")
    )
    again = _shows(status="created", **fields)(tail)[0]
    payment = Payment("pi_1_secret_2", "pk_test_1", "acct_1")
    body = json.loads(again.body or b"") | {
        "payment": {name: getattr(payment, name) for name in payment.__struct_fields__}
    }
    return [again.replace(body=json_bytes(body))]


def _spends(tail: Tail, more: int) -> list[Exchange]:
    """Let a window's ten confirmations in, and some more."""
    return [tail.answer("confirm", after, max(9 - after, 0)) for after in range(10 + more)]


TRACE_DEFECTS: tuple[TraceMutation, ...] = (
    *_backwards(),
    TraceMutation("trace.timestamps-stay", "created a second earlier", _LATER, _moved_time("created_at", -1)),
    TraceMutation("trace.timestamps-stay", "created a day earlier", _LATER, _moved_time("created_at", -86_400)),
    TraceMutation("trace.timestamps-stay", "created is null", _LATER, _shows(created_at=None)),
    TraceMutation("trace.timestamps-stay", "captured a second later", _PAID_OUT, _moved_time("captured_at", 1)),
    TraceMutation("trace.timestamps-stay", "completed is null", _PAID_OUT, _shows(completed_at=None)),
    TraceMutation("trace.final-amounts-stay", "the tax is null", _PAID_OUT, _shows(tax_amount=None)),
    TraceMutation(
        "trace.final-amounts-stay",
        "one more was captured",
        _PAID_OUT,
        lambda tail: [tail.answer(**_one_more(tail.data))],
    ),
    TraceMutation(
        "trace.energy-never-falls",
        "a little less",
        _CHARGED,
        lambda tail: [tail.answer(energy_kwh="99999.5"), tail.answer(after=1, left=28, energy_kwh="99999.4")],
    ),
    TraceMutation(
        "trace.energy-never-falls",
        "less as a number, more as a text",
        _CHARGED,
        lambda tail: [tail.answer(energy_kwh="100000"), tail.answer(after=1, left=28, energy_kwh="99999.9")],
    ),
    TraceMutation(
        "trace.energy-never-falls",
        "less, with null between",
        _CHARGED,
        lambda tail: [
            tail.answer(energy_kwh="99999.5"),
            tail.answer(after=1, left=28, energy_kwh=None),
            tail.answer(after=2, left=27, energy_kwh="99999.4"),
        ],
    ),
    TraceMutation(
        "trace.energy-never-falls",
        "it vanishes",
        (_S.CHARGING, _S.CAPTURED),
        lambda tail: [tail.answer(energy_kwh="99999.5"), tail.answer(after=1, left=28, energy_kwh=None)],
    ),
    TraceMutation(
        "trace.amounts-never-fall",
        "the hold falls",
        (_S.AUTHORIZED, _S.STARTING),
        lambda tail: [
            tail.answer(amount_authorized=900_000),
            tail.answer(after=1, left=28, amount_authorized=899_999),
        ],
    ),
    TraceMutation(
        "trace.amounts-never-fall",
        "the cost vanishes",
        (_S.CHARGING,),
        lambda tail: [
            tail.answer(amount_authorized=900_000, cost_amount=800_000),
            tail.answer(after=1, left=28, amount_authorized=900_000, cost_amount=None),
        ],
    ),
    TraceMutation(
        "trace.amounts-never-fall",
        "the cost falls",
        (_S.CHARGING, _S.SETTLING),
        lambda tail: [
            tail.answer(amount_authorized=900_000, cost_amount=800_000),
            tail.answer(after=1, left=28, amount_authorized=900_000, cost_amount=799_999),
        ],
    ),
    TraceMutation("trace.same-session", "another connector", _LATER, _raised("connector_id")),
    TraceMutation("trace.same-session", "another price", _LATER, _raised("pricing", "price_per_kwh")),
    TraceMutation("trace.same-session", "another fee", _LATER, _raised("pricing", "start_fee")),
    TraceMutation("trace.same-session", "another currency", _LATER, _renamed("pricing", "currency", "EUR", "SEK")),
    TraceMutation("trace.same-session", "another charger", _LATER, _renamed("charger", "public_code", "A", "B")),
    TraceMutation(
        "trace.confirm-again",
        "a higher hold",
        _CHARGED,
        lambda tail: [
            tail.answer("confirm"),
            tail.answer("confirm", 1, 8, amount_authorized=tail.data["amount_authorized"] + 1),
        ],
    ),
    TraceMutation(
        "trace.confirm-again",
        "the repeat is refused",
        _CHARGED,
        lambda tail: [tail.answer("confirm"), tail.fails(409, "Already confirmed.", "confirm", 1, 8)],
        frozenset({"http.failure-code"}),
    ),
    TraceMutation(
        "trace.cancel-while-possible",
        "refused, and not too late afterwards",
        tuple(sorted(CANCELLABLE)),
        lambda tail: [tail.fails(409, "Too late.", "cancel"), tail.answer("confirm", 1)],
    ),
    TraceMutation(
        "trace.cost-within-hold",
        "above the hold, which is hidden",
        (_S.CHARGING, _S.SETTLING, _S.CAPTURED),
        lambda tail: [tail.answer(cost_amount=tail.data["amount_authorized"] + 1, amount_authorized=None)],
        frozenset({"trace.amounts-never-fall"}),
    ),
    TraceMutation(
        "trace.capture-within-hold",
        "above the hold, which is hidden",
        (_S.CHARGING, _S.SETTLING),
        lambda tail: [tail.answer(amount_captured=tail.data["amount_authorized"] + 1, amount_authorized=None)],
        frozenset({"trace.amounts-never-fall"}),
    ),
    TraceMutation(
        "trace.cancel-in-time", "cancelled twice", (_S.ABANDONED,), lambda tail: [tail.answer("cancel")]
    ),
    TraceMutation(
        "trace.cancel-in-time",
        "cancelled after it had ended",
        (_S.FAILED, _S.EXPIRED),
        lambda tail: [tail.answer("cancel", status="abandoned")],
        frozenset({"trace.lifecycle"}),
    ),
    TraceMutation(
        "trace.token-stays-gone",
        "found again",
        _LATER,
        lambda tail: [tail.fails(404, "Not Found"), tail.answer(after=1, left=28)],
    ),
    TraceMutation(
        "trace.payment-stays-gone",
        "created again",
        (_S.AUTHORIZED, _S.FAILED, _S.EXPIRED),
        _created_again,
        frozenset({"trace.lifecycle", "trace.timestamps-stay"}),
    ),
    TraceMutation(
        "ratelimit.counts-down",
        "stands still",
        _LATER,
        lambda tail: [tail.answer(), tail.answer(after=1, left=29)],
    ),
    TraceMutation(
        "ratelimit.counts-down",
        "goes up",
        _LATER,
        lambda tail: [tail.answer(), tail.answer(after=2, left=20), tail.answer(after=4, left=25)],
    ),
    TraceMutation("ratelimit.refuses-when-due", "the eleventh is let in", _LATER, lambda tail: _spends(tail, 1)),
    TraceMutation("ratelimit.refuses-when-due", "the twelfth is let in", _LATER, lambda tail: _spends(tail, 2)),
    TraceMutation(
        "ratelimit.refuses-when-due",
        "let in before the wait was over",
        _LATER,
        lambda tail: [tail.refuses(50, "confirm"), tail.answer("confirm", 20, 0)],
    ),
    TraceMutation(
        "ratelimit.refuses-only-when-due",
        "refused with some left",
        _LATER,
        lambda tail: [tail.refuses(50, "confirm"), tail.answer("confirm", 20, 4)],
    ),
    TraceMutation(
        "ratelimit.retry-after-is-true",
        "refused after the wait",
        _LATER,
        lambda tail: [tail.refuses(30), tail.refuses(28, after=40)],
    ),
    TraceMutation(
        "ratelimit.retry-matches-window",
        "too long a wait",
        _LATER,
        lambda tail: [tail.answer(), tail.refuses(60, after=20)],
    ),
    TraceMutation(
        "ratelimit.retry-matches-window",
        "too short a wait",
        _LATER,
        lambda tail: [tail.answer(), tail.refuses(5, after=20)],
    ),
    TraceMutation(
        "errors.not-found-alike",
        "an expired token is told from others",
        _LATER,
        lambda tail: [tail.fails(404, "Not Found"), tail.fails(404, "The session has expired.", after=1, left=28)],
    ),
)
"""The table: at least one way for every rule on traces."""
