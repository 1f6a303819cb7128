"""How well a fact about the API is known."""

from plugproof_contracts.argument_checks import CheckedEnum


class Level(CheckedEnum):
    """The standing of a fact, and so the weight of a breach of it."""

    DOCUMENTED = "documented"
    """A page of the public reference says so; a breach is an error."""

    INFERRED = "inferred"
    """It follows from what is documented, though no page says it; a breach is a warning."""

    ASSUMED = "assumed"
    """The project's choice where the reference is silent; a breach is a note."""
