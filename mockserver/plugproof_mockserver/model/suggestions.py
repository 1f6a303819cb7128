"""What a message says of the values that are allowed, and which of them may have been meant."""

from collections.abc import Iterable

from plugproof_contracts.errors import InvalidTypeError


def list_choices(value: object, choices: Iterable[str]) -> str:
    """Return the end of a message about an unknown value: the nearest choice if one is near, and all choices."""
    known = [str(choice) for choice in choices]
    hint = suggest(value, known)
    return f"{hint}There are {', '.join(known)}" if hint else f"there are {', '.join(known)}"


def refuse_unknown(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raise `InvalidTypeError` for a keyword that is not among those that are known, and list these."""
    for name in sorted(set(given) - set(known)):
        raise InvalidTypeError(f"{what} {name!r}; {list_choices(name, known)}")


def list_fields(name: object, fields: Iterable[str]) -> str:
    """Return the end of a message about an unknown field: the nearest one if one is near, and all fields."""
    known = list(fields)
    hint = suggest(name, known)
    return f"{hint}It has {', '.join(known)}" if hint else f"it has {', '.join(known)}"


def suggest(value: object, choices: Iterable[str]) -> str:
    """Return a question for the nearest choice, with a space behind it; empty if none is near."""
    from difflib import get_close_matches  # here, for a fake that is started rightly needs none

    near = get_close_matches(str(value), [str(choice) for choice in choices], n=1, cutoff=0.7)
    return f"did you mean {near[0]}? " if near else ""
