"""The catalogue: importing this package enters every rule into `plugproof_contracts.rule.RULES`.

One module is one family of facts. A rule stands with its level, its source, an example that keeps
it and one that breaks it; `plugproof rules` and the rules' pages are made from exactly this.
"""

from plugproof_contracts.rule import RULES, Rule
from plugproof_contracts.rules import (
    errors,
    headers,
    life,
    money,
    ratelimit,
    requests,
    shape,
    status,
    strict_json,
    times,
    traffic,
    values,
)

__all__ = [
    "RULES",
    "Rule",
    "errors",
    "headers",
    "life",
    "money",
    "ratelimit",
    "requests",
    "shape",
    "status",
    "strict_json",
    "times",
    "traffic",
    "values",
]
