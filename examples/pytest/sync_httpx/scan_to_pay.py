"""A client of the public-charging API, as a team might write it with httpx."""

import time
from collections.abc import Callable
from typing import Any

import httpx

BASE_URL = "https://app.plugchoice.com/api"
OVER = {"captured", "no_charge", "expired", "failed", "abandoned", "refunded", "written_off"}


class ScanToPay:
    """Takes a driver from the code on the charger to the bill."""

    def __init__(self, base_url: str = BASE_URL, sleep: Callable[[float], object] = time.sleep) -> None:
        self._client = httpx.Client(
            base_url=f"{base_url}/v3/public-charging", headers={"Accept": "application/json"}
        )
        self._sleep = sleep

    def start(self, code: str, connector_id: int = 1) -> str:
        """Start a session and return its token."""
        body = {"code": code, "connector_id": connector_id}
        return str(self._ask("POST", "/sessions", json=body)["session_token"])

    def confirm(self, token: str) -> dict[str, Any]:
        """Confirm the payment. When the answer is lost, ask what became of it instead of confirming again."""
        try:
            return self._session("POST", f"/sessions/{token}/confirm")
        except httpx.TransportError:
            return self._session("GET", f"/sessions/{token}")

    def wait(self, token: str, every: float = 10) -> dict[str, Any]:
        """Wait until the session is over."""
        while (session := self._session("GET", f"/sessions/{token}"))["status"] not in OVER:
            self._sleep(every)
        return session

    def _session(self, method: str, path: str) -> dict[str, Any]:
        return dict(self._ask(method, path)["data"])

    def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        response = self._client.request(method, path, **more)
        if response.status_code == 429:
            self._sleep(int(response.headers["Retry-After"]))
            response = self._client.request(method, path, **more)
        return dict(response.raise_for_status().json())
