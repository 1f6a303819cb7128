"""Schemathesis with the contract's own rules: as a guest in somebody's run, and as the engine of `plugproof fuzz`.

Importing this package enters the check `plugproof_rules`, so `SCHEMATHESIS_HOOKS=plugproof_schemathesis` is all
that a run of Schemathesis needs.
"""

from plugproof_schemathesis.hooks import plugproof_rules
from plugproof_schemathesis.rule_failure import BrokenRuleError

__all__ = ["BrokenRuleError", "plugproof_rules"]
