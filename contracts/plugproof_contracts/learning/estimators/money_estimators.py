"""The tax rate, the hold and the rounding of prices, from the amounts of sessions."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from plugproof_contracts.learning.bracket import Bracket, intersection
from plugproof_contracts.learning.learned_fact import (
    FactForm,
    LearnedFact,
    assumed_setting,
    bracketed,
    ranged,
    worded,
)
from plugproof_contracts.learning.observations import Observations, ObservedSession
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.strict_json import SAFE_INTEGER

_VAT = assumed_setting("vat", FactForm.BRACKET)
_HOLD = assumed_setting("hold", FactForm.RANGE)
_ROUNDING = assumed_setting("price_rounding", FactForm.WORD)


def estimate_vat(seen: Observations) -> LearnedFact:
    """Bracket the tax rate that is contained in captured amounts, however the tax is rounded to whole units."""
    found = [bracket for session in seen.sessions if (bracket := _rate(session))]
    return bracketed(_VAT, intersection(found), len(found))


def _rate(session: ObservedSession) -> Bracket | None:
    """Return the rates that explain the tax of one session; None if it shows no capture, or two."""
    pairs = {pair for one in session.shown if (pair := _capture(one.answer))}
    if len(pairs) != 1:
        return None
    amount, tax = pairs.pop()
    # Whichever way it was rounded, the exact tax is less than one unit away.
    return Bracket(_percent(max(0, tax - 1), amount), _percent(tax + 1, amount))


def _capture(answer: ParsedResponse) -> tuple[int, int] | None:
    amount, tax = answer.field("amount_captured"), answer.field("tax_amount")
    return (amount, tax) if _is_amount(amount) and _is_amount(tax) and tax < amount else None


def _is_amount(value: Any) -> bool:
    """Return whether a value can be an amount: what breaks the contract teaches nothing."""
    return value is not None and 0 <= value <= SAFE_INTEGER


def _percent(tax: int, amount: int) -> float | None:
    return float(Fraction(100 * tax, amount - tax)) if tax < amount else None


def estimate_hold(seen: Observations) -> LearnedFact:
    """Tell the range of the amounts that were pre-authorised or announced; chargers may differ."""
    found = list(_holds(seen))
    return ranged(_HOLD, Bracket(min(found, default=None), max(found, default=None)), len(found))


def _holds(seen: Observations) -> Iterator[int]:
    """Yield the amount once for each session that shows it, and for each answer about a charger."""
    for session in seen.sessions:
        yield from {amount for one in session.shown if _is_amount(amount := one.answer.field("amount_authorized"))}
    for one in seen.all:
        if one.answer.name == "charger" and _is_amount(amount := one.answer.field("preauth_amount")):
            yield amount


def estimate_price_rounding(seen: Observations) -> LearnedFact:
    """Tell how a cost is rounded to whole units: `nearest`, `down` or `up`; a tie is not told apart."""
    samples = [_explanations(one.answer) for session in seen.sessions for one in session.shown]
    # An answer that all ways of rounding explain teaches nothing.
    telling = [found for found in samples if found is not None and len(found) < len(_WAYS)]
    left = set(_WAYS).intersection(*telling)
    note = "" if len(left) == 1 or not telling else f"not told apart: {', '.join(sorted(left)) or 'no way fits'}"
    return worded(_ROUNDING, [*left] * len(telling) if len(left) == 1 else [], note)


def _down(above: int, below: int) -> int:
    return above // below


def _up(above: int, below: int) -> int:
    return -(-above // below)


def _half_up(above: int, below: int) -> int:
    return _down(2 * above + below, 2 * below)


def _half_down(above: int, below: int) -> int:
    return _up(2 * above - below, 2 * below)


_WAYS: dict[str, tuple[Callable[[int, int], int], ...]] = {
    "nearest": (_half_up, _half_down),
    "down": (_down,),
    "up": (_up,),
}
"""The ways to round what is given as above and below the line of a fraction; `Fraction` takes far longer."""


def _explanations(answer: ParsedResponse) -> frozenset[str] | None:
    """Return the ways of rounding that explain a cost; None if it is capped by the hold or can't be computed."""
    cost, hold, energy = (answer.field(name) for name in ("cost_amount", "amount_authorized", "energy_kwh"))
    price, fee = answer.field("pricing.price_per_kwh"), answer.field("pricing.start_fee")
    if None in (cost, hold, energy, price, fee) or cost >= hold or not (amount := _energy(energy)):
        return None
    parts, whole = amount
    exact = fee * whole + price * parts
    return frozenset(name for name, ways in _WAYS.items() if any(way(exact, whole) == cost for way in ways))


def _energy(text: str) -> tuple[int, int] | None:
    """Return how many parts of a kWh there are, and how many make one; None if there are none."""
    if len(text) > 20 or not text.isascii() or not text.replace(".", "", 1).isdigit():
        return None
    before, _, after = text.partition(".")
    parts = int(before + after)
    return (parts, 10 ** len(after)) if parts else None
