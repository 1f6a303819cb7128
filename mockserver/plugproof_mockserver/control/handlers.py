"""What the control plane does: one function per row of `ROWS`, each on one world with its lock held.

`control_openapi.yaml` describes the rows; a test holds the two together.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import msgspec

from plugproof_contracts import Status
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.secrets.token import fingerprint
from plugproof_mockserver.control import request_bodies as forms
from plugproof_mockserver.engine import transitions as life
from plugproof_mockserver.engine.representation import shown
from plugproof_mockserver.model.events import Event, possible_events
from plugproof_mockserver.model.scenarios import SCENARIOS
from plugproof_mockserver.model.state import SessionState
from plugproof_mockserver.model.timestamps import LATEST, SECOND, iso, parse, seconds
from plugproof_mockserver.world.charger_store import UnknownChargerError
from plugproof_mockserver.world.faults import Kind, make_fault
from plugproof_mockserver.world.session_store import UnknownSessionError
from plugproof_mockserver.world.world import World


class Asked(NamedTuple):
    """One request: the argument of its path, and the fields of its body and query. `identity` is the server's."""

    world: World
    identity: str
    argument: str
    fields: dict[str, Any]
    query: dict[str, Any]

    def __repr__(self) -> str:
        return f"<Asked of the world {self.world.name}>"

    @property
    def token(self) -> str:
        """The token that the argument is, or whose fingerprint it is; raises `UnknownSessionError`."""
        now = self.world.clock.now()
        if not self.argument.startswith("token~"):
            return self.world.sessions.get(self.argument, now).token
        found = [one.token for one in self.world.sessions.all(now) if fingerprint(one.token) == self.argument]
        if len(found) != 1:
            raise UnknownSessionError(f"{len(found)} sessions have this fingerprint")
        return found[0]


Handler = Callable[[Asked], Any]
"""Does what is asked, and returns what JSON then says; null for nothing at all."""


# The world.


def _health(asked: Asked) -> Any:
    return {"status": "ok", "identity": asked.identity, "world": asked.world.name}


def _reset(asked: Asked) -> None:
    asked.world.reset()


def _clock(asked: Asked) -> Any:
    clock = asked.world.clock
    mode = "real" if clock.speed else "frozen"
    return {"now": _exact(clock.now()), "mode": mode, "speed": clock.speed}


def _set_clock(asked: Asked) -> Any:
    speed = _speed(asked.fields, asked.world.clock.speed)
    # In this order, since a clock that still runs would move on from the moment that it is set to.
    asked.world.clock.run(speed)
    if "now" in asked.fields:
        asked.world.set_clock(parse(asked.fields["now"]))
    return _clock(asked)


def _speed(fields: dict[str, Any], present: float) -> float:
    mode = fields.get("mode")
    speed = fields.get("speed", {None: present, "frozen": 0.0, "real": 1.0}[mode])
    if mode is not None and (mode == "frozen") != (speed == 0):
        raise ValueError(f"speed can't be {speed} in the mode {mode}; it is 0 when frozen, and above 0 when real")
    return float(speed)


def _advance(asked: Asked) -> Any:
    world, fields = asked.world, asked.fields
    if len(fields) != 1:
        raise ValueError('a clock advances by either {"seconds": N} or {"to": "next"}; give one of the two')
    moves = world.advance_to_next() if "to" in fields else world.advance(seconds(fields["seconds"]))
    return {"now": _exact(world.clock.now()), "moves": [_move(move) for move in moves]}


def _move(move: life.Moved) -> dict[str, Any]:
    return move._asdict() | {"token": str(move.token), "at": _exact(move.at)}


def _exact(moment: int) -> str:
    """Write a moment to the microsecond: the API's timestamps drop what is below the second."""
    return f"{iso(moment)[:-7]}{moment % SECOND:06d}Z"


# Sessions.


def _session(world: World, state: SessionState) -> dict[str, Any]:
    now = world.clock.now()
    return {
        "token": fingerprint(state.token),
        "data": shown(state, world.chargers.of(state), now),
        "scenario": state.scenario,
        "stripe": state.stripe,
        "expires_at": _exact(min(state.expires, LATEST)),
        "next": _next(state),
        "events": possible_events(state.status),
    }


def _next(state: SessionState) -> dict[str, Any] | None:
    due = life.next_due(state)
    if due is None or life.next_moment(state) is None:
        return None
    return {"event": due[1], "at": _exact(min(due[0], LATEST))}


def _sessions(asked: Asked) -> Any:
    world, page = asked.world, asked.query
    offset, limit = page.get("offset", 0), page.get("limit", forms.MOST_LISTED)
    newest, search = page.get("order") == "newest", str(page.get("search", ""))
    states, total = world.sessions.page(world.clock.now(), offset, limit, is_newest_first=newest, search=search)
    return {"sessions": [_session(world, state) for state in states], "total": total}


def _seed(asked: Asked) -> Any:
    fields = dict(asked.fields)
    status, code = Status(fields.pop("status", "created")), fields.pop("code", None)
    try:
        state = asked.world.seed_session(status, code=code, fields=fields)
    except UnknownChargerError as error:
        raise ValueError(f"code: {error}") from None
    return _session(asked.world, state) | {"token": state.token}


