"""The facts file: what a fake is told to do otherwise than assumed, with what was seen as comments."""

from collections.abc import Iterable, Iterator

from plugproof_contracts.facts.assumed_settings import ASSUMED_SETTINGS
from plugproof_contracts.learning.learned_fact import FactForm, FactValue, LearnedFact

SERVED = (
    *("vat", "hold", "payment_window", "token_ttl", "limiter", "errors", "not_found", "invalid_text"),
    "sessions_per_charger",
)
"""The facts that a fake can be set to."""


def facts_toml(facts: Iterable[LearnedFact]) -> str:
    """Return the file: a value for each fact that contradicts its assumption or is known exactly."""
    return "\n".join(("# What recordings taught; written by `plugproof learn`.", *_lines(facts))) + "\n"


def _lines(facts: Iterable[LearnedFact]) -> Iterator[str]:
    for fact in facts:
        if fact.name in SERVED and fact.is_known:
            value = served_value(fact)
            setting = "" if value is None or not _may_be(fact.name, value) else f"{fact.name} = {_toml(value)}"
            yield f"{setting or '# ' + fact.name}  # seen {fact.n} times: {shown(fact)}"


def served_value(fact: LearnedFact) -> float | str | None:
    """Return the value that a fake takes: exact, else of a bracket the middle; None for the assumed one."""
    if fact.value is not None:
        return fact.value
    if not fact.contradicts:
        return None
    low, high = fact.low, fact.high
    if low is not None and high is not None:
        return _roundest(low, high)
    return high if low is None else 2 * low


def _may_be(name: str, value: float | str) -> bool:
    """Return whether a fake can be set to a value: what a hostile recording shows may be none of them."""
    row = ASSUMED_SETTINGS[name]
    return isinstance(value, str) or row.least <= value <= row.most


def _roundest(low: float, high: float) -> float:
    """Return the number of the fewest digits that lies in a bracket, nearest to its middle."""
    for digits in range(-6, 6):
        found = round((low + high) / 2, digits)
        if low <= found <= high:
            return found
    return (low + high) / 2


def _toml(value: float | str) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return f"{int(value)}" if value == int(value) else f"{value:.6f}".rstrip("0")


def plain(value: FactValue) -> str:
    """Return a value for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else _toml(value)


def shown(fact: LearnedFact) -> str:
    """Return what is claimed, for people: a value, or from where to where."""
    if fact.value is not None:
        return f"{plain(fact.value)} {fact.unit}".strip()
    if fact.form is FactForm.SHARE and fact.n:
        return f"{fact.held} of {fact.n}: {fact.low:.3g} to {fact.high:.3g} %"
    if fact.form is FactForm.STEP and fact.n and fact.high is None:
        return "it occurs"
    low, high = (None if end is None else f"{end:.6g}" for end in (fact.low, fact.high))
    if low is None and high is None:
        return "nothing is known"
    interval = f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"
    return f"{interval} {fact.unit}".strip()
