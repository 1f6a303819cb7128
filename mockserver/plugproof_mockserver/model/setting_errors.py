"""What a message says of a setting that can't be so."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import get_type_hints

from plugproof_mockserver.model.settings import Settings

_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "null": "nothing",
    "object": "a table",
}
_LONGEST = 40


def explain_settings(error: Exception, given: Mapping[str, object]) -> str:
    """Return the setting, its value and what it may be; the error is one of a type, or already such a text."""
    what, _, path = str(error).partition(" - at `$.")
    expected = re.match(r"Expected `([^`]+)`", what)
    name = path.removesuffix("`")
    kind = get_type_hints(Settings).get(name)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        allowed = f"one of {', '.join(kind)}"
    elif expected:
        allowed = " or ".join(_TYPES.get(one, one) for one in expected[1].split(" | "))
    else:
        return what
    return f"{name.replace('[...]', '')}{_shown(name, given)} must be {allowed}"


def _shown(name: str, given: Mapping[str, object]) -> str:
    if name not in given:
        return ""
    value = repr(given[name])
    return f" can't be {value if len(value) <= _LONGEST else value[:_LONGEST] + ' …'}; it"
