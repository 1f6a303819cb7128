"""A recording of the fake, and what a misbehaving server would answer otherwise in it."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from tests.contracts.learning.recorded_worlds import RecordedWorld

from plugproof import Exchange

ASKS_JSON = {"accept": "application/json"}


class Spot(NamedTuple):
    """Which answer is changed: the `nth` of an operation with a code, and of a session with a status."""

    operation: str
    code: int = 200
    status: str | None = None
    nth: int = 0

    def holds(self, one: Exchange) -> bool:
        """Return whether an exchange is meant."""
        if one.operation is None or (one.operation.name, one.status) != (self.operation, self.code):
            return False
        return self.status is None or json.loads(one.body or b"{}")["data"]["status"] == self.status


class Deviation(NamedTuple):
    """What is changed where, and the fact by which replay has to name it."""

    fact: str
    spot: Spot
    change: Callable[[Exchange], Exchange]


@cache
def recording() -> tuple[Exchange, ...]:
    """Return what one client saw: a whole life, each refusal, a declined, a cancelled and an expired session."""
    world = RecordedWorld()
    world.send("GET", "/chargers/HAPPY")
    token = world.start()
    world.send("POST", f"/sessions/{token}/receipt-email", json={"email": "driver@example.com"})
    world.send("POST", f"/sessions/{token}/receipt-email", json={"email": "nobody"}, headers=ASKS_JSON)
    world.send("POST", f"/sessions/{token}/confirm")
    world.poll(token, 30, 4)
    world.send("POST", f"/sessions/{token}/cancel", headers=ASKS_JSON)
    world.send("POST", f"/sessions/{token}/stop")
    world.poll(token, 4, 6)
    world.send("POST", f"/sessions/{token}/stop", headers=ASKS_JSON)
    world.send("GET", f"/sessions/{'f' * 40}", headers=ASKS_JSON)
    declined, cancelled, unpaid = world.start("DECLINED"), world.start("UNPAID"), world.start("UNPAID")
    world.send("POST", f"/sessions/{declined}/confirm")
    world.send("POST", f"/sessions/{cancelled}/cancel")
    world.get(declined)
    world.get(cancelled)
    world.poll(unpaid, 400, 3)
    for _ in range(12):
        world.send("POST", f"/sessions/{unpaid}/confirm", headers=ASKS_JSON)
    world.send("GET", "/sessions", headers=ASKS_JSON)
    world.poll(unpaid, 86_400, 1)
    return tuple(world.exchanges)


def planted(deviation: Deviation) -> list[Exchange]:
    """Return the recording with a deviation in the answer that is meant."""
    found = list(recording())
    position = [index for index, one in enumerate(found) if deviation.spot.holds(one)][deviation.spot.nth]
    found[position] = deviation.change(found[position])
    return found


# Changes.

Change = Callable[[Exchange], Exchange]


def status(code: int, **error: Any) -> Change:
    """Answer another code, with an error."""
    body = json.dumps({"message": "Something else.", **error}).encode()
    return lambda one: one.replace(status=code, body=body)


def field(path: str, value: Any) -> Change:
    """Set a field of the body; `...` takes it away."""

    def change(one: Exchange) -> Exchange:
        document = json.loads(one.body or b"")
        *parents, name = path.split(".")
        inner = document
        for parent in parents:
            inner = inner[parent]
        inner.pop(name, None)
        if value is not ...:
            inner[name] = value
        return one.replace(body=json.dumps(document).encode())

    return change


def header(name: str, value: str | None) -> Change:
    """Set a header; None takes it away."""

    def change(one: Exchange) -> Exchange:
        kept = [(key, text) for key, text in one.headers if key.lower() != name]
        return one.replace(headers=[*kept, *([] if value is None else [(name, value)])])

    return change


def body(content: bytes) -> Change:
    """Send another body."""
    return lambda one: one.replace(body=content)
