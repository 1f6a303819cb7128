"""The clients that the fixture answers, where they are installed beside the package."""

import httpx
import httpx2
import pytest

API = "https://app.plugchoice.com/api"
START = {"code": "HAPPY", "connector_id": 1}


@pytest.mark.parametrize("client", [httpx, httpx2])
def test_the_fixture_answers_a_client(plugchoice, client):
    """A session is started, paid and confirmed, without a socket."""
    started = client.post(f"{API}/v3/public-charging/sessions", json=START).json()
    plugchoice.clock.advance(seconds=5)
    told = client.post(f"{API}/v3/public-charging/sessions/{started['session_token']}/confirm")
    assert (told.status_code, told.json()["data"]["status"]) == (200, "authorized")
