"""What a rule or a parser finds in an answer."""

from typing import Any, NamedTuple


class Text(NamedTuple):
    """An `actual` that is told in words instead of shown as a value."""

    words: str


NOTHING = Text("none")
"""What came where a header is missing."""


class Finding(NamedTuple):
    """What one rule found: where (a JSON pointer, empty for the whole answer), what was expected, what came.

    `actual` may be any JSON value; `position` is the index of the exchange within a trace.
    """

    pointer: str
    expected: str
    actual: Any
    position: int | None = None

    @property
    def is_ours(self) -> bool:
        """Whether all its words are ours, so that nothing of the answer is in them."""
        return self.actual == NOTHING and not self.pointer
