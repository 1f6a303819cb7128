"""What a rule or a parser finds in an answer."""

from typing import Any, NamedTuple


class Finding(NamedTuple):
    """What one rule found: where (a JSON pointer, empty for the whole answer), what was expected, what came.

    `actual` may be any JSON value; `position` is the index of the exchange within a trace.
    """

    pointer: str
    expected: str
    actual: Any
    position: int | None = None


class Text(NamedTuple):
    """An `actual` that is told in words instead of shown as a value."""

    words: str
