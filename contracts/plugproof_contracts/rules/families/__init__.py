"""One module is one family of rules; importing this package enters every rule into the catalogue."""

from plugproof_contracts.rules.families import (
    errors,
    headers,
    money,
    rate_limit,
    rate_limit_trace,
    requests,
    session_trace,
    shape,
    status,
    strict_json,
    timestamps,
    values,
)

__all__ = [
    "errors",
    "headers",
    "money",
    "rate_limit",
    "rate_limit_trace",
    "requests",
    "session_trace",
    "shape",
    "status",
    "strict_json",
    "timestamps",
    "values",
]
