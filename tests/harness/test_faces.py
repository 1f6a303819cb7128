"""Clients of every kind: with a transport or over a socket, sync or async, and with types of their own."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx2
import pytest
import requests

from plugproof_harness import Adapter, Api, BrokenLawError, replay

LIFE = [
    "start HAPPY 1 a@example.org",
    "confirm 1",
    "fault get 500",
    "poll 1",
    "next",
    "next",
    "wait 300",
    "poll 1",
    "stop 1",
    "limit get",
    "poll 1",
]


class OverSocket(Adapter):
    """A client that no transport fits."""

    refused, unsure = (requests.HTTPError,), (requests.RequestException,)

    def __init__(self, api: Api) -> None:
        self.url = f"{api.serve()}/v3/public-charging/sessions"
        self.http = requests.Session()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        response = self.http.request(method, self.url + path, json=body, timeout=60)
        if response.status_code >= 500:
            raise requests.ConnectionError
        response.raise_for_status()
        return response.json()

    def start(self, code, connector_id, email):
        return self.ask("POST", "", {"code": code, "connector_id": connector_id, "email": email})["session_token"]

    def poll(self, session):
        return self.ask("GET", f"/{session}")["data"]

    def confirm(self, session):
        return self.ask("POST", f"/{session}/confirm")["data"]

    def stop(self, session):
        return self.ask("POST", f"/{session}/stop")["data"]

    def close(self):
        self.http.close()


class Asynchronous(Adapter):
    refused, unsure = (httpx2.HTTPStatusError,), (httpx2.TransportError,)

    def __init__(self, api: Api) -> None:
        base = f"{api.base_url}/v3/public-charging"
        self.api, self.http = api, httpx2.AsyncClient(base_url=base, transport=api.async_transport())

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        response = await self.http.request(method, f"/sessions{path}", json=body)
        if response.status_code == 429:
            await self.api.async_sleep(int(response.headers["retry-after"]))
            response = await self.http.request(method, f"/sessions{path}", json=body)
        return response.raise_for_status().json()

    async def start(self, code, connector_id, email):
        body = {"code": code, "connector_id": connector_id, "email": email}
        return (await self.ask("POST", "", body))["session_token"]

    async def poll(self, session):
        return (await self.ask("GET", f"/{session}"))["data"]

    async def confirm(self, session):
        return (await self.ask("POST", f"/{session}/confirm"))["data"]

    async def stop(self, session):
        return (await self.ask("POST", f"/{session}/stop"))["data"]

    async def close(self):
        await self.http.aclose()


@pytest.mark.parametrize("adapter", [OverSocket, Asynchronous])
def test_any_kind_of_client_can_run_and_break_laws(adapter: Any):
    """With a transport or a socket, sync or async."""
    replay(adapter, LIFE)

    class Hasty(adapter):
        def poll(self, session):
            return {"status": "captured"}

    with pytest.raises(BrokenLawError, match=r"view\.true"):
        replay(Hasty, LIFE)


def test_a_call_that_never_ends_is_ended_in_an_event_loop_too():
    """After so many requests it breaks `client.ends`."""

    class Sleepless(Asynchronous):
        async def poll(self, session):
            while True:
                with suppress(Exception):
                    await self.ask("GET", "/nobody")

    class Sleepy(Asynchronous):
        async def poll(self, session):
            while True:
                await self.api.async_sleep(600)

    for adapter in (Sleepless, Sleepy):
        with pytest.raises(BrokenLawError, match=r"client\.ends"):
            replay(adapter, LIFE)


@dataclass
class View:
    """A client's own types for what the API writes as text."""

    status: str
    energy_kwh: Decimal | None
    created_at: datetime
    nickname: str = "my car"


def typed(**changes: Any) -> Any:
    def poll(self, session):
        data = self.ask("GET", f"/sessions/{session}")["data"]
        energy = data["energy_kwh"] and Decimal(data["energy_kwh"])
        fields = {"status": data["status"], "energy_kwh": energy}
        return View(**fields | {"created_at": datetime.fromisoformat(data["created_at"])} | changes)

    return poll


TYPED_LIFE = ["start HAPPY 1", "poll 1", "meanwhile 1 charging", "wait 300", "poll 1"]


def test_moments_and_numbers_may_be_the_clients_own(bent):
    """A `datetime` and a `Decimal` of the same value are true."""
    replay(bent(poll=typed()), TYPED_LIFE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"energy_kwh": Decimal("0.9")},
        {"energy_kwh": 0.9},
        {"energy_kwh": False},
        {"created_at": datetime.fromisoformat("2026-01-10T12:00:01Z")},
        {"created_at": datetime(2026, 1, 10, 12)},  # noqa: DTZ001 - the point is that it has no offset
    ],
)
def test_a_value_of_the_clients_own_that_is_another_is_told(bent, wrong):
    """And one of another value is not."""
    with pytest.raises(BrokenLawError, match=rf"view\.true.*{next(iter(wrong))} is"):
        replay(bent(poll=typed(**wrong)), TYPED_LIFE)
