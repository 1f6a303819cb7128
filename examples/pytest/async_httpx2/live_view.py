"""A live view of one session, as a team might write it with httpx2."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio
import httpx2

BASE_URL = "https://app.plugchoice.com/api"
OVER = {"captured", "no_charge", "expired", "failed", "abandoned", "refunded", "written_off"}


async def changes(
    token: str, base_url: str = BASE_URL, sleep: Callable[[float], Awaitable[object]] = anyio.sleep
) -> AsyncIterator[dict[str, Any]]:
    """Yield the session each time its status has changed, until it is over."""
    last = None
    async with httpx2.AsyncClient(headers={"Accept": "application/json"}) as client:
        while last not in OVER:
            answer = await client.get(f"{base_url}/v3/public-charging/sessions/{token}")
            session = answer.raise_for_status().json()["data"]
            if session["status"] != last:
                yield session
            last = session["status"]
            await sleep(5)
