"""The clients of the examples, and a plain one that a test can bend."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from plugproof_harness import Adapter, Api

EXAMPLES = Path(__file__).parents[2] / "examples/harness"


@pytest.fixture(scope="session")
def examples():
    """The modules of the examples, which import each other by their plain names."""
    names = ("careful", "careless", "adapter")
    sys.path.insert(0, str(EXAMPLES))
    try:
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    finally:
        sys.path.remove(str(EXAMPLES))
        for name in names:
            sys.modules.pop(name, None)


class RefusedError(Exception):
    pass


class UnsureError(Exception):
    pass


class Plain(Adapter):
    """A client without any care, in few words: each press is one request, and a problem is an exception."""

    refused = (RefusedError,)
    unsure = (UnsureError, httpx.TransportError, ValueError)

    def __init__(self, api: Api) -> None:
        self.api = api
        self.http = httpx.Client(base_url=f"{api.base_url}/v3/public-charging", transport=api.transport())

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        response = self.http.request(method, path, json=body)
        if response.status_code >= 500:
            raise UnsureError
        content = response.json()
        if response.is_error:
            raise RefusedError
        return content

    def start(self, code: str, connector_id: int, email: str | None) -> Any:
        return self.ask("POST", "/sessions", {"code": code, "connector_id": connector_id, "email": email})[
            "session_token"
        ]

    def poll(self, session: Any) -> Any:
        return self.ask("GET", f"/sessions/{session}")["data"]

    def confirm(self, session: Any) -> Any:
        return self.ask("POST", f"/sessions/{session}/confirm")["data"]

    def stop(self, session: Any) -> Any:
        return self.ask("POST", f"/sessions/{session}/stop")["data"]

    def cancel(self, session: Any) -> Any:
        return self.ask("POST", f"/sessions/{session}/cancel")["data"]

    def set_email(self, session: Any, email: str) -> Any:
        return self.ask("POST", f"/sessions/{session}/receipt-email", {"email": email})["data"]


@pytest.fixture(scope="session")
def plain() -> type[Adapter]:
    return Plain


@pytest.fixture(scope="session")
def bent() -> Callable[..., type[Adapter]]:
    """Makes a plain client with some methods of its own."""

    def bend(**methods: Any) -> type[Adapter]:
        return type("Bent", (Plain,), methods)

    return bend
