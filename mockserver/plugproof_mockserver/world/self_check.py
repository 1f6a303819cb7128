"""The fake checks itself: what the contract's own rules say of its answers.

A fake that breaks the contract teaches its users to rely on what the API does not do. Answers
that were damaged on purpose, by a fault, are not looked at; fields that were set by hand are.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from plugproof_contracts.checking.checker import check
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.operations import BASE_URL, OPERATIONS
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.response import Response
from plugproof_mockserver.model.settings import Errors, RateLimit, Settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WITHOUT_LIMITS = frozenset({"ratelimit.headers", "ratelimit.headers-on-failures"})
_WITH_OTHER_LIMITS = frozenset({"ratelimit.documented-limit", "ratelimit.retry-within-window"})
_NEGOTIATED = frozenset({"errors.json-when-asked", "errors.json-unasked", "http.failure-code"})
"""A page where JSON was not asked for first, and a redirect where a field is wrong."""


def breaches(settings: Settings, request: Request, response: Response, now: int) -> Iterator[dict[str, object]]:
    """Yield what is wrong with one answer, apart from what the settings ask for."""
    excused = excused_rules(settings)
    for violation in check(to_exchange(request, response, now)):
        if violation.rule not in excused:
            yield msgspec.structs.asdict(violation)


def to_exchange(request: Request, response: Response, now: int) -> Exchange:
    """Return a request and its answer at a moment as the contract's rules read them."""
    return Exchange(
        method=request.method,
        # The path came without a query; what looks like one belongs to it.
        url=BASE_URL + request.path.replace("?", "%3F").replace("#", "%23"),
        status=response.status,
        headers=_text(response.wire_headers()),
        body=None if request.method == "HEAD" else response.body,
        request_headers=_text(request.headers),
        request_body=request.body,
        at=_EPOCH + timedelta(microseconds=now),
    )


def _text(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def excused_rules(settings: Settings) -> frozenset[str]:
    """Return the rules that these settings break on purpose."""
    found: frozenset[str] = frozenset()
    if settings.rate_limit is RateLimit.OFF:
        found |= _WITHOUT_LIMITS
    if settings.limits.keys() & OPERATIONS.keys():
        found |= _WITH_OTHER_LIMITS
    if settings.errors is Errors.NEGOTIATED:
        found |= _NEGOTIATED
    return found
