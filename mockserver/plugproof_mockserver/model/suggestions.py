"""What a message says of the values that are allowed, and which of them may have been meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def list_choices(value: object, choices: Iterable[str]) -> str:
    """Return the end of a message about an unknown value: the nearest choice if one is near, and all choices."""
    known = [str(choice) for choice in choices]
    near = get_close_matches(str(value), known, n=1, cutoff=0.7)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"{hint}There are {', '.join(known)}" if hint else f"there are {', '.join(known)}"
