"""What a URL means to the API, and how it may be shown.

The scheme, host, port and prefix of a URL vary, because fakes and proxies are checked too; an
address of the API is recognised by `/v3/public-charging` in its path. Paths are read raw, as they
were sent: two tokens that differ only after decoding are two tokens.
"""

import re
from typing import NamedTuple
from urllib.parse import unquote

from plugproof_contracts.facts.operations import OPERATIONS, PREFIX, Operation
from plugproof_contracts.secrets.token import Token, fingerprint

_PATH = re.compile(rf"(?P<base>[^?#]*){re.escape(PREFIX)}(?P<rest>/[^?#]*)?(?:[?#]|\Z)", re.DOTALL)
_USERINFO = re.compile(r"(?<=//)[^/?#]*@")
_BY_SHAPE = {
    (row.method, len(row.path.split("/")), row.path.split("/")[1], *row.path.split("/")[3:]): row
    for row in OPERATIONS.values()
}
_WORDS = frozenset(row.path.rpartition("/")[2] for row in OPERATIONS.values() if row.path.count("/") > 2)


class Route(NamedTuple):
    """`base` is the URL up to and without `/v3`, or None where the URL is not one of the API's."""

    base: str | None
    operation: Operation | None
    token: Token | None


def route(method: str, url: str) -> Route:
    """Read whose session and which operation a request is about; never fails."""
    match = _PATH.match(url)
    if match is None:
        return Route(None, None, None)
    parts = (match["rest"] or "").split("/")
    token = parts[2] if len(parts) > 2 and parts[1] == "sessions" else ""
    return Route(match["base"], _operation(method, parts), Token(token) if token else None)


def _operation(method: str, parts: list[str]) -> Operation | None:
    if len(parts) < 2 or "" in parts[1:]:
        return None
    return _BY_SHAPE.get((method, len(parts), parts[1], *parts[3:]))


def charger_code(url: str) -> str:
    """Return the code in the URL of a charger, as the API reads it."""
    return unquote(re.split(r"[?#]", url, maxsplit=1)[0].rpartition("/")[2])


def redacted(url: str) -> str:
    """Return the URL without user, query and fragment, and with a fingerprint for every session token in it."""
    path = re.split(r"[?#]", url, maxsplit=1)[0]
    return "/".join(_redacted_parts(_USERINFO.sub("", path).split("/")))


def _redacted_parts(parts: list[str]) -> list[str]:
    plain = [unquote(part).lower() for part in parts]
    at = next((index for index, part in enumerate(plain) if part.startswith("sessions")), len(parts))
    return [
        part if index <= at or not part or (index > at + 1 and part in _WORDS) else fingerprint(part)
        for index, part in enumerate(parts)
    ]
