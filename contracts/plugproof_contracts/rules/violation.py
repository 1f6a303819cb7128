"""What a rule finds, and how it is told to people."""

import msgspec

from plugproof_contracts.argument_checks import CheckedStruct
from plugproof_contracts.facts.level import Level
from plugproof_contracts.parsing.finding import Text

LONGEST = 120
"""Characters of a value that a report shows."""


class Violation(msgspec.Struct, frozen=True, kw_only=True, metaclass=CheckedStruct):
    """One breach of one rule; its texts never contain a session token.

    `requirement` is what the rule asks, `where` the exchange with its URL redacted, and `position` the index of
    the exchange among those that were checked, for traces.
    """

    rule: str
    level: Level
    message: str
    pointer: str
    expected: str
    actual: str
    source: str
    requirement: str = ""
    where: str = ""
    position: int | None = None

    def __str__(self) -> str:
        rows = (
            ("requirement", self.requirement),
            ("expected", self.expected),
            ("actual", self.actual),
            ("pointer", self.pointer),
            ("exchange", self.where),
            ("source", self.source),
            ("read on", f"plugproof rules {self.rule}"),
        )
        lines = [f"  {name:<12} {value}" for name, value in rows if value]
        return "\n".join((f"{self.level}: {self.rule}", *lines))


def shown(value: object) -> str:
    """Return a short text of a JSON value; of objects and arrays only their size, for secrets may be in them."""
    match value:
        case Text(words):
            return words
        case dict():
            return f"an object with {len(value)} members"
        case list():
            return f"an array of {len(value)}"
        case str():
            return msgspec.json.encode(value.encode("utf-8", "replace").decode()).decode()
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
    return str(value)


def cut(text: str) -> str:
    """Return `text` if it is short enough for a report, else its beginning."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
