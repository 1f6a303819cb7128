"""What one request to the control plane can ask for has an end."""

import httpx
import pytest

from plugproof_contracts.secrets.token import fingerprint
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.control.body_fields import MOST_LISTED
from plugproof_mockserver.world.world import MOST_FAULTS

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def fake():
    return FakePlugchoice(seed=1)


@pytest.fixture
async def control(fake):
    transport = httpx.ASGITransport(fake.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost/_plugproof") as client:
        yield client


async def listed(control, **page):
    answer = (await control.get("/sessions", params=page)).json()
    return [session["token"] for session in answer["sessions"]], answer["total"]


async def test_sessions_are_listed_page_by_page(fake, control):
    made = [fingerprint(fake.seed_session("charging").token) for _ in range(7)]
    assert await listed(control) == (made, 7)
    assert await listed(control, limit=3) == (made[:3], 7)
    assert await listed(control, limit=3, offset=3) == (made[3:6], 7)
    assert await listed(control, offset=6) == (made[6:], 7)
    assert await listed(control, offset=7) == ([], 7)
    assert await listed(control, offset=2**53) == ([], 7)


async def test_an_expired_session_is_on_no_page_and_not_counted(fake, control):
    fake.seed_session("created")
    fake.clock.advance(hours=23)
    later = fingerprint(fake.seed_session("created").token)
    fake.clock.advance(hours=2)
    assert await listed(control, limit=1) == ([later], 1)


async def test_one_page_has_at_most_a_thousand_sessions(fake, control):
    for _ in range(MOST_LISTED + 5):
        fake.seed_session("created")
    page, total = await listed(control)
    assert (len(page), total) == (1000, 1005)
    assert len((await listed(control, offset=1000))[0]) == 5


async def test_there_are_at_most_a_hundred_faults(fake, control):
    """Each fault costs every request its time."""
    fault = {"operation": "*", "kind": "500"}
    for _ in range(MOST_FAULTS):
        assert (await control.post("/faults", json=fault)).status_code == 201
    refused = await control.post("/faults", json=fault)
    assert (refused.status_code, len(fake.faults)) == (422, 100)
    assert "100 faults" in refused.json()["message"]
    with pytest.raises(ValueError, match="clear them"):
        fake.faults.add("*", "500")
    assert (await control.delete("/faults")).status_code == 204
    assert (await control.post("/faults", json=fault)).status_code == 201


async def test_one_fault_is_taken_away_by_its_place(control):
    for kind in ("500", "503", "reset"):
        await control.post("/faults", json={"operation": "*", "kind": kind})
    assert (await control.delete("/faults/1")).status_code == 204
    assert [one["kind"] for one in (await control.get("/faults")).json()["faults"]] == ["500", "reset"]
    for place in ("2", "-1", "x", "1e0", "9" * 30):
        answer = await control.delete(f"/faults/{place}")
        assert (answer.status_code, "from 0" in answer.json()["message"]) == (404, True)
