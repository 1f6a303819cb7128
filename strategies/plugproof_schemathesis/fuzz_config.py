"""How Schemathesis is set up for this API: our document, our limits, nothing kept, nothing followed."""

from typing import Any, NamedTuple

import schemathesis
from schemathesis import Config
from schemathesis.specs.openapi.schemas import OpenApiSchema

from plugproof_contracts.facts import openapi_document
from plugproof_contracts.facts.operations import OPERATIONS, Operation
from plugproof_schemathesis.checks import EXPECTED, SETTINGS
from plugproof_schemathesis.request_pacer import RequestPacer

PHASES = ("examples", "coverage", "fuzzing", "stateful")


EXAMPLE_CODES = ("HAPPY",)
"""The charger of the document's own examples."""


class FuzzConfig(NamedTuple):
    """What is to be fuzzed, and how; `codes` are chargers that exist there, `paced` keeps the documented rate."""

    base: str
    max_examples: int
    seed: int
    paced: bool
    phases: tuple[str, ...] = PHASES
    codes: tuple[str, ...] = EXAMPLE_CODES
    timeout: float = 10.0


def schema(asked: FuzzConfig) -> OpenApiSchema:
    """Return the document as Schemathesis reads it, with what is asked of it."""
    return schemathesis.openapi.from_dict(document(asked.codes), config=_config(asked))


def document(codes: tuple[str, ...]) -> dict[str, Any]:
    """Return our document, its examples naming the given chargers, its links beginning where sessions begin."""
    found = openapi_document.document(links=True)
    for row in OPERATIONS.values():
        if row.method == "POST" and "{token}" in row.path:
            # Schemathesis would take every POST with links for a place to begin, and make tokens up for it.
            del found["paths"][row.template]["post"]["responses"][str(row.success)]["links"]
    if codes != EXAMPLE_CODES:
        found["components"]["parameters"]["Code"]["examples"] = {code: {"value": code} for code in codes}
        starts = {code: {"value": {"code": code, "connector_id": 1}} for code in codes}
        for media in found["paths"][OPERATIONS["start"].template]["post"]["requestBody"]["content"].values():
            media["examples"] = starts
    return found


def _config(asked: FuzzConfig) -> Config:
    config = Config.from_dict(_settings(asked))
    if asked.paced:
        for row, operation in zip(OPERATIONS.values(), config.projects.default.operations.operations, strict=True):
            operation.rate_limit = RequestPacer(row.limit)
    return config


def _settings(asked: FuzzConfig) -> dict[str, Any]:
    return {
        "base-url": asked.base,
        "seed": asked.seed,
        "workers": 1,
        # One finding is not to hide another; what is broken is told once for each rule anyway.
        "continue-on-failure": True,
        "request-timeout": asked.timeout,
        "max-redirects": 0,
        "cache": {"enabled": False},
        "generation": {"max-examples": asked.max_examples, "database": "none"},
        "phases": {name: {"enabled": name in asked.phases} for name in PHASES} | {"stateful": _stateful(asked)},
        "checks": SETTINGS,
        "operations": [_operation(row) for row in OPERATIONS.values()],
        # Few of the values that a request may have are of anything that exists.
        "dictionaries": {"codes": {"values": list(asked.codes)}, "connectors": {"values": [1, 2]}},
        "parameters": {
            "path.code": {"dictionary": "codes", "probability": 0.7},
            "body.code": {"dictionary": "codes", "probability": 0.7},
            "body.connector_id": {"dictionary": "connectors", "probability": 0.7},
        },
    }


def _stateful(asked: FuzzConfig) -> dict[str, Any]:
    """The document's links are all there are; those that Schemathesis infers lead to made-up tokens."""
    return {"enabled": "stateful" in asked.phases, "inference": {"algorithms": []}}


def _operation(row: Operation) -> dict[str, Any]:
    found = openapi_document.document()["paths"][row.template][row.method.lower()]
    return {"include-operation-id": found["operationId"], "checks": EXPECTED[row.name]}
