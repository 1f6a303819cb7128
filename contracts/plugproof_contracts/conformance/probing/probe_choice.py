"""Which harmless requests a night asks: those that show what was seen on the fewest nights.

Only unknown tokens are asked, and one address that no server may take is offered to a live session. What a
request shows is read from the answer that the contract expects of it, by the rules themselves.
"""

from collections.abc import Iterable, Mapping
from secrets import token_hex

from plugproof_contracts.checking.checker import judge_trace
from plugproof_contracts.conformance.probing.probe import ANY, JSON, WRONG, Probe, probe
from plugproof_contracts.evidence.ledger import Ledger, LedgerError
from plugproof_contracts.evidence.observer import sightings_of
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.error_texts import WRONG_METHOD
from plugproof_contracts.facts.operations import BASE_URL, INVENTED, OPERATIONS
from plugproof_contracts.learning.observations import Observations
from plugproof_contracts.rules.examples import failure, success
from plugproof_contracts.secrets.token import Token

_NO_ADDRESS = b'{"email":"plugproof-is-no-address"}'
_WRONG_METHODS = (("confirm", "PUT"), ("get", "DELETE"), ("stop", "GET"), ("cancel", "GET"), ("start", "GET"))
"""Methods that an operation does not have, and that change nothing where a server takes them all the same."""


def _candidates(tokens: tuple[Token, ...], unknown: Token) -> tuple[Probe, ...]:
    malformed = Token(f"{INVENTED}%20malformed%20{token_hex(4)}")
    return (
        probe("malformed token, wrong Authorization", "get", malformed, 404, headers=(JSON, WRONG)),
        probe("unknown session, wrong Authorization", "get", unknown, 404, headers=(JSON, WRONG)),
        probe("confirm an unknown session, any answer accepted", "confirm", unknown, 404, 302, headers=(ANY,)),
        probe("unknown session, no Accept", "get", unknown, 404, 302, headers=()),
        *(_wrong_method(operation, method, unknown) for operation, method in _WRONG_METHODS),
        *(_no_address(token) for token in tokens[:1]),
    )


def _wrong_method(operation: str, method: str, unknown: Token) -> Probe:
    return probe(f"wrong method of {operation}", operation, unknown, 405, 404, method=method)


def _no_address(token: Token) -> Probe:
    title = "invalid receipt address for session 1"
    return probe(title, "receipt-email", token, 422, session=1, body=_NO_ADDRESS)


def choose(
    fixed: Iterable[Probe],
    tokens: tuple[Token, ...],
    unknown: Token,
    *,
    most: int,
    nights: Mapping[str, int],
    night: int,
) -> list[Probe]:
    """Return up to `most` requests that add most to what the fixed ones show; ties rotate with the night."""
    shown = frozenset[str]().union(*map(facts_shown, fixed))
    left, chosen = _rotated(_candidates(tokens, unknown), night), list[Probe]()
    while left and len(chosen) < most:
        best = max(left, key=lambda one: _gain(facts_shown(one) - shown, nights))
        left.remove(best)
        chosen.append(best._replace(why=_why(facts_shown(best) - shown, nights)))
        shown |= facts_shown(best)
    return chosen


def _rotated(probes: tuple[Probe, ...], night: int) -> list[Probe]:
    first = night % len(probes)
    return [*probes[first:], *probes[:first]]


def _gain(facts: Iterable[str], nights: Mapping[str, int]) -> tuple[int, float]:
    """Return what a night would add: facts never seen, then all of them, where one seen n times is 1 / (n + 1)."""
    seen = [nights.get(fact, 0) for fact in sorted(facts)]
    return seen.count(0), sum(1 / (one + 1) for one in seen)


def _why(facts: frozenset[str], nights: Mapping[str, int]) -> str:
    """Return which facts it shows that were seen least."""
    if not facts:
        return "its turn; it shows nothing that the others do not"
    least = min(nights.get(fact, 0) for fact in facts)
    rare = sorted(fact for fact in facts if nights.get(fact, 0) == least)
    more = f" and {len(rare) - 3} more" if len(rare) > 3 else ""
    seen = "never seen here" if not least else f"seen on {least} night{'s' if least > 1 else ''}"
    return f"shows {', '.join(rare[:3])}{more}, {seen}"


def facts_shown(one: Probe) -> frozenset[str]:
    """Return the facts that a request shows if it is answered as the contract expects."""
    expected = _expected(one)
    found = sightings_of(judge_trace([expected]), Observations([expected]), 0.0)
    return frozenset(seen.fact for seen in found if seen.observed)


def _expected(one: Probe) -> Exchange:
    """Return the exchange that a request makes with an API that keeps its contract."""
    answer = _failure(one) if 200 not in one.serves else success(one.operation)
    url = answer.url if 200 in one.serves else BASE_URL + one.path("PLUGPROOF0")
    return answer.replace(
        method=one.method, url=url, request_headers=dict(one.sent_headers()), request_body=one.body
    )


def _failure(one: Probe) -> Exchange:
    if 405 in one.serves:
        method = OPERATIONS[one.operation].method
        text = WRONG_METHOD.format(one.method, "x", method)
        answer = failure(405, text, operation=one.operation, headers={"allow": method})
        return answer.replace(headers=[(name, value) for name, value in answer.headers if "ratelimit" not in name])
    if 422 in one.serves:
        return failure(422, "It is invalid.", operation=one.operation, errors={"email": ["It is invalid."]})
    return failure(404 if 404 in one.serves else 409, operation=one.operation)


def known_nights(ledger: str | None, base: str) -> dict[str, int]:
    """Return on how many nights each fact was seen at a base URL; nothing is known from a ledger that fails."""
    try:
        known = Ledger(ledger)
    except LedgerError:
        return {}
    found: dict[str, int] = {}
    try:
        for entry in known.entries(base):
            found[entry.fact] = max(found.get(entry.fact, 0), entry.nights)
    except LedgerError:
        return {}
    finally:
        known.close()
    return found
