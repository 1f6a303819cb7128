"""Prism, as a proxy in front of the fake, compares every request and answer with the document.

With `--errors` it answers a violation in place of the server, as an error of its own.
"""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

S = "/v3/public-charging/sessions"


class Proxied:
    """A client that talks to the fake through Prism."""

    def __init__(self, fake: Any, client: httpx2.Client) -> None:
        self.fake, self.client = fake, client

    def expect(self, status: int, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Send a request and return the answer, which the document has to allow."""
        answer = self.client.request(method, path, json=body)
        assert "stoplight.io/prism/errors" not in answer.text, answer.text
        assert "sl-violations" not in answer.headers, answer.headers["sl-violations"]
        assert answer.status_code == status, answer.text
        return answer.json()

    def started(self, code: str = "HAPPY") -> str:
        """Start a session and return its path."""
        answer = self.expect(201, "POST", S, {"code": code, "connector_id": 1})
        return f"{S}/{answer['session_token']}"

    def seeded(self, status: str, **fields: object) -> str:
        """Make a session in any status and return its path."""
        return f"{S}/{self.fake.ask('POST', '/sessions', {'status': status, **fields})['token']}"


@pytest.fixture(scope="module")
def prism_proxy(fake, prism, document, process) -> Iterator[Proxied]:
    with process(prism, "proxy", document, fake.api, "--errors", "--port", "0", "--host", "127.0.0.1") as running:
        for line in running.stdout:
            if found := re.search(r"listening on (http://[\d.:]+)", line):
                with httpx2.Client(
                    base_url=found[1], headers={"Accept": "application/json"}, timeout=30
                ) as client:
                    yield Proxied(fake, client)
                return
        pytest.fail("Prism did not start")


@pytest.fixture
def proxied(prism_proxy: Proxied) -> Proxied:
    """The proxy in front of a fake that has forgotten everything, its limits too."""
    prism_proxy.fake.ask("POST", "/reset")
    return prism_proxy


def test_a_whole_happy_life_keeps_the_document(proxied):
    proxied.expect(200, "GET", "/v3/public-charging/chargers/HAPPY")
    path = proxied.started()
    assert proxied.expect(200, "GET", path)["payment"]
    seen = [proxied.expect(200, "POST", f"{path}/confirm")["data"]["status"]]
    proxied.expect(200, "POST", f"{path}/receipt-email", {"email": "driver@example.com"})
    while seen[-1] != "charging":
        proxied.fake.advance()
        seen.append(proxied.expect(200, "GET", path)["data"]["status"])
    seen.append(proxied.expect(200, "POST", f"{path}/stop")["data"]["status"])
    while seen[-1] != "captured":
        proxied.fake.ask("POST", "/clock/advance", {"seconds": 5})
        seen.append(proxied.expect(200, "GET", path)["data"]["status"])
    assert seen == ["authorized", "starting", "charging", "stopping", "settling", "captured"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, {"code": "NOSUCH", "connector_id": 1}),
        (400, {"code": "OFFLINE", "connector_id": 1}),
        (422, {"code": "HAPPY", "connector_id": 99}),
        (409, {"code": "BUSY", "connector_id": 1}),
    ],
)
def test_a_refused_start_keeps_the_document(proxied, status, body):
    proxied.expect(status, "POST", S, body)


@pytest.mark.parametrize(
    ("status", "session", "method", "verb", "body"),
    [
        (404, None, "POST", "/confirm", None),
        (404, None, "GET", "", None),
        (404, None, "POST", "/stop", None),
        (404, None, "POST", "/cancel", None),
        (404, None, "POST", "/receipt-email", {"email": "driver@example.com"}),
        (400, {"status": "charging", "code": "STOPFAIL"}, "POST", "/stop", None),
        (400, {"status": "charging", "code": "OFFLINE"}, "POST", "/stop", None),
        (504, {"status": "charging", "code": "SLOW"}, "POST", "/stop", None),
        (409, {"status": "captured"}, "POST", "/cancel", None),
        (422, {"status": "captured"}, "POST", "/receipt-email", {"email": "driver@example.com"}),
    ],
)
def test_a_refused_call_keeps_the_document(proxied, status, session, method, verb, body):
    path = proxied.seeded(**session) if session else f"{S}/unknown"
    proxied.expect(status, method, path + verb, body)


def test_an_unknown_charger_keeps_the_document(proxied):
    proxied.expect(404, "GET", "/v3/public-charging/chargers/NOSUCH")


@pytest.mark.parametrize(
    ("limit", "method", "path", "body"),
    [
        (10, "POST", "{session}/confirm", None),
        (30, "GET", "{session}", None),
        (10, "POST", "{session}/stop", None),
        (10, "POST", "{session}/cancel", None),
        (10, "POST", "{session}/receipt-email", {"email": "driver@example.com"}),
        (3, "POST", S, {"code": "HAPPY", "connector_id": 1}),
        (30, "GET", "/v3/public-charging/chargers/HAPPY", None),
    ],
)
def test_one_request_too_many_keeps_the_document(proxied, limit, method, path, body):
    path = path.replace("{session}", proxied.seeded("starting"))
    for _ in range(limit):
        proxied.client.request(method, path, json=body)
    proxied.expect(429, method, path, body)


@pytest.mark.parametrize(("kind", "status"), [("500", 500), ("504", 504)])
def test_a_failing_server_keeps_the_document(proxied, kind, status):
    path = proxied.seeded("created")
    proxied.fake.ask("POST", "/faults", {"operation": "confirm", "kind": kind})
    proxied.expect(status, "POST", f"{path}/confirm")


@pytest.mark.parametrize("status", ["banana", None])
def test_prism_does_see_a_broken_answer(proxied, status):
    """The control: were Prism not looking, the other tests would prove nothing."""
    path = proxied.seeded("charging")
    proxied.fake.ask("PATCH", f"/sessions/{path.rpartition('/')[2]}", {"status": status})
    answer = proxied.client.post(f"{path}/confirm")
    assert answer.status_code == 500
    assert "VIOLATIONS" in answer.text
