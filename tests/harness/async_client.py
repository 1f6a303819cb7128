"""A client with httpx2 that takes care, in its async form."""

from typing import Any

import httpx2

from plugproof_harness import Adapter, Api


class RefusedError(Exception):
    pass


class UnsureError(Exception):
    pass


class CarefulAsync(Adapter):
    refused, unsure = (RefusedError,), (UnsureError,)

    def __init__(self, api: Api) -> None:
        base = f"{api.base_url}/v3/public-charging"
        self.api = api
        self.http = httpx2.AsyncClient(base_url=base, transport=api.async_transport())

    async def send(self, method: str, path: str, body: Any) -> httpx2.Response:
        for _ in range(3):
            try:
                response = await self.http.request(method, f"/sessions{path}", json=body)
            except httpx2.TransportError as error:
                raise UnsureError from error
            if response.status_code != 429:
                return response
            await self.api.async_sleep(int(response.headers["retry-after"]))
        raise RefusedError

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        response = await self.send(method, path, body)
        if response.status_code >= 500:
            raise UnsureError
        try:
            content = response.json()
        except ValueError as error:
            raise UnsureError from error
        if response.is_error:
            raise RefusedError
        return content

    async def start(self, code: str, connector_id: int, email: str | None) -> Any:
        body = {"code": code, "connector_id": connector_id, "email": email}
        return (await self.ask("POST", "", body))["session_token"]

    async def poll(self, session: Any) -> Any:
        return (await self.ask("GET", f"/{session}"))["data"]

    async def do(self, session: Any, action: str, body: Any = None) -> Any:
        try:
            return (await self.ask("POST", f"/{session}/{action}", body))["data"]
        except UnsureError:
            return await self.poll(session)

    async def confirm(self, session: Any) -> Any:
        return await self.do(session, "confirm")

    async def stop(self, session: Any) -> Any:
        return await self.do(session, "stop")

    async def cancel(self, session: Any) -> Any:
        return await self.do(session, "cancel")

    async def set_email(self, session: Any, email: str) -> Any:
        return await self.do(session, "receipt-email", {"email": email})

    async def close(self) -> None:
        await self.http.aclose()
