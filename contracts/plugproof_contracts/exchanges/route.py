"""What a URL means to the API, and how it may be shown.

The scheme, host, port and prefix of a URL vary, because fakes and proxies are checked too; an
address of the API is recognised by `/v3/public-charging` in its path. Paths are read raw, as they
were sent: two tokens that differ only after decoding are two tokens.
"""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes

from plugproof_contracts.facts.operations import OPERATIONS, PREFIX, Operation
from plugproof_contracts.secrets.escaping import escape
from plugproof_contracts.secrets.token import Token, fingerprint

_PATH = re.compile(rf"(?P<base>[^?#]*){re.escape(PREFIX)}(?P<rest>/[^?#]*)?(?:[?#]|\Z)", re.DOTALL)
_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<host>[^/?#@:]*?)\.?(?P<port>:[0-9]*)?(?=/|\Z)", re.IGNORECASE)
_USERINFO = re.compile(r"(?<=//)[^/?#]*@")
_BY_SHAPE = {
    (row.method, len(row.path.split("/")), row.path.split("/")[1], *row.path.split("/")[3:]): row
    for row in OPERATIONS.values()
}
_WORDS = frozenset(row.path.rpartition("/")[2] for row in OPERATIONS.values() if row.path.count("/") > 2)
LONG = 16
"""Characters from which on a part of a path may be a token: below the API's base no word or code is as long."""


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


@lru_cache(maxsize=1024)
def origin(base: str) -> str:
    """Return a base URL as all ways to write it have it: in lower case, without the usual port and a last dot."""
    match = _ORIGIN.match(base)
    if match is None:
        return base
    scheme, host, port = match["scheme"].lower(), match["host"].lower(), match["port"] or ""
    shown = "" if (scheme, port) in (("https", ":443"), ("http", ":80"), (scheme, ":")) else port
    return f"{scheme}://{host}{shown}{base[match.end() :]}"


def _operation(method: str, parts: list[str]) -> Operation | None:
    if len(parts) < 2 or "" in parts[1:]:
        return None
    return _BY_SHAPE.get((method, len(parts), parts[1], *parts[3:]))


def charger_code(url: str) -> str:
    """Return the code in the URL of a charger, as the API reads it."""
    return unquote(re.split(r"[?#]", url, maxsplit=1)[0].rpartition("/")[2])


def redacted_session(url: str, found: Route) -> str | None:
    """Return what `redacted` makes of an ordinary session URL, in a fraction of the time, or None."""
    if not is_ordinary_session(url, found) or found.operation is None or found.token is None:
        return None
    before, _, after = found.operation.path.partition("{token}")
    return f"{found.base}{PREFIX}{before}{found.token.fingerprint}{after}"


def is_ordinary_session(url: str, found: Route) -> bool:
    """Return whether a URL is as the reference writes it, so that nothing but its token is to be hidden."""
    base, row, token = found
    if base is None or row is None or token is None or not _is_plain(base):
        return False
    before, _, after = row.path.partition("{token}")
    return url == f"{base}{PREFIX}{before}{token.reveal()}{after}"


@lru_cache(maxsize=1024)
def _is_plain(base: str) -> bool:
    """Return whether nothing of a base URL is to be hidden, and none of its words is one of the API's."""
    plain = base.lower()
    return not any(sign in plain for sign in ("@", "%", "/sessions", "/v3")) and escape(base) == base


def redacted(url: str) -> str:
    """Return the URL to be shown: without user, query and fragment, a fingerprint for whatever may be a token."""
    parts = _parts(url)
    hidden = _may_be_tokens(parts)
    return "/".join([fingerprint(part) if hidden[index] else escape(part) for index, part in enumerate(parts)])


def possible_tokens(url: str) -> list[str]:
    """Return the parts of a URL that `redacted` hides, as they were sent."""
    parts = _parts(url)
    return [part for part, may_be_token in zip(parts, _may_be_tokens(parts), strict=True) if may_be_token]


def _parts(url: str) -> list[str]:
    path = url.partition("#")[0].partition("?")[0]
    return (_USERINFO.sub("", path) if "@" in path else path).split("/")


def _may_be_tokens(parts: list[str]) -> list[bool]:
    """Tell tokens by their place after `sessions`, and in a path that is misspelt by their length."""
    plain = [(unquote(part) if "%" in part else part).lower() for part in parts]
    base = _base(plain)
    at = next((index for index, part in enumerate(plain) if part.startswith("sessions")), len(parts))
    return [
        (bool(part) and index > at and (index == at + 1 or part not in _WORDS))
        or (index > base and len(part) >= LONG)
        for index, part in enumerate(parts)
    ]


def _base(plain: list[str]) -> int:
    """Return where the API's base ends, which may hold long names of worlds and hosts."""
    for word in ("v3", "api"):
        if word in plain:
            return plain.index(word)
    return 2 if plain[1:2] == [""] else -1


def is_utf8(path: str) -> bool:
    """Return whether the octets of a path or URL are UTF-8 once they are decoded."""
    try:
        unquote_to_bytes(path.encode("latin-1")).decode()
    except UnicodeEncodeError:
        return True  # it came as text, and not as octets
    except UnicodeDecodeError:
        return False
    return True
