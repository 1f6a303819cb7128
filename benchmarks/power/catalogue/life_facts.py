"""What one session may not do from answer to answer."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from itertools import combinations
from typing import Any

from benchmarks.power.catalogue.status_facts import HEALTHY, PATH_OF_CHARGING
from benchmarks.power.catalogue.time_facts import NAMES
from benchmarks.power.trace import Broken, Change, Data, Line, TraceDefect, again, data_of, showing
from plugproof_contracts import Exchange, Level, Status
from plugproof_contracts.facts.session_lifecycle import reachable

OWING = ("authorized", "starting", "charging", "stopping", "settling", "captured", "capture_failed")
"""On the way to a capture; elsewhere a hold may be released and a cost forgiven."""
PAID_OUT = ("captured", "refunded")
_I = Level.INFERRED


# The status.


def _as(status: str, data: Data) -> Data | None:
    """Return what makes a session one of another status; null if that would take something away."""
    if status == "created" and any(data[name] for name in NAMES[1:]):
        return None
    filled: Data = {"status": status} | ({"failure_reason": None} if status in HEALTHY else {})
    if status in PATH_OF_CHARGING:
        authorized = data["authorized_at"] or data["created_at"]
        filled |= {"authorized_at": authorized, "charging_started_at": data["charging_started_at"] or authorized}
    if status in PAID_OUT:
        done = data["captured_at"] or data["completed_at"] or filled["charging_started_at"]
        filled |= {"captured_at": done, "amount_captured": data["amount_captured"] or data["cost_amount"] or 0}
    return filled


def _goes_back() -> Broken:
    for status in Status:
        wrong = [str(later) for later in Status if not reachable(status, later)]
        ways = [(f"{later} after {status}", partial(_as, later)) for later in wrong]
        yield from again("confirm-payment#response.status", "lifecycle", _I, [status], ways)


def life(code: str = "HAPPY") -> list[Exchange]:
    """Return a life that was looked at wherever it moved."""
    line = Line()
    start = line.client.ask("start", "", {"code": code, "connector_id": 1})
    token = line.fake.sessions[-1].token
    seen = [start, line.ask("get", token), line.ask("confirm", token), line.ask("get", token)]
    while line.fake.clock.advance_to_next():
        seen.append(line.ask("get", token, after=0.4))
    return seen


def _stale() -> Broken:
    """An answer of before comes again, as from a copy of the database that lags behind."""
    for code in ("HAPPY", "NOSTART", "CAPFAIL", "NOENERGY"):
        seen = [one for one in life(code) if one.operation and one.operation.name == "get"]
        for old, later in combinations(range(len(seen)), 2):
            if data_of(seen[old])["status"] != data_of(seen[later])["status"]:
                trace = [*seen[: later + 1], seen[later].replace(body=seen[old].body)]
                kind = f"{data_of(seen[old])['status']} after {data_of(seen[later])['status']}"
                yield TraceDefect("lifecycle", _I, "get-session#response", f"a stale answer, {code}", kind, trace)


# What stays.


def _shifted(name: str, by: timedelta, data: Data) -> Data | None:
    if data[name] is None:
        return None
    found = datetime.fromisoformat(data[name]) + by
    return {name: found.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}


def _lost(name: str, data: Data) -> Data | None:
    return None if data[name] is None else {name: None}


def _raised(name: str, by: int, data: Data) -> Data | None:
    return None if data[name] is None or data[name] + by < 0 else {name: data[name] + by}


_SHIFTS = (
    ("a microsecond earlier", timedelta(microseconds=-1)),
    ("a second earlier", timedelta(seconds=-1)),
    ("a second later", timedelta(seconds=1)),
    ("a day earlier", timedelta(days=-1)),
)


def _timestamps() -> Broken:
    for name in NAMES:
        ways: list[tuple[str, Change]] = [
            (f"{name} is {words}", partial(_shifted, name, by)) for words, by in _SHIFTS
        ]
        ways.append((f"{name} is null", partial(_lost, name)))
        yield from again(f"confirm-payment#response.{name}", "timestamps", _I, Status, ways)


def _amounts() -> Broken:
    for name in ("amount_captured", "tax_amount"):
        ways: list[tuple[str, Change]] = [(f"{name} by {by}", partial(_raised, name, by)) for by in (-1, 1, -20)]
        ways.append((f"{name} is null", partial(_lost, name)))
        yield from again(f"confirm-payment#response.{name}", "amounts", _I, PAID_OUT, ways)


def _running_amounts() -> Broken:
    for name in ("amount_authorized", "cost_amount"):
        ways: list[tuple[str, Change]] = [(f"{name} by {by}", partial(_raised, name, by)) for by in (-1, -20)]
        ways.append((f"{name} is null", partial(_lost, name)))
        yield from again(f"confirm-payment#response.{name}", "amounts", _I, OWING, ways)


def _energy_lost() -> Broken:
    ways: list[tuple[str, Change]] = [("energy_kwh is null", partial(_lost, "energy_kwh"))]
    yield from again("confirm-payment#response.energy_kwh", "energy", _I, OWING, ways)


def _above_hold(name: str, level: Level, statuses: Iterable[str]) -> Broken:
    """An amount exceeds the hold that was shown before; the answer itself hides the hold."""
    for code in ("HAPPY", "CAPFAIL"):
        seen = life(code)
        known = next(one for one in seen if data_of(one)["status"] == "charging")
        for later in [one for one in seen if data_of(one)["status"] in statuses]:
            for more in (1, 700):
                above = {name: data_of(known)["amount_authorized"] + more, "amount_authorized": None}
                trace = [known, showing(later, **above)]
                way, kind = f"{more} above a hold that was shown, {code}", data_of(later)["status"]
                yield TraceDefect("amounts", level, f"confirm-payment#response.{name}", way, kind, trace)


_FALLS = (("10.1", "9.9"), ("9.900", "9.899"), ("100", "99.999"), ("4.200", "0.000"), ("0.001", "0"), ("7", "6.5"))


def _energy() -> Broken:
    for status in PATH_OF_CHARGING:
        for most, less in _FALLS:
            for between in ((), (None,)):
                line = Line()
                token, texts = line.session(status), (most, *between, less)
                trace = [showing(line.ask("get", token, after=0.2), energy_kwh=text) for text in texts]
                way = f"{less} after {most}" + ", with null between" * len(between)
                yield TraceDefect("energy", _I, "confirm-payment#response.energy_kwh", way, status, trace)


def _inside(holder: str, name: str, value: Any, data: Data) -> Data:
    return {holder: data[holder] | {name: value}}


def _identity() -> Broken:
    ways: list[tuple[str, Change]] = [
        ("another connector", partial(_raised, "connector_id", 1)),
        ("another charger", partial(_inside, "charger", "public_code", "OTHER")),
        ("another currency", partial(_inside, "pricing", "currency", "SEK")),
        ("a higher price", partial(_inside, "pricing", "price_per_kwh", 99)),
        ("a lower price", partial(_inside, "pricing", "price_per_kwh", 1)),
        ("another fee", partial(_inside, "pricing", "start_fee", 350)),
    ]
    yield from again("confirm-payment#response.connector_id", "identity", _I, Status, ways)


def broken() -> Broken:
    """Yield every defect of one session's life."""
    yield from _goes_back()
    yield from _stale()
    yield from _timestamps()
    yield from _amounts()
    yield from _running_amounts()
    yield from _energy_lost()
    yield from _above_hold("cost_amount", _I, PATH_OF_CHARGING)
    yield from _above_hold("amount_captured", _I, PAID_OUT)
    yield from _energy()
    yield from _identity()
