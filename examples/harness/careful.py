"""A client of the public-charging API that takes care, as a team might write it with httpx."""

import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import httpx

BASE_URL = "https://app.plugchoice.com/api"
TRIES = 3


class RefusedError(Exception):
    """The API said no, and nothing happened."""


class UnsureError(Exception):
    """The request may have been carried out, or not: look again later."""


@dataclass(frozen=True)
class Session:
    """What this client knows of a session; amounts are in minor units."""

    status: str
    failure_reason: str | None
    energy_kwh: str | None
    cost_amount: int | None
    amount_captured: int | None
    driver_email: str | None


class ScanToPay:
    """Takes a driver from the code on the charger to the bill."""

    def __init__(
        self,
        base_url: str = BASE_URL,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._http = httpx.Client(
            base_url=f"{base_url}/v3/public-charging", headers={"Accept": "application/json"}, transport=transport
        )
        self._sleep = sleep

    def start(self, code: str, connector_id: int, email: str | None = None) -> str:
        """Start a session and return its token."""
        body = {"code": code, "connector_id": connector_id, "email": email}
        return str(self._ask("POST", "/sessions", body)["session_token"])

    def session(self, token: str) -> Session:
        """Ask how a session is."""
        return self._read(self._ask("GET", f"/sessions/{token}"))

    def confirm(self, token: str) -> Session:
        """Confirm the payment; when that is in doubt, ask what has become of it."""
        return self._do(token, "confirm")

    def stop(self, token: str) -> Session:
        """Stop charging; when that is in doubt, ask what has become of it."""
        return self._do(token, "stop")

    def cancel(self, token: str) -> Session:
        """Cancel the session; when that is in doubt, ask what has become of it."""
        return self._do(token, "cancel")

    def set_email(self, token: str, email: str) -> Session:
        """Set the address that the receipt goes to."""
        return self._do(token, "receipt-email", {"email": email})

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _do(self, token: str, action: str, body: dict[str, Any] | None = None) -> Session:
        try:
            return self._read(self._ask("POST", f"/sessions/{token}/{action}", body))
        except UnsureError:
            return self.session(token)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        for _ in range(TRIES):
            response = self._send(method, path, body)
            if response.status_code != 429:
                return self._content(response)
            self._wait(response)
        raise RefusedError("the API is busy")

    def _wait(self, response: httpx.Response) -> None:
        # What stands in front of the API may refuse without a word of when.
        self._sleep(int(response.headers.get("Retry-After", 1)))

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
        try:
            return self._http.request(method, path, json=body)
        except httpx.RequestError as error:
            raise UnsureError("the connection broke, or the answer can't be decoded") from error

    def _content(self, response: httpx.Response) -> dict[str, Any]:
        if response.status_code >= 500:
            raise UnsureError(f"the API answered {response.status_code}")
        try:
            content = dict(response.json())
        except ValueError as error:
            raise UnsureError("the answer can't be read") from error
        if response.is_error:
            raise RefusedError(content["message"])
        return content

    def _read(self, content: dict[str, Any]) -> Session:
        try:
            return Session(**self._fields(content["data"]))
        except KeyError as error:
            raise UnsureError("the answer lacks a field") from error

    def _fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {field.name: data[field.name] for field in fields(Session)}
