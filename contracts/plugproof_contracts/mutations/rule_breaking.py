"""Answers in which exactly one rule breaks, made of answers that keep them all."""

from collections.abc import Iterable
from functools import cache

from plugproof_contracts.checking.checker import check
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.mutations import BY_RULE
from plugproof_contracts.mutations.mutation import NONE, Mutation
from plugproof_contracts.rules.catalogue import RULES, Rule

_UNFIT = (LookupError, TypeError, ValueError, AttributeError)
"""What a change raises where an answer lacks what it changes."""
_ANYWHERE = (429, 500, 504)
"""The failures of every operation."""


def break_rule(rule: str, answers: Iterable[Exchange], excused: frozenset[str] = NONE) -> Exchange | None:
    """Return the first answer that can be changed so that it breaks a rule and no other, as it is then.

    Nothing of the request changes. `excused` are rules that may break besides; None if there is no such answer.
    """
    ways = (Mutation(rule, "as it is", lambda exchange: exchange), *BY_RULE.get(rule, ()))
    for answer in answers:
        for way in ways:
            broken = _change(answer, way)
            if broken is not None and broken_rules(broken) - (excused - {rule}) - way.also == {rule}:
                return broken
    return None


def _change(answer: Exchange, way: Mutation) -> Exchange | None:
    try:
        broken = way.change(answer)
    except _UNFIT:
        return None
    return broken if _request_of(broken) == _request_of(answer) else None


def _request_of(exchange: Exchange) -> tuple[object, ...]:
    return exchange.method, exchange.url, dict(exchange.request_headers), exchange.request_body


def broken_rules(exchange: Exchange) -> frozenset[str]:
    """Return the rules that an exchange breaks."""
    return frozenset(violation.rule for violation in check(exchange))


# Which rules can be broken so.

_WITH_OTHERS: dict[str, frozenset[str]] = {
    "start": frozenset(
        {
            "money.cost-within-hold",
            "money.capture-within-hold",
            "money.tax-within-capture",
            "status.captured-has-capture",
            "status.charging-has-started",
            "status.nothing-ahead",
            "status.payment-while-created",
            "time.order",
            "values.connector-id",
            "values.public-code",
        }
    ),
    "stop": frozenset({"http.unknown-token", "status.created-is-new"}),
    "cancel": frozenset(
        {
            "http.unknown-token",
            "money.cost-within-hold",
            "money.capture-within-hold",
            "money.tax-within-capture",
            "status.captured-has-capture",
            "status.charging-has-started",
            "status.created-is-new",
            "status.healthy-has-no-failure",
            "status.nothing-ahead",
            "time.order",
        }
    ),
    "receipt-email": frozenset({"money.tax-within-capture", "status.captured-has-capture", "values.driver-email"}),
}
"""The rules that an answer to an operation breaks only together with others, such as a captured start."""
_NEVER = frozenset({"errors.allowed-methods"})
"""The rules about answers that no operation gives."""


@cache
def breakable_rules(operation: str) -> tuple[str, ...]:
    """Return the rules that one answer to an operation (to any, for `*`) can break alone, in their order."""
    return tuple(slug for slug, rule in RULES.items() if _is_breakable(rule, operation))


def _is_breakable(rule: Rule, operation: str) -> bool:
    if operation == "*":
        return any(_is_breakable(rule, name) for name in OPERATIONS)
    if rule.is_trace or rule.slug in _NEVER | _WITH_OTHERS.get(operation, NONE):
        return False
    codes = {OPERATIONS[operation].success, *OPERATIONS[operation].failures, *_ANYWHERE}
    return operation in (rule.scope.operations or (operation,)) and bool(codes & set(rule.scope.codes or codes))
