"""What a recording of a study could teach whoever reads it with exact clocks: which settings are identifiable.

This is the yardstick of `learn_study`, and shares no code with the estimators. A setting with an interval is
identifiable if the recording narrows it to the width in `WIDTHS`; a word, if the other words would have made other
answers.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec

from plugproof import Exchange

WINDOW = 60.0
WIDTHS = {
    "vat": 1.0,
    "hold": 0,
    "payment_window": 300.0,
    "token_ttl": 3600.0,
    "sessions_per_charger": 0,
    "limit_seconds": 10.0,
    "limit": 0,
}
"""How wide an interval may be that counts as identified: percent, minor units, seconds, sessions, hits."""
_ERRORS = frozenset({302, 400, 404, 405, 409, 422, 429})
_FREE = {"not_found_costs_hit": frozenset({404}), "invalid_costs_hit": frozenset({422, 302})}


def width_of(name: str) -> float:
    """Return how wide the interval of a setting may be."""
    return WIDTHS.get(name, WIDTHS.get(name.partition(".")[0], 0))


class Sent(NamedTuple):
    """One exchange of a study: what was asked, when, and what the answer's document and session are."""

    operation: str
    code: int
    at: float
    limit: int | None
    token: str
    document: dict[str, Any]
    session: dict[str, Any]
    asked_json: bool


def sent(exchanges: Sequence[Exchange]) -> list[Sent]:
    """Read the exchanges of a study; each is one of an operation, and tells when it was sent."""
    return [_sent(one) for one in exchanges if one.operation and one.at]


def _sent(one: Exchange) -> Sent:
    is_json = (one.headers.get("content-type") or "").startswith("application/json")
    document = msgspec.json.decode(one.body or b"{}") if is_json else {}
    session = document.get("data", {}) if one.status < 300 else {}
    token = document.get("session_token") or (one.token.reveal() if one.token else "")
    limit = one.headers.get("x-ratelimit-limit")
    asked = "json" in (one.request_headers.get("accept") or "")
    at = one.at.timestamp() if one.at else 0.0
    name = one.operation.name if one.operation else ""
    return Sent(name, one.status, at, int(limit) if limit else None, token, document, session, asked)


def identifiable(exchanges: Sequence[Exchange], truth: Mapping[str, Any]) -> frozenset[str]:
    """Return the settings that a recording tells; `truth` is what they are."""
    seen = sent(exchanges)
    found = {name for name, is_told in _TOLD.items() if is_told(seen, truth)}
    names = {one.operation for one in seen if one.limit is not None} - {"start"}
    return frozenset(found | {f"limit.{name}" for name in names} | set(_seconds(seen, truth)))


# Amounts and times.


def _tells_vat(seen: Sequence[Sent], truth: Mapping[str, Any]) -> bool:
    low, high = Fraction(0), Fraction(100)
    for one in seen:
        amount, tax = one.session.get("amount_captured"), one.session.get("tax_amount")
        if amount and tax is not None and tax + 1 < amount:
            low = max(low, Fraction(100 * (tax - 1), amount - tax + 1))
            high = min(high, Fraction(100 * (tax + 1), amount - tax - 1))
    return high - low <= WIDTHS["vat"]


def _tells_hold(seen: Sequence[Sent], truth: Mapping[str, Any]) -> bool:
    return any(one.session.get("amount_authorized") is not None for one in seen)


def _tells_rounding(seen: Sequence[Sent], truth: Mapping[str, Any]) -> bool:
    """Return whether some cost was surely not rounded up, and some surely not down."""
    parts = set()
    for one in seen:
        cost, hold, energy = (one.session.get(name) for name in ("cost_amount", "amount_authorized", "energy_kwh"))
        if cost is not None and hold and cost < hold and energy and Fraction(energy):
            rest = one.session["pricing"]["price_per_kwh"] * Fraction(energy) % 1
            parts |= {"down"} if rest > Fraction(1, 2) else {"up"} if 0 < rest < Fraction(1, 2) else set()
    return parts == {"up", "down"}


def _ages(
    seen: Sequence[Sent], still: Callable[[Sent], bool], over: Callable[[Sent], bool]
) -> tuple[float, float]:
    """Return the greatest age at which something still was, and the least at which it was over."""
    born = {one.token: one.at for one in seen if one.operation == "start" and one.code == 201}
    aged = [(one, one.at - born[one.token]) for one in seen if one.token in born]
    low = max((age for one, age in aged if still(one)), default=0.0)
    return low, min((age for one, age in aged if over(one)), default=float("inf"))


def _status(one: Sent) -> object:
    return one.session.get("status")


