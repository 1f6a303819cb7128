"""A store that is away: nothing raises, everything says so, and goes on when the store is back."""

import httpx
import pytest

from plugproof_mockserver.browser.pages_app import pages
from plugproof_mockserver.control.control_app import control_app
from plugproof_mockserver.faces.asgi import App
from plugproof_mockserver.faces.host_allowlist import HostAllowlist
from plugproof_mockserver.stores.sqlite_store import SqliteStore
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.registries.shared_registry import SharedRegistry
from plugproof_mockserver.world.shared.shared_world import SharedWorld

pytestmark = pytest.mark.anyio
SESSIONS = "/api/v3/public-charging/sessions"
INTENT = "/stripe/v1/payment_intents/pi_1"
ASKS = (
    ("GET", f"{SESSIONS}/x"),
    ("POST", f"{SESSIONS}/x/confirm"),
    ("POST", SESSIONS),
    ("GET", "/api/v3/public-charging/chargers/HAPPY"),
    ("GET", "/api/nothing"),
    ("GET", "/worlds/a/api/nothing"),
    ("GET", f"{INTENT}?client_secret=pi_1_secret_x"),
    ("POST", f"{INTENT}/confirm"),
    ("POST", f"{INTENT}/challenge"),
    *(("GET", f"/_plugproof/{name}") for name in ("sessions", "clock", "chargers", "faults", "limits", "journal")),
    *(
        ("GET", f"/_plugproof/{name}")
        for name in ("maintenance", "violations", "worlds", "worlds/a", "worlds/default/snapshot")
    ),
    ("POST", "/_plugproof/reset"),
    ("POST", "/_plugproof/sessions"),
    ("PUT", "/_plugproof/worlds/a"),
    ("DELETE", "/_plugproof/worlds/a"),
    ("POST", "/_plugproof/worlds/default/fork"),
)
BODIES = {"PUT": {"ttl": 60}, "POST": {}}


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def folder(tmp_path):
    """The folder of the store, which is not there yet."""
    return tmp_path / "later"


@pytest.fixture
def client(folder, noon):
    store = SqliteStore(folder / "worlds.db")
    worlds = SharedRegistry(
        lambda name: SharedWorld(store=store, clock=Clock(noon, speed=0), name=name, self_check=True), store
    )
    app = App(worlds, hosts=HostAllowlist(), control=control_app(), pages=pages())
    headers = {"X-Plugproof": "1"}
    yield httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost", headers=headers)
    store.close()


@pytest.mark.parametrize(("method", "path"), ASKS)
async def test_whatever_is_asked_is_refused_with_a_sentence(client, method, path):
    """A 503 that says what is wrong and what to do, and nothing else."""
    body = {"name": "b"} if path.endswith("/fork") else BODIES.get(method)
    answer = await client.request(method, path, json=body)
    assert answer.status_code == 503
    found = answer.json()
    message = found.get("message") or found["error"]["message"]
    assert "This fake can't keep its state now: the store worlds.db can't be written" in message
    assert "Try again" in message


@pytest.mark.parametrize("path", ["/pay/HAPPY", "/_plugproof/", "/browser/pay.js", "/_plugproof/openapi.json"])
async def test_what_needs_no_store_is_there(client, path):
    """Pages are there, and their scripts tell of the trouble."""
    assert (await client.get(path)).status_code == 200


async def test_health_and_metrics_say_since_when(client, folder):
    """Both answer, name the store and its trouble, and are well again when it is back."""
    first = (await client.get("/_plugproof/health")).json()
    assert (first["status"], first["sessions"]) == ("degraded", None)
    assert (first["store"]["kind"], first["store"]["state"]) == ("sqlite", "unreachable")
    assert (await client.get("/_plugproof/health")).json()["store"]["since"] == first["store"]["since"]
    assert "unable to open" in first["store"]["message"]
    assert 'plugproof_store_up{kind="sqlite"} 0.0' in (await client.get("/_plugproof/metrics")).text
    folder.mkdir()
    again = (await client.get("/_plugproof/health")).json()
    assert (again["status"], again["store"]) == ("ok", {"kind": "sqlite", "state": "ok"})
    assert 'plugproof_store_up{kind="sqlite"} 1.0' in (await client.get("/_plugproof/metrics")).text
