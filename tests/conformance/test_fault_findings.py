"""What the checker says of an answer under each fault, as it comes over a socket."""

import pytest

from plugproof_contracts import check
from plugproof_contracts.conformance.probing.transport import OutgoingRequest, send
from plugproof_contracts.parsing.unchecked import blocked_reason, server_error_reason
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.live_server import site
from plugproof_mockserver.world.faults.faults import FaultKind

FINDINGS = {
    "latency": "deadline: 0.25 seconds were over while waiting for the answer",
    "429": ["ratelimit.headers", "ratelimit.reset", "ratelimit.retry-after"],
    "500": "the API failed with 500",
    "502": "the server failed with 502",
    "503": "the server failed with 503",
    "504": "the API failed with 504",
    "reset": "closed: the connection broke while waiting for the answer: Connection reset by peer",
    "empty": "closed: the connection was closed without an answer",
    "truncate": "truncated: the answer ends within its body, after 303 bytes",
    "drip": "deadline: 0.25 seconds were over while reading the body",
    "malformed": ["json.well-formed"],
    "html": ["headers.content-type", "json.well-formed"],
    "content-type": ["headers.content-type"],
    "gzip": "encoding: the body's compression is damaged",
    "unknown-field": ["shape.known-fields"],
    "unknown-enum": ["values.status"],
    "missing-field": ["shape.fields-present"],
    "wrong-type": ["shape.types"],
    "null": ["status.captured-has-capture", "status.charging-has-started"],
    "violation": ["money.tax-within-capture"],
}
"""The rules that are broken, or why nothing of the answer can be judged."""
OPTIONS = {
    "latency": {"milliseconds": 1000},
    "drip": {"milliseconds": 1000},
    "violation": {"rule": "money.tax-within-capture"},
}


@pytest.fixture(scope="module")
def place():
    with site() as place:
        yield place


@pytest.mark.parametrize("kind", FaultKind)
def test_every_fault_is_named(place, kind):
    fake = FakePlugchoice(seed=1)
    token = fake.seed_session("captured").token
    fake.faults.add("get", kind, **OPTIONS.get(kind, {}))
    with place.serving(fake) as server:
        url = f"{server.url}/v3/public-charging/sessions/{token}"
        request = OutgoingRequest("GET", url, (("Accept", "application/json"),))
        outcome = send(request, 0.25 if kind in ("latency", "drip") else 20)
        for _ in range(100):
            # On a busy machine the head of a dripped answer may come late, too.
            if kind == "drip" and outcome.failure and outcome.failure.words.endswith("for the answer"):
                outcome = send(request, 0.25)
    if outcome.failure:
        assert f"{outcome.failure.layer}: {outcome.failure.words}" == FINDINGS[kind]
        return
    exchange = outcome.exchange
    found = sorted({violation.rule for violation in check(exchange)})
    assert (found or blocked_reason(exchange) or server_error_reason(exchange)) == FINDINGS[kind]
