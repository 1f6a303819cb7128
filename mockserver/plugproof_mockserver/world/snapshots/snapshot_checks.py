"""What of a snapshot can be in a world, and what can't: nothing that is restored may later break an answer."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from msgspec import to_builtins
from msgspec.structs import asdict, astuple, replace

from plugproof_contracts.errors import InvalidValueError, PlugproofError
from plugproof_mockserver.engine import transitions
from plugproof_mockserver.engine.representation import data_body, payment_of
from plugproof_mockserver.engine.seeding import why_not_kept
from plugproof_mockserver.http.response import shorten
from plugproof_mockserver.model.events import possible_events
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.model.settings import Settings, check_maintenance
from plugproof_mockserver.model.state import ChargerState, SessionState
from plugproof_mockserver.model.timestamps import EARLIEST, LATEST
from plugproof_mockserver.world.faults.faults import Fault, remake
from plugproof_mockserver.world.nouns.charger_store import FIELDS, ChargerStore, change_charger, is_code
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.nouns.journal import RawEntry
from plugproof_mockserver.world.nouns.prepared_responses import PreparedResponse, make_prepared
from plugproof_mockserver.world.nouns.rate_limiter import LimiterWindow
from plugproof_mockserver.world.snapshots.world_snapshot import PreparedSnapshot, WorldSnapshot

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_MOST = 2**53
_MOST_FAULTS = 100
_DEEPEST = 32
_BREAKS = (PlugproofError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError)
_ON_CALENDAR = "microseconds since 1970, in the years 1971 to 9999"
_LARGE = f"a whole number from -{_MOST} to {_MOST}"


def check_snapshot(settings: Settings, snapshot: WorldSnapshot) -> WorldSnapshot:
    """Return a snapshot that a world can have; raise `InvalidValueError` that names the field at fault."""
    now = snapshot.clock.now
    with _naming("clock"):
        Clock(now, speed=snapshot.clock.speed)
    _require("tokens_made", snapshot.tokens_made, 0 <= snapshot.tokens_made <= _MOST, f"from 0 to {_MOST}")
    _require("faults", len(snapshot.faults), len(snapshot.faults) <= _MOST_FAULTS, f"at most {_MOST_FAULTS}")
    chargers = {code: _charger(code, one) for code, one in snapshot.chargers.items()}
    _check_sessions(settings, ChargerStore(settings, chargers), snapshot.sessions, now)
    _check_chance(snapshot.chance)
    with _naming("maintenance"):
        check_maintenance(snapshot.maintenance or 0)
    for index, window in enumerate(snapshot.windows):
        _check_window(f"windows[{index}]", window)
    for index, entry in enumerate(snapshot.journal):
        _check_entry(f"journal[{index}]", entry)
    for index, one in enumerate(snapshot.prepared):
        with _naming(f"prepared[{index}]"):
            read_prepared(one)
    for index, found in enumerate(snapshot.violations):
        _check_plain(f"violations[{index}]", found)
    faults = tuple(_fault(f"faults[{index}]", fault) for index, fault in enumerate(snapshot.faults))
    return replace(snapshot, chargers=chargers, faults=faults)


def read_prepared(one: PreparedSnapshot) -> PreparedResponse:
    """Return a prepared answer; raise `InvalidValueError` that names what is wrong."""
    headers = {name.decode("ascii"): value.decode("ascii") for name, value in one.headers}
    content = one.body if one.body or headers else None
    made = make_prepared(one.operation, status=one.status, headers=headers, content=content, first=one.first)
    _require("used_count", one.used_count, 0 <= one.used_count <= _MOST, f"from 0 to {_MOST}")
    return replace(made, used_count=one.used_count)


def _charger(code: str, charger: ChargerState | None) -> ChargerState | None:
    name = f"chargers.{code[:16]}"
    _require(name, code, is_code(code) and code == code.upper(), "1 to 10 capital letters and digits")
    if charger is None:
        return None
    _require(f"{name}.public_code", charger.public_code, charger.public_code == code, "the code above it")
    with _naming(name):
        fields = asdict(charger)
        return change_charger(charger, {field: to_builtins(fields[field]) for field in FIELDS})


def _fault(name: str, fault: Fault) -> Fault:
    _require(f"{name}.applied_count", fault.applied_count, 0 <= fault.applied_count <= _MOST, f"from 0 to {_MOST}")
    added = fault.added_at
    _require(f"{name}.added_at", added, added is None or EARLIEST <= added <= LATEST, _ON_CALENDAR)
    with _naming(name):
        return replace(remake(fault), added_at=added, applied_count=fault.applied_count)


def _check_window(name: str, window: LimiterWindow) -> None:
    _require(f"{name}.length", window.length, 10**6 <= window.length <= LATEST, "microseconds, from a second on")
    _require(f"{name}.hits", window.hits, 1 <= window.hits < 2**31, "a whole number from 1")
    for field in ("first", "latest"):
        moment = getattr(window, field)
        _require(f"{name}.{field}", moment, moment is None or EARLIEST <= moment <= LATEST, _ON_CALENDAR)


def _check_entry(name: str, entry: RawEntry) -> None:
    _require(f"{name}[0]", entry[0], EARLIEST <= entry[0] <= LATEST, _ON_CALENDAR)
    _require(f"{name}[5]", entry[5], 100 <= entry[5] <= 599, "the status of an answer, from 100 to 599")


def _check_chance(chance: tuple[int, ...] | None) -> None:
    if chance is None or (len(chance) == 1 and 0 <= chance[0] <= _MOST):
        return
    with _naming("chance"):
        try:
            Random().setstate((3, chance, None))  # noqa: S311 - whether it can be set is all that counts
        except (TypeError, OverflowError):
            raise InvalidValueError("it is not the state of a generator of random numbers") from None


# Sessions.


def _check_sessions(
    settings: Settings, chargers: ChargerStore, sessions: tuple[SessionState, ...], now: int
) -> None:
    tokens = set()
    for index, state in enumerate(sessions):
        name = f"sessions[{index}]"
        # A token is shown by no message.
        _require(f"{name}.token", "…", bool(_TOKEN.fullmatch(state.token)), "16 to 128 letters, digits, - and _")
        _require(f"{name}.token", "…", state.token not in tokens, "there once")
        tokens.add(state.token)
        _check_session(name, state)
        _require(f"{name}.status", state.status.value, _lives(settings, chargers, state, now), _FITTING)


_FITTING = "one that the other fields of the session have led to"


def _check_session(name: str, state: SessionState) -> None:
    choices = f"one of {', '.join(SCENARIOS)}"
    _require(f"{name}.scenario", state.scenario, state.scenario in SCENARIOS, choices)
    _require(f"{name}.charger", state.charger, is_code(state.charger), "1 to 10 letters and digits")
    for field, value in zip(state.__struct_fields__, astuple(state), strict=True):
        _require(f"{name}.{field}", value, not isinstance(value, int) or -_MOST <= value <= _MOST, _LARGE)
    _check_plain(f"{name}.overlay", state.overlay)


def _check_plain(name: str, value: Any) -> None:
    _require(name, "…", not _is_deeper(value, _DEEPEST), f"at most {_DEEPEST} levels deep")
    _require(name, "…", (reason := why_not_kept(value)) is None, f"what JSON can carry: {reason}")


def _lives(settings: Settings, chargers: ChargerStore, state: SessionState, now: int) -> bool:
    """Return whether a session can be shown, whatever happens to it next."""
    try:
        played = transitions.play(state, now, settings)[0]
        for event in possible_events(played.status):
            _show(chargers, transitions.apply_event(played, event, now, settings), now)
        _show(chargers, played, now)
        _show(chargers, transitions.play(state, LATEST, settings)[0], LATEST)
    except _BREAKS:
        return False
    return True


def _show(chargers: ChargerStore, state: SessionState, now: int) -> None:
    data_body(state, chargers.of(state), now)
    payment_of(state)


# Words.


@contextmanager
def _naming(name: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise InvalidValueError(f"{name} of the snapshot can't be so: {error}") from None


def _require(name: str, value: object, holds: bool, allowed: str) -> None:
    if not holds:
        raise InvalidValueError(f"{name} of the snapshot can't be {shorten(value)}; it must be {allowed}")


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(part, levels - 1) for part in parts)
