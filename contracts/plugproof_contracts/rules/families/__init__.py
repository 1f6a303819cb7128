"""One module is one family of rules; importing this package enters every rule into the catalogue."""

from plugproof_contracts.rules.families import (
    error_rules,
    header_rules,
    money_rules,
    rate_limit_rules,
    rate_limit_trace_rules,
    request_rules,
    session_trace_rules,
    shape_rules,
    status_rules,
    strict_json_rules,
    timestamp_rules,
    value_rules,
)

__all__ = [
    "error_rules",
    "header_rules",
    "money_rules",
    "rate_limit_rules",
    "rate_limit_trace_rules",
    "request_rules",
    "session_trace_rules",
    "shape_rules",
    "status_rules",
    "strict_json_rules",
    "timestamp_rules",
    "value_rules",
]
