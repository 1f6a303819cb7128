"""Values that are one of some names, or counts: what says so when one is not."""

from collections.abc import Iterable

from plugproof_contracts.errors import InvalidValueError
from plugproof_mockserver.http.response import shorten
from plugproof_mockserver.model.suggestions import suggest

MOST_FIRST = 2**53
"""The most calls that can be the first so many: every store and every JSON reader knows such a number."""


def require_choice(what: str, value: object, choices: Iterable[str]) -> None:
    """Raise `InvalidValueError` that names the value and all choices, the nearest first, unless it is one."""
    known = [str(choice) for choice in choices]
    if value not in known:
        hint = suggest(value, known)
        must = f"{hint}It must be" if hint else "it must be"
        raise InvalidValueError(f"{what} can't be {shorten(value)}; {must} one of {', '.join(known)}")
