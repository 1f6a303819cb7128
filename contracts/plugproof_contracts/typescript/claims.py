"""What a validator of values can say of an answer: one kind of claim a function, as plain JSON.

A claim that does not hold is a finding. `at` is a JSON pointer in which `*` stands for every item of an array. A
claim says nothing of a field that is absent, null or of another type than the claim reads. In `allowed`,
`{status}` is the session's status, and `{most}` the value that a claim compares with.
"""

import re
from collections.abc import Iterable
from typing import Any, TypeAlias

from plugproof_contracts.facts.session import Status
from plugproof_contracts.parsing.schema import Misfit

Claim: TypeAlias = dict[str, Any]


def fits_shape(misfit: Misfit) -> Claim:
    """The document differs in no such way from its documented shape."""
    return {"kind": "shape", "misfit": str(misfit)}


def number(*at: str, allowed: str, low: int | None = None, high: int | None = None) -> Claim:
    """Every one of some integers lies in a range."""
    return {"kind": "number", "at": list(at), "allowed": allowed, **_given(low=low, high=high)}


def at_most(at: str, most: str) -> Claim:
    """An integer is no larger than another one."""
    name = most.rpartition("/")[2]
    return {"kind": "atMost", "at": at, "most": most, "allowed": f"at most {name}, {{most}}"}


def text(
    *at: str,
    allowed: str,
    when: re.Pattern[str] | None = None,
    pattern: re.Pattern[str] | None = None,
    one_of: Iterable[str] | None = None,
    none_of: Iterable[str] | None = None,
    least: int | None = None,
    longest: int | None = None,
    shown: str = "value",
    stand_ins: bool = False,
) -> Claim:
    """A string matches, is one of some, is none of some, and has so many characters.

    The claim is about strings that match `when`. `shown` is "value", "length" for what may be a secret or a
    person's, or "characters". With `stand_ins`, what a recorder writes in place of a secret is let through.
    """
    return {
        "kind": "text",
        "at": list(at),
        "allowed": allowed,
        **_given(when=when and when.pattern, pattern=pattern and pattern.pattern),
        **_given(oneOf=_words(one_of), noneOf=_words(none_of), least=least, longest=longest),
        **_given(shown=None if shown == "value" else shown, standIns=stand_ins or None),
    }


def is_true(at: str, *, allowed: str) -> Claim:
    """A boolean is true."""
    return {"kind": "isTrue", "at": at, "allowed": allowed}


def is_set(*at: str) -> Claim:
    """Fields that are there are not null in a status."""
    return {"kind": "set", "at": list(at), "allowed": "set, as the session is {status}"}


def is_null(*at: str, statuses: Iterable[Status] | None = None, shown: str | None = None) -> Claim:
    """Fields are null in a status; `shown` is told of a value that may not be shown."""
    allowed = "null, as the session is {status}"
    return {"kind": "unset", "at": list(at), "allowed": allowed, **_given(statuses=_words(statuses), shown=shown)}


def is_not_null(at: str, *, allowed: str, operations: Iterable[str]) -> Claim:
    """A member that is there is not null in the answers of some operations."""
    return {"kind": "notNull", "at": at, "allowed": allowed, "operations": list(operations)}


def special(kind: str, **settings: Any) -> Claim:
    """A claim that one rule alone makes, with the numbers and words it needs."""
    return {"kind": kind, **settings}


def _given(**settings: Any) -> Claim:
    return {name: value for name, value in settings.items() if value is not None}


def _words(words: Iterable[str] | None) -> list[str] | None:
    return None if words is None else [str(word) for word in words]
