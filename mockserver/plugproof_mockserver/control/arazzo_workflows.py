"""The lifecycle as Arazzo workflows: one for each arrow and one for each documented failure.

Any runner of Arazzo 1.0 can carry them out on a fake whose clock stands still (`plugproof serve --speed 0`).
A session is put into the source of the arrow by the control plane; what the API does is asked of the API.
"""

import json
from collections.abc import Iterator
from typing import Any

from plugproof_contracts import Status
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE, Cause, Move
from plugproof_mockserver.model.events import TRANSITIONS, Event

API, CONTROL = "plugchoice", "control"

_OPERATION_IDS = {
    "start": "startSession",
    "get": "getSession",
    "confirm": "confirmSession",
    "stop": "stopSession",
    "cancel": "cancelSession",
    "receipt-email": "setReceiptEmail",
    "charger": "getCharger",
}

_ASKED = {Cause.CONFIRM: "confirm", Cause.STOP: "stop", Cause.CANCEL: "cancel"}
"""The causes that a client brings about, each with its operation."""

_AT_STRIPE = {Status.AUTHORIZED: Event.PAID, Status.FAILED: Event.DECLINED}

_TOKEN = "$steps.seed.outputs.token"  # noqa: S105 - an expression, not a token

WorkflowStep = dict[str, Any]


def arazzo() -> str:
    """Return the document as JSON; it names `plugchoice.json` and `control.json` beside it."""
    document = {
        "arazzo": "1.0.1",
        "info": {
            "title": "The lifecycle of a public-charging session",
            "summary": "Every arrow of the lifecycle and every documented failure, one workflow each.",
            "description": "For a fake whose clock stands still: plugproof serve --speed 0. Unofficial.",
            "version": "1",
        },
        "sourceDescriptions": [
            {"name": API, "url": f"{API}.json", "type": "openapi"},
            {"name": CONTROL, "url": f"{CONTROL}.json", "type": "openapi"},
        ],
        "workflows": [*map(_arrow, LIFECYCLE), *_failures()],
    }
    return json.dumps(document, indent=2) + "\n"


# Arrows.


def _arrow(move: Move) -> dict[str, Any]:
    seeded = _seed(str(move.source))
    target = f"$response.body#/data/status == '{move.target}'"
    steps = [_reset(), seeded, *_cause(move), _ask("look", "get", 200, token=_TOKEN, criteria=[target])]
    summary = f"{move.source} becomes {move.target}: {move.cause} ({move.level})"
    return {"workflowId": f"{move.source}-{move.cause}-{move.target}", "summary": summary, "steps": steps}


def _cause(move: Move) -> Iterator[WorkflowStep]:
    if move.cause in (Cause.CONFIRM, Cause.WEBHOOK):
        yield _happen(_AT_STRIPE[move.target])
    if move.cause is Cause.WEBHOOK:
        yield _happen(Event.WEBHOOK)
    elif move.cause in _ASKED:
        yield _ask(_ASKED[move.cause], _ASKED[move.cause], 200, token=_TOKEN)
    elif move.cause is not Cause.CONFIRM:
        yield _happen(
            next(row.event for row in TRANSITIONS if (row.cause, row.target) == (move.cause, move.target))
        )


# Failures.

_UNKNOWN = "0" * 40
_START = {"code": "HAPPY", "connector_id": 1}


def _failures() -> Iterator[dict[str, Any]]:
    for operation in ("get", "confirm", "stop", "cancel"):
        yield _failure(operation, 404, _ask("ask", operation, 404, token=_UNKNOWN))
    yield _failure("receipt-email", 404, _email(404, _UNKNOWN))
    yield _failure("receipt-email", 422, _seed("captured"), _email(422, _TOKEN))
    yield _failure("cancel", 409, _seed("charging"), _ask("ask", "cancel", 409, token=_TOKEN))
    yield _failure("stop", 400, _seed("charging", code="STOPFAIL"), _ask("ask", "stop", 400, token=_TOKEN))
    yield _failure("charger", 404, _ask("ask", "charger", 404, code="NOBODY"))
    for status, body in _REFUSED_STARTS.items():
        yield _failure("start", status, _ask("ask", "start", status, body=_START | body))
    for name, known in OPERATIONS.items():
        yield _limited(name, known.limit)


_REFUSED_STARTS: dict[int, dict[str, Any]] = {
    400: {"code": "OFFLINE"},
    404: {"code": "NOBODY"},
    409: {"code": "BUSY"},
    422: {"connector_id": 99},
}


def _failure(operation: str, status: int, *steps: WorkflowStep) -> dict[str, Any]:
    summary = f"{operation} is refused with {status}"
    return {"workflowId": f"{operation}-{status}", "summary": summary, "steps": [_reset(), *steps]}


def _limited(operation: str, limit: int) -> dict[str, Any]:
    """An unknown token or charger costs a hit like any other, so nothing has to be there."""
    extra: dict[str, Any] = {"token": _UNKNOWN}
    if operation == "start":
        extra = {"body": _START | {"code": "NOBODY"}}
    elif operation == "charger":
        extra = {"code": "NOBODY"}
    elif operation == "receipt-email":
        extra["body"] = {"email": "driver@example.org"}
    asked = [_ask(f"ask-{number}", operation, 404, **extra) for number in range(1, limit + 1)]
    waits = "$response.header.Retry-After >= 0"
    return _failure(operation, 429, *asked, _ask("refused", operation, 429, **extra, criteria=[waits]))


# Steps.


def _reset() -> WorkflowStep:
    return _step("reset", CONTROL, "reset", 204)


def _seed(status: str, **fields: str) -> WorkflowStep:
    return _step("seed", CONTROL, "seed", 201, body={"status": status, **fields}) | {
        "outputs": {"token": "$response.body#/token"}
    }


def _happen(event: Event) -> WorkflowStep:
    return _step(event.value.replace("_", "-"), CONTROL, "happen", 200, token=_TOKEN, body={"event": event.value})


def _email(status: int, token: str) -> WorkflowStep:
    return _ask("ask", "receipt-email", status, token=token, body={"email": "driver@example.org"})


def _ask(name: str, operation: str, status: int, **rest: Any) -> WorkflowStep:
    return _step(name, API, _OPERATION_IDS[operation], status, **rest)


def _step(
    name: str,
    source: str,
    operation_id: str,
    status: int,
    *,
    body: dict[str, Any] | None = None,
    criteria: list[str] | None = None,
    **path: str,
) -> WorkflowStep:
    step: WorkflowStep = {"stepId": name, "operationId": f"$sourceDescriptions.{source}.{operation_id}"}
    if path:
        step["parameters"] = [{"name": key, "in": "path", "value": value} for key, value in path.items()]
    if body is not None:
        step["requestBody"] = {"contentType": "application/json", "payload": body}
    conditions = [f"$statusCode == {status}", *(criteria or [])]
    return step | {"successCriteria": [{"condition": condition} for condition in conditions]}
