"""A broken rule, as Schemathesis reports it."""

from collections.abc import Sequence

from schemathesis.core.failures import Failure, Severity

from plugproof_contracts import Level, NonconformanceError, Violation

_SEVERITIES = {Level.DOCUMENTED: Severity.HIGH, Level.INFERRED: Severity.MEDIUM, Level.ASSUMED: Severity.LOW}


class BrokenRuleError(NonconformanceError, Failure):
    """One rule that one answer, or the answers before it, break; its texts hold no session token.

    Schemathesis keeps one failure of a class for each operation, so the rule is part of what tells them apart.
    """

    __slots__ = ("rule",)

    def __init__(self, operation: str, found: Sequence[Violation]) -> None:
        first, more = found[0], len(found) - 1
        _, _, told = str(first).partition("\n")
        super().__init__(
            operation=operation,
            title=f"{first.level}: {first.rule}",
            message=told + (f"\n  and {more} more of this rule" if more else ""),
            severity=_SEVERITIES[first.level],
        )
        self.rule = first.rule

    @property
    def _unique_key(self) -> str:
        return self.rule