def _get_session(asked: Asked) -> Any:
    return _session(asked.world, asked.world.sessions.get(asked.token, asked.world.clock.now()))


def _amend(asked: Asked) -> Any:
    return _session(asked.world, asked.world.amend(asked.token, asked.fields))


def _happen(asked: Asked) -> Any:
    return _session(asked.world, asked.world.happen(asked.token, Event(asked.fields["event"])))


# Chargers, faults, and what is kept for reading.


def _chargers(asked: Asked) -> Any:
    return {"chargers": asked.world.chargers.all()}


def _get_charger(asked: Asked) -> Any:
    return asked.world.chargers.get(asked.argument)


def _put_charger(asked: Asked) -> Any:
    return asked.world.chargers.change(asked.argument, asked.fields)


def _remove_charger(asked: Asked) -> None:
    asked.world.chargers.remove(asked.argument)


def _faults(asked: Asked) -> Any:
    return {"faults": asked.world.faults}


def _inject(asked: Asked) -> Any:
    fault = make_fault(**asked.fields)
    asked.world.inject(fault)
    return fault


def _clear_faults(asked: Asked) -> None:
    asked.world.faults.clear()


def _fault_kinds(asked: Asked) -> Any:
    return {"operations": ["*", *OPERATIONS], "kinds": list(Kind)}


def _limits(asked: Asked) -> Any:
    """The windows that are open now; a window of starts belongs to a charger, every other to an address."""
    world, now = asked.world, asked.world.clock.now()
    rows = []
    for key, hits, ends in world.limiter.open_windows(now):
        limit = _limit_of_key(world, key)
        rows.append(
            {
                "key": key,
                "limit": limit,
                "remaining": max(0, limit - hits),
                "resets_in": -(-(ends - now) // SECOND),
            }
        )
    return {"windows": rows}


def _limit_of_key(world: World, key: str) -> int:
    name, _, owner = key.partition(" ")
    if name == "starts":
        return world.settings.sessions_per_charger
    # Under a shared limit the key is the address alone, and each operation compares the count with its own limit.
    return world.settings.limit_of(name if owner else "confirm").hits


def _journal(asked: Asked) -> Any:
    return {"journal": [entry.describe() for entry in asked.world.journal]}


def _clear_journal(asked: Asked) -> None:
    asked.world.journal.clear()


def _violations(asked: Asked) -> Any:
    return {"violations": list(asked.world.violations)}


def _clear_violations(asked: Asked) -> None:
    asked.world.violations.clear()


def _scenarios(asked: Asked) -> Any:
    return {"scenarios": [{"code": one.code, "summary": one.summary} for one in SCENARIOS.values()]}


@cache
def document() -> msgspec.Raw:
    """Return the OpenAPI document of the control plane, as JSON."""
    # Here, so that only who asks for the document waits for the imports.
    from importlib.resources import files

    import yaml

    text = files(__package__).joinpath("control_openapi.yaml").read_text("utf-8")
    return msgspec.Raw(msgspec.json.encode(yaml.safe_load(text)))


class Row(NamedTuple):
    """What answers `method` at `path`: the forms of its body and query, and the status of its success.

    Without a form of its own, a query is not looked at.
    """

    method: str
    path: str
    handler: Handler
    form: forms.Form = forms.NOTHING
    status: int = 200
    query: forms.Form = forms.NOTHING


ROWS = (
    Row("GET", "/health", _health),
    Row("GET", "/openapi.json", lambda asked: document()),
    Row("POST", "/reset", _reset, status=204),
    Row("GET", "/clock", _clock),
    Row("PATCH", "/clock", _set_clock, forms.CLOCK),
    Row("POST", "/clock/advance", _advance, forms.ADVANCE),
    Row("GET", "/sessions", _sessions, query=forms.PAGE),
    Row("POST", "/sessions", _seed, forms.SEED, 201),
    Row("GET", "/sessions/{token}", _get_session),
    Row("PATCH", "/sessions/{token}", _amend, forms.SESSION),
    Row("POST", "/sessions/{token}/events", _happen, forms.EVENT),
    Row("GET", "/chargers", _chargers),
    Row("GET", "/chargers/{code}", _get_charger),
    Row("PUT", "/chargers/{code}", _put_charger, forms.CHARGER),
    Row("DELETE", "/chargers/{code}", _remove_charger, status=204),
    Row("GET", "/faults", _faults),
    Row("POST", "/faults", _inject, forms.FAULT, 201),
    Row("DELETE", "/faults", _clear_faults, status=204),
    Row("GET", "/fault-kinds", _fault_kinds),
    Row("GET", "/limits", _limits),
    Row("GET", "/journal", _journal),
    Row("DELETE", "/journal", _clear_journal, status=204),
    Row("GET", "/violations", _violations),
    Row("DELETE", "/violations", _clear_violations, status=204),
    Row("GET", "/scenarios", _scenarios),
)
