"""Names of files without words that look like a secret."""

import re

from plugproof_contracts.secrets.escaping import escape

STAND_IN = "…"

_LOOKS_SECRET = re.compile(
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|(?<![A-Za-z0-9])(?!\d{8}T\d{4,6}Z?(?![A-Za-z0-9]))(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{12,}"
    r"|[A-Za-z0-9]{24,}"
)


def plain_name(name: str) -> str:
    """Return the name of a file without words that look like a token: long, of letters and digits mixed."""
    return _LOOKS_SECRET.sub(STAND_IN, escape(name))
