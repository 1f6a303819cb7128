"""What recorders and people write where a secret was."""

import re
from urllib.parse import unquote

WORDS = (
    "redacted|filtered|hidden|masked|removed|replaced|sanitized|sanitised|scrubbed|stripped|omitted|anonymized"
    "|anonymised|censored|obfuscated|placeholder|private|confidential|secret|dummy|example|fake|test|your|my|the"
    "|session|token|access|id|key|value|here|xxx+|null|none|undefined"
)
"""The words of which stand-ins are made, as a pattern of alternatives."""
_STAND_IN = re.compile(rf"(?:[\W_]|{WORDS})*+", re.IGNORECASE)


def is_stand_in(text: str) -> bool:
    """Return whether a text is made of signs and words that stand for something else, such as `[REDACTED]`.

    It may be percent-encoded. An empty text stands for nothing.
    """
    plain = unquote(text).strip()
    return bool(plain) and _STAND_IN.fullmatch(plain) is not None
