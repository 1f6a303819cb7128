"""The checks of Schemathesis that can find something in this API, and how much each of them knows."""

from typing import Any, NamedTuple

from plugproof_contracts import Level
from plugproof_contracts.facts.operations import OPERATIONS, Operation

TOO_MANY = 429


class Check(NamedTuple):
    """One check: its slug in reports, and the level of what it asks."""

    slug: str
    level: Level
    source: str
    requirement: str


def _check(name: str, level: Level, source: str, requirement: str) -> tuple[str, Check]:
    return name, Check(f"schemathesis.{name.replace('_', '-')}", level, source, requirement)


# Where a check asks facts of several levels at once, it has the least of those that it may fail for: our own rules
# ask the same facts one by one, each at its level.
CHECKS: dict[str, Check] = dict(
    (
        _check(
            "not_a_server_error",
            Level.DOCUMENTED,
            "errors#500",
            "No request makes the server fail; a 500 is documented as the server's own mistake.",
        ),
        _check(
            "status_code_conformance",
            Level.INFERRED,
            "openapi.yaml#responses",
            "An operation answers with a status that the document lists.",
        ),
        _check(
            "content_type_conformance",
            Level.INFERRED,
            "openapi.yaml#responses",
            "An answer has a content type that the document lists.",
        ),
        _check(
            "response_headers_conformance",
            Level.INFERRED,
            "openapi.yaml#headers",
            "An answer has the headers that the document requires.",
        ),
        _check(
            "response_schema_conformance",
            Level.INFERRED,
            "openapi.yaml#schemas",
            "An answer has the shape that the document describes.",
        ),
        _check(
            "positive_data_acceptance",
            Level.INFERRED,
            "openapi.yaml#requestBody",
            "A request that the document allows gets a success or one of its operation's documented failures.",
        ),
        _check(
            "negative_data_rejection",
            Level.INFERRED,
            "openapi.yaml#requestBody",
            "A request that the document does not allow is refused.",
        ),
        _check(
            "ensure_resource_availability",
            Level.INFERRED,
            "openapi.yaml#links",
            "What was just made is there.",
        ),
        _check(
            "unsupported_method",
            Level.ASSUMED,
            "openapi.yaml#responses",
            "A method that the path does not have is answered with 405.",
        ),
        _check(
            "allow_header_conformance",
            Level.ASSUMED,
            "openapi.yaml#responses",
            "A 405 names the methods of the path in Allow.",
        ),
    )
)
"""By the name that Schemathesis has for them. Its others are about deleting and authentication, of which this API
has none."""

_IN_BETWEEN = [str(code) for code in range(501, 512)] + ["51X", "52X", "53X"]
"""Server errors that say nothing of the API: 504 is the charger's silence, the others may come from a proxy."""

SETTINGS: dict[str, Any] = {
    "enabled": False,
    **{name: {"enabled": True} for name in CHECKS},
    "not_a_server_error": {"enabled": True, "expected-statuses": ["2xx", "3xx", "4xx", *_IN_BETWEEN]},
}
"""How Schemathesis is told so, for all operations."""


def expected(row: Operation) -> dict[str, Any]:
    """Return which answers of an operation are no finding: to sound requests, and to unsound ones."""
    documented = [*map(str, row.failures), str(TOO_MANY), "5xx"]
    refusals = [*documented, "405", "413", "422"] if row.name in _WITH_BODY else [*documented, "405"]
    return {
        "positive_data_acceptance": {"expected-statuses": [str(row.success), *documented]},
        "negative_data_rejection": {"expected-statuses": refusals},
    }


_WITH_BODY = frozenset({"start", "receipt-email"})
"""A body that is too large, or none that can be read, is refused before the operation is asked."""

EXPECTED = {row.name: expected(row) for row in OPERATIONS.values()}
