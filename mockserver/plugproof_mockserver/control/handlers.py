"""What the control plane does: one function per row of `ROUTES`, here each on one world with its lock held.

`control_openapi.yaml` describes the routes; a test holds the two together.
"""

from functools import cache
from typing import Any

import msgspec

from plugproof_contracts import Status
from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.secrets.token import fingerprint
from plugproof_contracts.version import VERSION
from plugproof_mockserver.control import body_fields, world_routes
from plugproof_mockserver.control.control_request import ControlRequest, ControlRoute
from plugproof_mockserver.engine import transitions
from plugproof_mockserver.engine.representation import session_body
from plugproof_mockserver.engine.seeding import FIELDS as SESSION_FIELDS
from plugproof_mockserver.http.response import shorten
from plugproof_mockserver.model.events import Event, possible_events
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.model.state import SessionState
from plugproof_mockserver.model.timestamps import LATEST, SECOND, iso, parse, seconds
from plugproof_mockserver.stores.store import StoreHealth, StoreUnavailableError
from plugproof_mockserver.world.faults.faults import FaultKind, UnknownFaultError, list_parameters, make_fault
from plugproof_mockserver.world.nouns.charger_store import UnknownChargerError
from plugproof_mockserver.world.world import World

# The world.


def _health(request: ControlRequest) -> Any:
    server = {"identity": request.identity, "version": VERSION, "uptime_seconds": round(request.worlds.age, 3)}
    store = _store(request.worlds.health())
    here = {"status": "ok" if store["state"] == "ok" else "degraded", "world": request.world.name} | server
    here |= {"workers": request.workers, "store": store}
    try:
        if request.world is not request.worlds.default:
            return here | {"sessions": len(request.world.sessions)}
        return here | {"sessions": request.worlds.count_sessions(), "worlds": len(request.worlds)}
    except StoreUnavailableError:
        return here | {"sessions": None}


def _store(health: StoreHealth) -> dict[str, Any]:
    if health.trouble is None:
        return {"kind": health.kind, "state": "ok"}
    since = None if health.since is None else iso(int(health.since) * SECOND)
    return {"kind": health.kind, "state": "unreachable", "since": since, "message": health.trouble}


def _reset(request: ControlRequest) -> None:
    request.world.reset()


def _clock(request: ControlRequest) -> Any:
    clock = request.world.clock
    mode = "real" if clock.speed else "frozen"
    return {"now": _exact(clock.now()), "mode": mode, "speed": clock.speed}


def _set_clock(request: ControlRequest) -> Any:
    speed = _speed(request.fields, request.world.clock.speed)
    # In this order, since a clock that still runs would move on from the moment that it is set to.
    request.world.clock.run(speed)
    if "now" in request.fields:
        request.world.set_clock(parse(request.fields["now"]))
    return _clock(request)


def _speed(fields: dict[str, Any], present: float) -> float:
    mode = fields.get("mode")
    speed = fields.get("speed", {None: present, "frozen": 0.0, "real": 1.0}[mode])
    if mode is not None and (mode == "frozen") != (speed == 0):
        raise InvalidValueError(
            f"speed can't be {speed} in the mode {mode}; it is 0 when frozen, and above 0 when real"
        )
    return float(speed)


def _advance(request: ControlRequest) -> Any:
    world, fields = request.world, request.fields
    if len(fields) != 1:
        raise InvalidValueError('a clock advances by either {"seconds": N} or {"to": "next"}; give one of the two')
    moves = world.advance_to_next() if "to" in fields else world.advance(seconds(fields["seconds"]))
    return {"now": _exact(world.clock.now()), "moves": [_move(move) for move in moves]}


def _move(move: transitions.StatusChange) -> dict[str, Any]:
    return move._asdict() | {"token": fingerprint(move.token), "at": _exact(move.at)}


def _exact(moment: int) -> str:
    """Write a moment to the microsecond: the API's timestamps drop what is below the second."""
    return f"{iso(moment)[:-7]}{moment % SECOND:06d}Z"


# Sessions.


