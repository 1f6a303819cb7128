"""What a suite's clients met of the API's behaviours, and what there is to meet."""

from collections.abc import Iterable
from typing import Any

import msgspec

from plugproof_contracts import Exchange, Status
from plugproof_contracts.facts.operations import OPERATIONS, Operation
from plugproof_contracts.facts.session import NULLABLE
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE
from plugproof_mockserver.world.faults.faults import FaultKind

TOO_MANY = 429
_ANYWHERE = (500, 504)
"""Errors that the reference documents for no operation in particular."""


def _move(source: str, target: str) -> str:
    return f"{source} → {target}"


CATALOGUE: dict[str, tuple[str, ...]] = {
    "operations": tuple(OPERATIONS),
    "statuses": tuple(map(str, Status)),
    "errors": (
        *(f"{row.name} {code}" for row in OPERATIONS.values() for code in row.failures if code != TOO_MANY),
        *map(str, _ANYWHERE),
    ),
    "limits": tuple(OPERATIONS),
    "nulls": tuple(sorted(NULLABLE)),
    "faults": tuple(map(str, FaultKind)),
    "moves": tuple(dict.fromkeys(_move(move.source, move.target) for move in LIFECYCLE)),
}
"""What there is to meet: successes and limits of operations, session fields that are null, and so on."""


class BehaviourCoverage:
    """What was met so far, by the kinds of the catalogue."""

    def __init__(self) -> None:
        self._met: dict[str, set[str]] = {kind: set() for kind in CATALOGUE}
        self._last: dict[str, str] = {}

    def see(self, exchange: Exchange) -> None:
        """Take note of one answer, whoever gave it."""
        if (operation := exchange.operation) is None:
            return
        self._see_code(operation, exchange.status)
        body = _decoded(exchange.body)
        if isinstance(data := body.get("data"), dict) and "status" in data:
            self._see_session(data, exchange, body.get("session_token"))

    def _see_code(self, operation: Operation, code: int) -> None:
        if code == operation.success:
            self._note("operations", operation.name)
        elif code == TOO_MANY:
            self._note("limits", operation.name)
        else:
            self._note("errors", str(code) if code in _ANYWHERE else f"{operation.name} {code}")

    def _see_session(self, data: dict[str, Any], exchange: Exchange, issued: Any) -> None:
        status = str(data["status"])
        self._note("statuses", status)
        for name in NULLABLE:
            if data.get(name, ...) is None:
                self._note("nulls", name)
        token = exchange.token.reveal() if exchange.token else str(issued)
        self._note("moves", _move(self._last.get(token, ""), status))
        self._last[token] = status

    def strike(self, faults: Iterable[str]) -> None:
        """Take note of faults that struck."""
        for fault in faults:
            self._note("faults", fault.partition(":")[0])

    def forget_sessions(self) -> None:
        """Begin a new test, whose mocks may give other sessions the same tokens."""
        self._last.clear()

    def _note(self, kind: str, name: str) -> None:
        if name in CATALOGUE[kind]:
            self._met[kind].add(name)

    def plain(self) -> dict[str, list[str]]:
        """Return what was met, in the catalogue's order."""
        return {kind: [name for name in names if name in self._met[kind]] for kind, names in CATALOGUE.items()}

    def missed(self, kind: str) -> list[str]:
        """Return what was never met of a kind."""
        return [name for name in CATALOGUE[kind] if name not in self._met[kind]]

    def merge(self, plain: dict[str, list[str]]) -> None:
        """Add what a worker met."""
        for kind, names in plain.items():
            self._met[kind].update(names)

    def percent(self, kind: str | None = None) -> float:
        """Return how much was met, of one kind or of all."""
        kinds = [kind] if kind else list(CATALOGUE)
        return 100 * sum(len(self._met[one]) for one in kinds) / sum(len(CATALOGUE[one]) for one in kinds)


def _decoded(body: bytes | None) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body or b"")
    except (msgspec.DecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
