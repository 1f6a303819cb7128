"""When an answer says nothing about the API, because something else gave it."""

from plugproof_contracts.exchanges.exchange import Exchange

_CHALLENGE_CODES = frozenset({403, 429, 503})
ANSWERED_BY_API = frozenset({500, 504})
"""The server errors that the reference documents; every other one may come from a machine in between."""


def _is_page(exchange: Exchange) -> bool:
    return "html" in (exchange.headers.get("content-type") or "").lower()


def _is_challenge(exchange: Exchange) -> bool:
    if exchange.headers.get("cf-mitigated") is not None:
        return True
    limited = exchange.headers.get("x-ratelimit-limit") is not None
    return exchange.status in _CHALLENGE_CODES and _is_page(exchange) and not limited


def blocked_reason(exchange: Exchange) -> str | None:
    """Return why nothing about the API can be learned from an exchange, or None."""
    if not exchange.is_api:
        return "not an address of the public-charging API"
    if _is_challenge(exchange):
        return f"blocked before it reached the API: a challenge page with status {exchange.status}"
    if exchange.status >= 500 and exchange.status not in ANSWERED_BY_API:
        return f"the server failed with {exchange.status}"
    return None


def server_error_reason(exchange: Exchange) -> str | None:
    """Return why an answer of the API shows nothing of the operation, though it can be judged itself, or None."""
    if exchange.status >= 500:
        return f"the API failed with {exchange.status}"
    if exchange.operation is None and exchange.status < 400:
        return f"no operation of the API is {exchange.method} with this path"
    return None
