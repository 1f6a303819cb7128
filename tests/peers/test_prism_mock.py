"""Prism, as a mock of the document, gives answers that keep every rule."""

import re
from collections.abc import Iterator

import httpx2
import pytest

from plugproof_contracts import Level, check
from plugproof_contracts.adapters.clients import exchange_of
from plugproof_contracts.facts.openapi_document import document
from plugproof_contracts.facts.operations import OPERATIONS

BODIES = {"start": {"code": "HAPPY", "connector_id": 1}, "receipt-email": {"email": "driver@example.com"}}
REACHED = [
    (name, int(status))
    for name, row in OPERATIONS.items()
    for status in document()["paths"][row.template][row.method.lower()]["responses"]
    if status != "405"  # a mock of an operation is not asked by another method
]


@pytest.fixture(scope="module")
def mock(prism, document, process) -> Iterator[httpx2.Client]:
    """A client of the mock."""
    with process(prism, "mock", document, "--port", "0", "--host", "127.0.0.1", "--cors", "false") as running:
        for line in running.stdout:
            if found := re.search(r"listening on (http://[\d.:]+)", line):
                with httpx2.Client(base_url=found[1], timeout=30) as client:
                    yield client
                return
        pytest.fail("Prism did not start")


@pytest.mark.parametrize(("name", "status"), REACHED)
def test_an_answer_of_the_mock_keeps_every_rule(mock, name, status):
    """Its bodies and its limits are the document's examples; the moment when a window ends is none of today."""
    row = OPERATIONS[name]
    answer = mock.request(
        row.method,
        row.template.format(token="example-session-token", code="HAPPY"),
        json=BODIES.get(name),
        headers={"Accept": "application/json", "Prefer": f"code={status}"},
    )
    assert answer.status_code == status, answer.text
    assert [found for found in check(exchange_of(answer)) if found.level is not Level.ASSUMED] == []