def _tells_window(seen: Sequence[Sent], truth: Mapping[str, Any]) -> bool:
    low, high = _ages(
        seen,
        lambda one: one.session.get("status") == "created",
        lambda one: one.session.get("status") == "expired",
    )
    return high - low <= WIDTHS["payment_window"] - 5


def _tells_life(seen: Sequence[Sent], truth: Mapping[str, Any]) -> bool:
    low, high = _ages(seen, lambda one: one.code < 300, lambda one: one.code == 404)
    return high - low <= WIDTHS["token_ttl"] - 5


# The limiter: what other settings would have counted.


class Counted(NamedTuple):
    """A hit as a limiter counts it: the used hits of its window, and the seconds since that began."""

    one: Sent
    used: int
    age: float


def _count(seen: Sequence[Sent], *, shared: bool, free: frozenset[int] = frozenset()) -> Iterator[Counted]:
    """Yield what a fixed window would show of each hit."""
    windows: dict[str, tuple[float, int]] = {}
    for one in seen:
        key = "" if shared else one.operation
        began, used = windows.get(key, (one.at, 0))
        if one.at - began >= WINDOW:
            began, used = one.at, 0
        # A shared count has a start twice, for its second limit has no name either.
        costs = 0 if one.code == 429 or one.code in free else 2 if shared and one.operation == "start" else 1
        windows[key] = (began, used + costs)
        yield Counted(one, used + costs, one.at - began)


def _differ(first: Iterator[Counted], second: Iterator[Counted], least: int) -> bool:
    pairs = (pair for pair in zip(first, second, strict=True) if _shows_count(pair[0].one))
    return sum(one.used != other.used for one, other in pairs) >= least


def _shows_count(one: Sent) -> bool:
    return one.operation != "start" and one.limit is not None and one.code != 429


def _tells_limiter(seen: Sequence[Sent], truth: Mapping[str, Any]) -> bool:
    return _differ(_count(seen, shared=True), _count(seen, shared=False), 2)


def _tells_cost(name: str) -> Callable[[Sequence[Sent], Mapping[str, Any]], bool]:
    def tells(seen: Sequence[Sent], truth: Mapping[str, Any]) -> bool:
        shared = truth["limiter"] == "shared"
        return _tells_limiter(seen, truth) and _differ(
            _count(seen, shared=shared), _count(seen, shared=shared, free=_FREE[name]), 1
        )

    return tells


def _tells_hourly(seen: Sequence[Sent], truth: Mapping[str, Any]) -> bool:
    """Return whether a start was refused by the hourly limit, and that is not the other one's number."""
    number = truth["sessions_per_charger"]
    return number != 3 and any(
        one.operation == "start" and one.code == 429 and one.limit == number for one in seen
    )


def _seconds(seen: Sequence[Sent], truth: Mapping[str, Any]) -> Iterator[str]:
    """Yield the operations the length of whose window is told."""
    if not _tells_limiter(seen, truth):
        return
    spans = defaultdict[str, list[float]](lambda: [0.0, float("inf")])
    began: dict[str, float] = {}
    shared = truth["limiter"] == "shared"
    for counted in _count(seen, shared=shared):
        one, key = counted.one, "" if shared else counted.one.operation
        span = spans[one.operation]
        if counted.age == 0 and key in began:
            span[1] = min(span[1], one.at - began[key])
        elif one.code == 429:
            span[:] = [WINDOW, WINDOW]
        else:
            span[0] = max(span[0], counted.age)
        began[key] = one.at - counted.age
    wide = WIDTHS["limit_seconds"] - 5
    yield from (
        f"limit_seconds.{name}" for name, (low, high) in spans.items() if high - low <= wide and name != "start"
    )


# Words.


def _tells_errors(seen: Sequence[Sent], truth: Mapping[str, Any]) -> bool:
    return any(one.code in _ERRORS and not one.asked_json for one in seen)


def _tells_not_found(seen: Sequence[Sent], truth: Mapping[str, Any]) -> bool:
    return any(one.code == 404 and "message" in one.document for one in seen)


def _tells_invalid(seen: Sequence[Sent], truth: Mapping[str, Any]) -> bool:
    return any(one.code == 422 and "errors" in one.document for one in seen)


_TOLD: dict[str, Callable[[Sequence[Sent], Mapping[str, Any]], bool]] = {
    "vat": _tells_vat,
    "hold": _tells_hold,
    "price_rounding": _tells_rounding,
    "payment_window": _tells_window,
    "token_ttl": _tells_life,
    "errors": _tells_errors,
    "not_found": _tells_not_found,
    "invalid_text": _tells_invalid,
    "limiter": _tells_limiter,
    "not_found_costs_hit": _tells_cost("not_found_costs_hit"),
    "invalid_costs_hit": _tells_cost("invalid_costs_hit"),
    "sessions_per_charger": _tells_hourly,
}
