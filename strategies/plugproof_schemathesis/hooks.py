"""Our rules as one check of Schemathesis, for runs that are not ours."""

import os
from collections.abc import Iterable
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response
from schemathesis.core.failures import FailureGroup
from schemathesis.engine.run import PhaseName

from plugproof_contracts import RULES, Level, Violation
from plugproof_contracts.checking.checker import check_trace, examine
from plugproof_schemathesis.recorded_exchange import exchange_of, recorded
from plugproof_schemathesis.rule_failure import BrokenRuleError

STRICT = "PLUGPROOF_STRICT"
"""The variable that lets inferred facts count too, as for every command of plugproof."""


@schemathesis.check
def plugproof_rules(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """Every rule that an answer breaks is a failure of its own; answers of other APIs are passed over."""
    judged = examine(exchange_of(response))
    if not judged.checked:
        return True
    failures = _failures(case.operation.label, [*judged.violations, *_of_the_scenario(ctx)])
    if failures:
        raise FailureGroup(failures)
    return None


def _failures(operation: str, violations: Iterable[Violation]) -> list[BrokenRuleError]:
    by_rule: dict[str, list[Violation]] = {}
    counting = _counting()
    for violation in violations:
        if violation.level in counting:
            by_rule.setdefault(violation.rule, []).append(violation)
    return [BrokenRuleError(operation, found) for found in by_rule.values()]


def _counting() -> frozenset[Level]:
    strict = os.environ.get(STRICT, "").strip().lower() in {"1", "true", "t", "yes", "y", "on"}
    return frozenset({Level.DOCUMENTED, Level.INFERRED} if strict else {Level.DOCUMENTED})


def _of_the_scenario(ctx: CheckContext) -> list[Violation]:
    """Judge the latest answer by those before it, where they are the steps of one scenario.

    The other phases keep one record for all cases of an operation, which is not the life of a session.
    """
    recorder = ctx.internals.recorder
    if recorder is None or ctx.phase is not PhaseName.STATEFUL_TESTING:
        return []
    steps = [exchange for exchange in recorded(recorder) if exchange.is_api]
    found = check_trace(steps) if len(steps) > 1 else []
    return [one for one in found if RULES[one.rule].is_trace and one.position == len(steps) - 1]
