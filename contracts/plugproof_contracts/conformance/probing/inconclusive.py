"""Why an answer says nothing about the contract: it failed on the way, or something else than the API gave it."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.parsing import unchecked
from plugproof_contracts.parsing.parsed_response import ParsedResponse, is_object
from plugproof_contracts.parsing.strict_json import MISSING, JsonDefect

if TYPE_CHECKING:
    from plugproof_contracts.conformance.probing.transport import RequestOutcome

STRANGE = (
    "no answer bears a mark of the API (its rate-limit headers, its data, a refused method): "
    "is BASE_URL right, up to and without /v3?"
)
"""What is told when all answers may be somebody else's."""

_LIMIT = "x-ratelimit-limit"


def inconclusive_reason(outcome: "RequestOutcome") -> str | None:
    """Return why an outcome cannot be judged, with what shows it, or None."""
    if outcome.failure is not None or outcome.exchange is None:
        return f"{outcome.failure.layer}: {outcome.failure.words}" if outcome.failure else "no answer"
    exchange = outcome.exchange
    why = unchecked.blocked_reason(exchange) or _failed(exchange) or _redirect(exchange) or _foreign(exchange)
    if why is None and not outcome.delimited and _is_broken_off(exchange):
        why = "truncated: the body does not say where it ends, and stops within its JSON"
    return f"{why} ({_evidence(exchange)})" if why else None


def _failed(exchange: Exchange) -> str | None:
    return f"the server failed with {exchange.status}" if exchange.status >= 500 else None


def _redirect(exchange: Exchange) -> str | None:
    """A redirect is not followed; one that the framework sends to who did not ask for JSON is an answer."""
    if not 300 <= exchange.status < 400:
        return None
    here = urlsplit(exchange.url).netloc.lower()
    if not ParsedResponse(exchange).asked_json and _netloc(exchange) in ("", here):
        return None
    where = "to the same host" if _netloc(exchange) in ("", here) else "to another host"
    return f"redirected {where}, which was not followed"


def _netloc(exchange: Exchange) -> str:
    try:
        return urlsplit(exchange.headers.get("location") or "").netloc.lower()
    except ValueError:
        return "?"


def _foreign(exchange: Exchange) -> str | None:
    """What is no JSON and lacks the limiter's headers was made by a portal, a proxy or a web server in between.

    The framework answers who did not ask for JSON with a page, which is for the rules to judge.
    """
    answer = ParsedResponse(exchange)
    is_page_unasked = exchange.status >= 300 and not answer.asked_json
    if _LIMIT in exchange.headers or answer.says_json or answer.document is not MISSING or is_page_unasked:
        return None
    return "an answer that is not the API's"


def is_unlike_the_api(exchange: Exchange) -> bool:
    """Return whether a refusal lacks every mark of the API, which is its break where other answers bear one."""
    return 400 <= exchange.status < 500 and _foreign(exchange) is not None and not _is_blocked(exchange)


def _is_blocked(exchange: Exchange) -> bool:
    return unchecked.blocked_reason(exchange) is not None


def _is_broken_off(exchange: Exchange) -> bool:
    """A page, or any other text that is not JSON, may end with its connection."""
    answer, text = ParsedResponse(exchange), (exchange.body or b"").lstrip()
    if not (answer.says_json or text[:1] in (b"{", b"[")) or text[:1] == b"<":
        return False
    return next(answer.reading.of(JsonDefect.MALFORMED), None) is not None


def _evidence(exchange: Exchange) -> str:
    told = [f"status {exchange.status}", f"{len(exchange.body or b'')} bytes"]
    for name in ("content-type", "server", "cf-mitigated", "retry-after"):
        value = exchange.headers.get(name)
        told += [f"{name}: {value[:60]}"] if value else []
    return ", ".join(told)


def is_of_the_api(exchange: Exchange) -> bool:
    """Return whether an answer bears a mark of the API: its limiter's headers, its data, or a refused method."""
    answer = ParsedResponse(exchange)
    if _LIMIT in exchange.headers or (exchange.status == 405 and answer.says_json):
        return True
    return answer.is_success and is_object(answer.document) and "data" in answer.document
