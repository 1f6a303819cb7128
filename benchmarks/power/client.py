"""A client that talks to a fake in process and keeps what was exchanged, as a recording would."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from plugproof_contracts import Exchange
from plugproof_contracts.facts.operations import BASE_URL, OPERATIONS
from plugproof_mockserver import FakePlugchoice

EPOCH = datetime.fromtimestamp(0, UTC)
JSON = {"accept": "application/json"}


class Client:
    """Sends requests from one address; `sent` tells when a request was sent, null if that is not noted."""

    def __init__(
        self, fake: FakePlugchoice, sent: Callable[[], datetime | None], address: str = "127.0.0.1"
    ) -> None:
        self._sent = sent
        self._http = httpx.Client(transport=fake.transport(address))
        # Nothing is asked for unless a request says so.
        self._http.headers.clear()
        self.exchanges: list[Exchange] = []

    def ask(self, operation: str, key: str = "", body: Any = None, headers: Mapping[str, str] = JSON) -> Exchange:
        """Ask for an operation on the session or charger `key`, with `body` as JSON."""
        path = OPERATIONS[operation].template.replace("{token}", key).replace("{code}", key)
        content = b"" if body is None else json.dumps(body).encode()
        more = {} if body is None else {"content-type": "application/json"}
        return self.send(OPERATIONS[operation].method, path, content, {**headers, **more})

    def send(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Exchange:
        """Send any request to the API."""
        at = self._sent()
        response = self._http.request(method, BASE_URL + path, content=content, headers=dict(headers))
        self.exchanges.append(
            Exchange(
                method,
                BASE_URL + path,
                response.status_code,
                response.headers.multi_items(),
                response.content,
                request_headers=headers,
                request_body=content,
                at=at,
            )
        )
        return self.exchanges[-1]


def moment(microseconds: int) -> datetime:
    """Return a moment of a fake's clock."""
    return EPOCH + timedelta(microseconds=microseconds)
