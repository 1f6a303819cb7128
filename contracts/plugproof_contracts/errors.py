"""Every exception that plugproof raises on purpose has one base, and keeps the builtin one that callers know."""


class PlugproofError(Exception):
    """What was asked for is not possible; the text names the value and what is allowed, and holds no secret."""


class InvalidValueError(PlugproofError, ValueError):
    """A value is not allowed."""


class InvalidTypeError(InvalidValueError, TypeError):
    """A value is of a type that is not allowed; a `TypeError`, too."""


class ReadOnlyError(PlugproofError, AttributeError):
    """Something frozen was to be changed."""


class NonconformanceError(PlugproofError, AssertionError):
    """An answer breaks the contract, or nothing of it could be checked."""
