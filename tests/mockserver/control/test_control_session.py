"""One session in the control plane: by its token or its fingerprint, and where its events lead."""

import httpx
import pytest

from plugproof_mockserver import FakePlugchoice

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def control():
    transport = httpx.ASGITransport(FakePlugchoice(seed=7).asgi)
    headers = {"X-Plugproof": "1"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost/_plugproof", headers=headers
    ) as client:
        yield client


async def seed(control, status):
    answer = await control.post("/sessions", json={"status": status})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_fingerprint_stands_for_its_token(control):
    made = await seed(control, "created")
    shown = (await control.get("/sessions")).json()["sessions"][0]["token"]
    assert shown.startswith("token~")
    by_token = (await control.get(f"/sessions/{made['token']}")).json()
    assert (await control.get(f"/sessions/{shown}")).json() == by_token
    assert (await control.patch(f"/sessions/{shown}", json={"status": "failed"})).json()["token"] == shown
    assert (await control.get(f"/sessions/{made['token']}")).json()["data"]["status"] == "failed"


async def test_a_fingerprint_is_forgotten_with_its_session(control):
    """Asked for again and again, it is there as long as the session is."""
    await seed(control, "created")
    shown = (await control.get("/sessions")).json()["sessions"][0]["token"]
    assert [(await control.get(f"/sessions/{shown}")).status_code for _ in range(2)] == [200, 200]
    await control.post(f"/sessions/{shown}/events", json={"event": "expire_token"})
    assert (await control.get(f"/sessions/{shown}")).status_code == 404
    assert (await control.get("/sessions/token~0000000000")).status_code == 404


async def test_a_session_says_where_each_event_leads(control):
    token = (await seed(control, "charging"))["token"]
    looked = (await control.get(f"/sessions/{token}")).json()
    assert set(looked["leads_to"]) == set(looked["events"])
    for event in ("unplugged", "car_full"):
        assert looked["leads_to"][event] == "settling"
    moved = (await control.post(f"/sessions/{token}/events", json={"event": "unplugged"})).json()
    assert moved["data"]["status"] == looked["leads_to"]["unplugged"]
