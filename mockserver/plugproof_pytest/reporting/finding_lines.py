"""What a break is called in one line: where it is, what is there, what belongs there."""

import re
from difflib import get_close_matches

from plugproof_contracts import Status, Violation
from plugproof_contracts.facts.session import ConnectorStatus

_WORDS = {"values.status": tuple(map(str, Status)), "values.connector-status": tuple(map(str, ConnectorStatus))}
"""The words that a value has to be one of; a violation's own text may be cut."""
_HEADER = re.compile(r"(?:the header )?([A-Za-z][A-Za-z-]*-[A-Za-z-]+)(?:: (.*))?$")


def finding_line(violation: Violation) -> str:
    """Return a break in one line, such as `/data/status is null: must be string, not null`."""
    if words := _WORDS.get(violation.rule):
        return f"{violation.pointer} is {violation.actual}: {_not_one_of(words, violation)}"
    subject, wanted = _subject(violation)
    if violation.actual in ("no such field", "none"):
        return f"{subject} is missing" + (f": must be {wanted}" if wanted else "")
    if violation.actual == "one more field":
        return f"{subject} is a field that no page documents"
    return f"{subject} is {violation.actual}: must be {wanted}"


def _subject(violation: Violation) -> tuple[str, str]:
    wanted = violation.expected.removeprefix("the field, ")
    if violation.pointer:
        return violation.pointer, wanted
    header = _HEADER.match(violation.expected)
    return (header[1], header[2] or "") if header else ("the answer", wanted)


def _not_one_of(words: tuple[str, ...], violation: Violation) -> str:
    name = violation.pointer.rpartition("/")[2].replace("_", " ")
    close = get_close_matches(violation.actual.strip('"').lower(), [word.lower() for word in words], 1, 0.7)
    if close:
        likely = next(word for word in words if word.lower() == close[0])
        return f'not a {name}; did you mean "{likely}"?'
    return f"not a {name}; it is one of {', '.join(words)}"
