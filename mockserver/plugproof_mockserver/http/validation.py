"""What a field of a request must be, one text to a rule, as the framework behind the API has it (assumed).

Strings have been trimmed and empty ones are null by the time these rules see them. A field that is required and
absent, null or an empty list has that complaint only; of any other, every rule that it breaks complains.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from plugproof_mockserver.http.response import ErrorResponse, invalid

_ATOM = r"[^\s@()<>\[\],;:\\\".\x00-\x20\x7f]+"
_LABEL = r"[^\W_](?:[^\W_]|-){0,62}(?<!-)"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,18})")
_NUMERIC = re.compile(r"[+-]?(?:[0-9]{1,50}(?:\.[0-9]{0,50})?|\.[0-9]{1,50})(?:[eE][+-]?[0-9]{1,3})?")
_LARGEST = 2**63 - 1


class ValidationRule(NamedTuple):
    """One thing that is asked of a value, and what is said of a field that breaks it."""

    is_kept: Callable[[Any], bool]
    text: str


def as_integer(value: Any) -> int | None:
    """Return what PHP takes for an integer, such as `1`, `"1"`, `1.0` and `true`; None for anything else."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return int(value)
    if isinstance(value, str):
        value = int(value) if _INTEGER.fullmatch(value) else None
    is_whole = value is True or type(value) is int
    return int(value) if is_whole and -_LARGEST <= value <= _LARGEST else None


def _as_number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not _NUMERIC.fullmatch(value):
        return None
    return float(value)


def _length(value: Any) -> int:
    """Return the characters of a text, or how many a list has; a boolean is written `1` or not at all."""
    if isinstance(value, bool):
        return int(value)
    return len(value if isinstance(value, str | list | dict) else str(value))


def _size(value: Any) -> float:
    number = _as_number(value)
    return _length(value) if number is None else number


REQUIRED = ValidationRule(lambda value: value not in (None, [], {}), "is required")
STRING = ValidationRule(lambda value: isinstance(value, str), "must be a string")
INTEGER = ValidationRule(lambda value: as_integer(value) is not None, "must be an integer")
EMAIL = ValidationRule(
    lambda value: isinstance(value, str) and bool(_EMAIL.fullmatch(value)), "must be a valid email address"
)


def at_least(number: int) -> ValidationRule:
    """Return the rule for the least number."""
    return ValidationRule(lambda value: _size(value) >= number, f"must be at least {number}")


def at_most(number: int) -> ValidationRule:
    """Return the rule for the greatest number."""
    return ValidationRule(lambda value: _size(value) <= number, f"must not be greater than {number}")


def no_longer_than(number: int) -> ValidationRule:
    """Return the rule for the length of a text."""
    return ValidationRule(lambda value: _length(value) <= number, f"must not be greater than {number} characters")


def complaints(fields: Mapping[str, Any], rules: Mapping[str, Sequence[ValidationRule]]) -> ErrorResponse | None:
    """Return the 422 for fields that break rules; None when none does."""
    found = {name: texts for name, given in rules.items() if (texts := _texts(name, fields.get(name), given))}
    return invalid(found) if found else None


def _texts(name: str, value: Any, rules: Sequence[ValidationRule]) -> list[str]:
    if REQUIRED in rules and not REQUIRED.is_kept(value):
        broken = [REQUIRED]
    else:
        broken = [] if value is None else [rule for rule in rules if not rule.is_kept(value)]
    return [f"The {name.replace('_', ' ')} field {rule.text}." for rule in broken]