def _session(world: World, state: SessionState) -> dict[str, Any]:
    now = world.clock.now()
    return {
        "token": fingerprint(state.token),
        "data": session_body(state, world.chargers.of(state), now),
        "scenario": state.scenario,
        "stripe": state.stripe,
        "expires_at": _exact(min(state.expires, LATEST)),
        "next": _next(state),
        "events": possible_events(state.status),
    }


def _next(state: SessionState) -> dict[str, Any] | None:
    due = transitions.next_due(state)
    if due is None or transitions.next_moment(state) is None:
        return None
    return {"event": due[1], "at": _exact(min(due[0], LATEST))}


def _sessions(request: ControlRequest) -> Any:
    world, page = request.world, request.query
    offset, limit = page.get("offset", 0), page.get("limit", body_fields.MOST_LISTED)
    newest, search = page.get("order") == "newest", str(page.get("search", ""))
    states, total = world.sessions.page(world.clock.now(), offset, limit, is_newest_first=newest, search=search)
    return {"sessions": [_session(world, state) for state in states], "total": total}


def _seed(request: ControlRequest) -> Any:
    fields = dict(request.fields)
    status, code = Status(fields.pop("status", "created")), fields.pop("code", None)
    try:
        state = request.world.seed_session(status, code=code, fields=fields)
    except UnknownChargerError as error:
        raise InvalidValueError(f"code: {error}") from None
    return _session(request.world, state) | {"token": state.token}


def _get_session(request: ControlRequest) -> Any:
    world, now = request.world, request.world.clock.now()
    state = world.sessions.get(request.token, now)
    events = possible_events(state.status)
    leads_to = {one: transitions.apply_event(state, one, now, world.settings).status for one in events}
    return _session(world, state) | {"leads_to": leads_to}


def _amend(request: ControlRequest) -> Any:
    return _session(request.world, request.world.amend(request.token, request.fields))


def _apply_event(request: ControlRequest) -> Any:
    return _session(request.world, request.world.apply_event(request.token, Event(request.fields["event"])))


def _maintenance(request: ControlRequest) -> Any:
    return {"seconds": request.world.maintenance}


def _maintain(request: ControlRequest) -> Any:
    request.world.maintain(request.fields["seconds"])
    return _maintenance(request)


# Chargers, faults, and what is kept for reading.


def _chargers(request: ControlRequest) -> Any:
    return {"chargers": request.world.chargers.all()}


def _get_charger(request: ControlRequest) -> Any:
    return request.world.chargers.get(request.argument)


def _put_charger(request: ControlRequest) -> Any:
    return request.world.chargers.change(request.argument, request.fields)


def _remove_charger(request: ControlRequest) -> None:
    request.world.chargers.remove(request.argument)


def _faults(request: ControlRequest) -> Any:
    return {"faults": request.world.faults}


def _inject(request: ControlRequest) -> Any:
    fault = make_fault(**request.fields)
    request.world.inject(fault)
    return fault


def _clear_faults(request: ControlRequest) -> None:
    request.world.clear_faults()


def _remove_fault(request: ControlRequest) -> None:
    place = request.argument
    if not body_fields.DIGITS.fullmatch(place):
        raise UnknownFaultError(f"there is no fault {shorten(place)}; name its place in the list, from 0")
    request.world.remove_fault(int(place))


def _fault_kinds(request: ControlRequest) -> Any:
    parameters = {kind: list_parameters(kind) for kind in FaultKind}
    return {"operations": ["*", *OPERATIONS], "kinds": list(FaultKind), "parameters": parameters}


def _limits(request: ControlRequest) -> Any:
    """The windows that are open now; a window of starts belongs to a charger, every other to an address."""
    world, now = request.world, request.world.clock.now()
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


def _journal(request: ControlRequest) -> Any:
    journal = request.world.journal
    return {"journal": [entry.describe() for entry in journal], "dropped": journal.dropped}


def _clear_journal(request: ControlRequest) -> None:
    request.world.journal.clear()


def _violations(request: ControlRequest) -> Any:
    return {"violations": list(request.world.violations)}


