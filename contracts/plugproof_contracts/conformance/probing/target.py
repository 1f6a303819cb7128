"""Which API is checked, and with which tokens: what is not allowed is refused with a sentence."""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, urlsplit

from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.facts.operations import BASE_URL, PREFIX
from plugproof_contracts.secrets.token import Token

_EXAMPLE = "https://app.plugchoice.com/api"
LONGEST_TOKEN = 512
"""Characters of a token; what is longer is some other file."""


def base_url(text: str) -> str:
    """Read a base URL; raises `InvalidValueError` with what is allowed, and without what may be a secret."""
    try:
        parts = urlsplit(text)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        raise InvalidValueError(f"it is not a URL; allowed is one such as {_EXAMPLE}") from None
    problem = _problem(parts, host)
    if problem or port == 0:
        raise InvalidValueError(f"{problem or 'its port is 0'}; allowed is one such as {_EXAMPLE}")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{quote(parts.path.rstrip('/'), safe='/%')}"


def _problem(parts: SplitResult, host: str) -> str:
    if parts.scheme not in ("http", "https"):
        return "it does not begin with https:// or http://"
    if parts.username is not None or parts.password is not None:
        return "it holds a user name or a password, which the API does not take"
    if parts.query or parts.fragment or not re.fullmatch(r"[A-Za-z0-9._:-]+", host):
        return "it holds a query or a fragment" if host else "it has no host"
    if PREFIX.split("/")[1] in parts.path.split("/") or "/public-charging" in parts.path:
        return f"it goes too far: {PREFIX} is added to it"
    return ""


def is_private_line(base: str) -> bool:
    """Return whether nobody else can read what is sent there: over TLS, or within this machine."""
    return urlsplit(base).scheme == "https" or is_loopback(base)


def is_loopback(base: str) -> bool:
    """Return whether a base URL is of this machine."""
    host = urlsplit(base).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_plain_http(base: str, tokens: Sequence[Token], *, allow_http: bool) -> None:
    """Raise `InvalidValueError` if tokens would go to another host over plain HTTP, and nobody has allowed it."""
    if tokens and not (allow_http or is_private_line(base)):
        raise InvalidValueError(
            "tokens are not sent over plain HTTP: give an https:// URL, or --allow-http (allow_http=True)"
        )


def is_production(base: str) -> bool:
    """Return whether a base URL is of the live API, which is handled gently."""
    return (urlsplit(base).hostname or "").rstrip(".") == urlsplit(BASE_URL).hostname


def refuse_life(base: str, *, in_production: bool, allow_http: bool) -> None:
    """Raise `InvalidValueError` if a life is not to be played on an API: the live one, or over plain HTTP."""
    if not (allow_http or is_private_line(base)):
        raise InvalidValueError("no life is played over plain HTTP: give an https:// URL, or --allow-http")
    if is_production(base) and not in_production:
        raise InvalidValueError(
            "a life starts sessions that cost money, so it is not played on the live API:"
            " give the URL of another one, or --life-in-production (life_in_production=True)"
        )


def tokens(text: str) -> tuple[Token, ...]:
    """Read one token a line, each once; raises `InvalidValueError`, naming lines only."""
    found: dict[Token, None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        token = line.strip()
        if not token:
            continue
        if len(token) > LONGEST_TOKEN or not re.fullmatch(r"[!-~]+", token):
            raise InvalidValueError(
                f"line {number} is not a valid token: allowed are up to {LONGEST_TOKEN} ASCII characters,"
                " without spaces"
            )
        found[Token(quote(token, safe="~"))] = None
    return tuple(found)
