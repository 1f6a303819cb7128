"""Findings that a team has accepted, each with a reason and a day on which that ends.

The file is TOML: a table `[[accept]]` for each, with `rule`, `reason`, `until` (a date, the last day
on which it holds), and where only one place is meant its JSON `pointer`.
"""

from collections.abc import Iterable
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from plugproof_contracts.errors import PlugproofError
from plugproof_contracts.parsing.files import read_text
from plugproof_contracts.rules import RULES
from plugproof_contracts.rules.violation import Violation

_FIELDS = {"rule": str, "reason": str, "until": date, "pointer": str}
_REQUIRED = ("rule", "reason", "until")


class BaselineError(PlugproofError, ValueError):
    """A baseline file has a mistake; the text names the entry, the field and what is allowed."""


class Accept(NamedTuple):
    """One accepted finding; without a pointer it holds for every place."""

    rule: str
    reason: str
    until: date
    pointer: str | None = None

    def covers(self, violation: Violation, today: date) -> bool:
        """Return whether a finding is accepted on that day."""
        return today <= self.until and self.rule == violation.rule and self.pointer in (None, violation.pointer)


def accepting(accepts: Iterable[Accept], violation: Violation, today: date) -> Accept | None:
    """Return the first entry that covers a finding."""
    return next((accept for accept in accepts if accept.covers(violation, today)), None)


def read_baseline(path: Path) -> tuple[Accept, ...]:
    """Read a baseline file; raises `BaselineError` for anything that it should not hold."""
    import tomllib  # here, since most have no baseline

    try:
        found = tomllib.loads(read_text(path))
    except OSError as error:
        raise BaselineError(f"it cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BaselineError("it is not UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BaselineError(f"it is not TOML: {error}") from None
    rows = found.get("accept", [])
    if set(found) - {"accept"} or not isinstance(rows, list):
        raise BaselineError(f"it holds {', '.join(found)}; allowed are tables [[accept]]")
    return tuple(_accept(number, row) for number, row in enumerate(rows, 1))


def _accept(number: int, row: Any) -> Accept:
    place = f"entry {number}"
    if not isinstance(row, dict):
        raise BaselineError(f"{place} is not a table; allowed are tables [[accept]]")
    for name in (*_REQUIRED, *row):
        _refuse_misfit(place, name, row)
    if row["rule"] not in RULES:
        near = get_close_matches(row["rule"], RULES, n=1)
        hint = f"did you mean {near[0]}?" if near else "see plugproof rules"
        raise BaselineError(f"{place}: there is no rule {row['rule']!r}; {hint}")
    return Accept(**row)


def _refuse_misfit(place: str, name: str, row: dict[str, Any]) -> None:
    if name not in _FIELDS:
        raise BaselineError(f"{place}: unknown field {name!r}; allowed are {', '.join(_FIELDS)}")
    if name not in row:
        raise BaselineError(f"{place}: {name} is missing")
    value, kind = row[name], _FIELDS[name]
    if not isinstance(value, kind) or isinstance(value, datetime) or value == "":
        allowed = "a date such as 2026-12-31, without quotes" if kind is date else "a text that is not empty"
        raise BaselineError(f"{place}: {name} is {value!r}; allowed is {allowed}")
