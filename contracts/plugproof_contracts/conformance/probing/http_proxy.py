"""The proxy that the environment names for a URL, by the usual variables and their usual exceptions."""

from base64 import b64encode
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from plugproof_contracts.conformance.probing.target import is_loopback
from plugproof_contracts.errors import InvalidValueError


class HttpProxy(NamedTuple):
    """Where a proxy listens, and the headers with which it knows its user."""

    host: str
    port: int
    headers: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"<HttpProxy {self.host}:{self.port}>"


def proxy_for(url: str) -> HttpProxy | None:
    """Return the proxy for a URL, or None without one; raise `InvalidValueError` that names the variable.

    This machine is never asked through a proxy. Of two spellings of a variable the one in small letters counts.
    """
    parts, proxies = urlsplit(url), getproxies_environment()
    kind = parts.scheme if proxies.get(parts.scheme) else "all"
    named = proxies.get(kind)
    if not named or is_loopback(url) or proxy_bypass(parts.netloc):
        return None
    try:
        return _read(named if "://" in named else f"http://{named}")
    except ValueError as error:
        raise InvalidValueError(
            f"the variable {kind.upper()}_PROXY {error}; allowed is http://HOST:PORT"
        ) from None


def _read(text: str) -> HttpProxy:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        raise InvalidValueError("holds no URL") from None
    if parts.scheme != "http" or not host:
        raise InvalidValueError("names no proxy that speaks HTTP")
    return HttpProxy(host, port, _credentials(parts.username, parts.password))


def _credentials(user: str | None, password: str | None) -> tuple[tuple[str, str], ...]:
    if user is None:
        return ()
    pair = f"{unquote(user)}:{unquote(password or '')}".encode()
    return (("Proxy-Authorization", f"Basic {b64encode(pair).decode()}"),)
