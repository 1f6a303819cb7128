"""How a test reaches what its suite never met."""

from plugproof_contracts import Status
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE, Cause
from plugproof_mockserver.model.events import TRANSITIONS

CALLED = {Cause.CONFIRM: "confirm", Cause.STOP: "stop", Cause.CANCEL: "cancel"}
"""The causes that a client brings about by a call of its own."""

_BAD_TOKEN = 'Ask with a token that nobody issued, or after `session.event("expire_token")`.'  # noqa: S105

_ERRORS = {
    "start 400": 'Start on the charger code "OFFLINE".',
    "start 404": 'Start on a charger code that there is not, such as "NOPE".',
    "start 409": 'Start on the charger code "BUSY".',
    "start 422": "Start with a connector_id that the charger does not have, such as 99.",
    "charger 404": 'Ask for a charger code that there is not, such as "NOPE".',
    "stop 400": 'Stop `plugchoice.seed_session("charging", code="STOPFAIL")`.',
    "cancel 409": 'Cancel `plugchoice.seed_session("charging")`: it is too late for that.',
    "receipt-email 422": 'Set the address of `plugchoice.seed_session("captured")`, or an invalid one.',
    "500": 'Set `plugchoice.faults.add("confirm", "500")` before the call.',
    "504": 'Set `plugchoice.faults.add("confirm", "504")` before the call.',
}

_SEEDS = {"stop": "charging"}
"""The status in which an operation succeeds, where that is not `created`."""


def hint(kind: str, name: str) -> str:
    """Return a sentence about how a test meets a name of the coverage's catalogue."""
    return _HINTS[kind](name)


def _operation(name: str) -> str:
    row = OPERATIONS[name]
    call = f"Let the client call `{row.method} {row.template}`"
    if "{token}" not in row.path:
        return f"{call}."
    return f'{call} for `plugchoice.seed_session("{_SEEDS.get(name, "created")}")`.'


def _status(name: str) -> str:
    return f'Let the client read `plugchoice.seed_session("{name}")`.'


def _error(name: str) -> str:
    return _ERRORS.get(name, _BAD_TOKEN)


def _limit(name: str) -> str:
    return f"Call it {OPERATIONS[name].limit + 1} times within a minute of the fake's clock."


def _null(name: str) -> str:
    return f"Let the client read `plugchoice.seed_session({name}=None)`."


_NEEDED = {"latency": ", milliseconds=2000", "violation": ', rule="values.status"'}
"""What a fault of a kind can't be without."""


def _fault(name: str) -> str:
    return f'Set `plugchoice.faults.add("confirm", "{name}"{_NEEDED.get(name, "")})` before the call.'


def _move(name: str) -> str:
    source, _, target = name.partition(" → ")
    how = _way(Status(source), Status(target))
    return f'Let the client read `session = plugchoice.seed_session("{source}")`, then {how}, and read it again.'


def _way(source: Status, target: Status) -> str:
    """Return what moves a session, by a call of the client where there is one."""
    causes = [move.cause for move in LIFECYCLE if (move.source, move.target) == (source, target)]
    if calls := [CALLED[cause] for cause in causes if cause in CALLED]:
        paid = {Status.AUTHORIZED: '`session.event("paid")`, ', Status.FAILED: '`session.event("declined")`, '}
        return f"{paid.get(target, '')}call {calls[0]}"
    event = next(row.event for row in TRANSITIONS if row.cause in causes and row.target is target)
    return f'`session.event("{event}")`'


_HINTS = {
    "operations": _operation,
    "statuses": _status,
    "errors": _error,
    "limits": _limit,
    "nulls": _null,
    "faults": _fault,
    "moves": _move,
}
