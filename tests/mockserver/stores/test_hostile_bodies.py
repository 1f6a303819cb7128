"""Whatever stands in a body, a world in a store refuses what one in memory does, and nothing breaks it."""

import json

import httpx
import pytest

from plugproof_mockserver.browser.pages_app import pages
from plugproof_mockserver.control.body_fields import ADVANCE, CHARGER, CLOCK, EVENT, FAULT, FORK, LEASE, SESSION
from plugproof_mockserver.control.control_app import control_app
from plugproof_mockserver.faces.asgi import App
from plugproof_mockserver.faces.host_allowlist import HostAllowlist
from plugproof_mockserver.stores.sqlite_store import SqliteStore
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.registries.registry import WorldRegistry
from plugproof_mockserver.world.registries.shared_registry import SharedRegistry
from plugproof_mockserver.world.shared.shared_world import SharedWorld
from plugproof_mockserver.world.world import World

pytestmark = pytest.mark.anyio
VALUES = (None, 2**64, -(2**63) - 1, -(10**400), 1e308, "9" * 400 + "h", [2**64], {"a": [{"b": -(2**64)}]}, "\x00")
ROUTES = (
    ("PATCH", "clock", CLOCK, {}),
    ("POST", "clock/advance", ADVANCE, {}),
    ("PATCH", "sessions/{token}", SESSION, {}),
    ("POST", "sessions", SESSION, {"status": "charging"}),
    ("POST", "sessions/{token}/events", EVENT, {}),
    ("PUT", "chargers/MINE", CHARGER, {}),
    ("POST", "faults", FAULT, {"operation": "*", "kind": "500"}),
    ("POST", "faults", FAULT, {"operation": "get", "kind": "violation", "rule": "values.status"}),
    ("PUT", "worlds/w", LEASE, {}),
    ("POST", "worlds/default/fork", FORK, {"name": "f"}),
)
DEEP = b'{"a":' + b"[" * 20_000


@pytest.fixture
def anyio_backend():
    return "asyncio"


def client_of(worlds):
    app = App(worlds, hosts=HostAllowlist(), control=control_app(), pages=pages())
    headers = {"X-Plugproof": "1"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost", headers=headers)


@pytest.fixture
def clients(noon, tmp_path):
    """Return the same fake twice: its worlds in memory, and in a file."""
    store = SqliteStore(tmp_path / "worlds.db", "NORMAL")
    clock = {"clock": Clock(noon, speed=0), "seed": 7}
    in_store = SharedRegistry(lambda name: SharedWorld(store=store, name=name, **clock), store)
    yield client_of(WorldRegistry(lambda name: World(name=name, **clock))), client_of(in_store)
    store.close()


async def answers(clients, method, path, body):
    content = body if isinstance(body, bytes) else json.dumps(body)
    found = [await client.request(method, f"/_plugproof/{path}", content=content) for client in clients]
    for reply in found:
        assert reply.status_code < 500, (method, path, reply.text)
        assert reply.status_code < 400 or reply.json()["message"]
    return [reply.status_code for reply in found]


@pytest.mark.parametrize(("method", "path", "form", "given"), ROUTES)
async def test_any_value_of_any_field_is_answered_alike(clients, method, path, form, given):
    """Every field of every body, with numbers that no store can keep among its values."""
    tokens = [(await client.post("/_plugproof/sessions")).json()["token"] for client in clients]
    assert tokens[0] == tokens[1]
    for name in form:
        for value in VALUES:
            memory, store = await answers(clients, method, path.format(token=tokens[0]), {**given, name: value})
            assert memory == store, (name, value)
            if path == "faults":
                await answers(clients, "DELETE", path, b"")


@pytest.mark.parametrize("path", ["worlds/w/snapshot", "worlds/w", "clock"])
async def test_a_body_of_brackets_is_no_body(clients, path):
    """One that nests without end is refused, whatever reads it."""
    method = "PATCH" if path == "clock" else "PUT"
    assert await answers(clients, method, path, DEEP) in ([400, 400], [422, 422])


@pytest.mark.parametrize(
    "path", ["/", "/_plugproof", "/pay/HAPPY", "/browser/none.js", "/stripe/v1/payment_intents/x"]
)
async def test_what_a_page_does_not_take_is_told_in_json(clients, path):
    """The pages refuse a method, and what is not there, as the control plane does."""
    method = "GET" if "none" in path else "PUT"
    reply = await clients[0].request(method, path)
    assert reply.status_code == (404 if "none" in path else 405)
    assert reply.json()["message"]