def _clear_violations(request: ControlRequest) -> None:
    request.world.violations.clear()


def _scenarios(request: ControlRequest) -> Any:
    return {"scenarios": [{"code": one.code, "summary": one.summary} for one in SCENARIOS.values()]}


@cache
def document() -> msgspec.Raw:
    """Return the OpenAPI document of the control plane, as JSON."""
    # Here, so that only who asks for the document waits for the imports.
    from importlib.resources import files

    import yaml

    text = files(__package__).joinpath("control_openapi.yaml").read_text("utf-8")
    described = yaml.safe_load(text)
    for name in ("SessionFields", "Seed"):
        schema = described["components"]["schemas"][name]
        schema["properties"] = {field: {} for field in SESSION_FIELDS} | schema["properties"]
    return msgspec.Raw(msgspec.json.encode(described))


ROUTES = (
    ControlRoute("GET", "/health", _health, of_one_world=False),
    ControlRoute("GET", "/openapi.json", lambda request: document(), of_one_world=False),
    ControlRoute("POST", "/reset", _reset, status=204),
    ControlRoute("GET", "/clock", _clock),
    ControlRoute("PATCH", "/clock", _set_clock, body_fields.CLOCK),
    ControlRoute("POST", "/clock/advance", _advance, body_fields.ADVANCE),
    ControlRoute("GET", "/maintenance", _maintenance),
    ControlRoute("PUT", "/maintenance", _maintain, body_fields.MAINTENANCE),
    ControlRoute("GET", "/sessions", _sessions, query=body_fields.PAGE),
    ControlRoute("POST", "/sessions", _seed, body_fields.SEED, 201),
    ControlRoute("GET", "/sessions/{token}", _get_session),
    ControlRoute("PATCH", "/sessions/{token}", _amend, body_fields.SESSION),
    ControlRoute("POST", "/sessions/{token}/events", _apply_event, body_fields.EVENT),
    ControlRoute("GET", "/chargers", _chargers),
    ControlRoute("GET", "/chargers/{code}", _get_charger),
    ControlRoute("PUT", "/chargers/{code}", _put_charger, body_fields.CHARGER),
    ControlRoute("DELETE", "/chargers/{code}", _remove_charger, status=204),
    ControlRoute("GET", "/faults", _faults),
    ControlRoute("POST", "/faults", _inject, body_fields.FAULT, 201),
    ControlRoute("DELETE", "/faults", _clear_faults, status=204),
    ControlRoute("DELETE", "/faults/{place}", _remove_fault, status=204),
    ControlRoute("GET", "/fault-kinds", _fault_kinds, of_one_world=False),
    ControlRoute("GET", "/limits", _limits),
    ControlRoute("GET", "/journal", _journal),
    ControlRoute("DELETE", "/journal", _clear_journal, status=204),
    ControlRoute("GET", "/violations", _violations),
    ControlRoute("DELETE", "/violations", _clear_violations, status=204),
    ControlRoute("GET", "/scenarios", _scenarios, of_one_world=False),
    ControlRoute("GET", "/worlds", world_routes.list_worlds, query=body_fields.WORLDS, of_one_world=False),
    ControlRoute("GET", "/worlds/{name}", world_routes.get_world, of_one_world=False),
    ControlRoute("PUT", "/worlds/{name}", world_routes.put_world, body_fields.LEASE, of_one_world=False),
    ControlRoute("DELETE", "/worlds/{name}", world_routes.delete_world, status=204, of_one_world=False),
    ControlRoute("POST", "/worlds/{name}/reset", world_routes.reset_world, status=204, of_one_world=False),
    ControlRoute("GET", "/worlds/{name}/snapshot", world_routes.get_snapshot, of_one_world=False),
    ControlRoute(
        "PUT",
        "/worlds/{name}/snapshot",
        world_routes.put_snapshot,
        of_one_world=False,
        document=world_routes.read_snapshot,
    ),
    ControlRoute(
        "POST", "/worlds/{name}/fork", world_routes.fork_world, body_fields.FORK, 201, of_one_world=False
    ),
)
