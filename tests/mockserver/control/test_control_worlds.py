"""The control plane over worlds as such: who makes, keeps, lists and ends them, and with which secret."""

import httpx
import pytest

from plugproof_mockserver.control.control_app import control_app
from plugproof_mockserver.control.secrets import ControlSecrets
from plugproof_mockserver.faces.asgi import App
from plugproof_mockserver.faces.host_allowlist import HostAllowlist
from plugproof_mockserver.world.registries.registry import WorldRegistry
from plugproof_mockserver.world.world import World

pytestmark = pytest.mark.anyio

API = "/api/v3/public-charging"
START = {"code": "HAPPY", "connector_id": 1}
OPERATOR, A, AB = "operator-secret", "secret-of-a", "secret-of-ab"


@pytest.fixture
def anyio_backend():
    return "asyncio"


def client_of(secrets=None, **quotas):
    worlds = WorldRegistry(lambda name: World(name=name), **quotas)
    app = App(worlds, hosts=HostAllowlist(), control=control_app(secrets))
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost", headers={"X-Plugproof": "1"})


def with_secret(secret):
    return {} if secret is None else {"X-Plugproof-Secret": secret}


async def test_a_world_lives_through_all_its_routes():
    """Made with a lease, listed, used, reset, deleted, gone, and begun anew."""
    async with client_of() as client:
        made = (await client.put("/_plugproof/worlds/a", json={"ttl": "2h"})).json()
        assert (made["is_new"], made["path"], round(made["expires_in"])) == (True, "/worlds/a", 7200)
        token = (await client.post(f"/worlds/a{API}/sessions", json=START)).json()["session_token"]
        listed = (await client.get("/_plugproof/worlds")).json()
        assert [(one["name"], one["sessions"]) for one in listed["worlds"]] == [("a", 1), ("default", 0)]
        assert (await client.post("/_plugproof/worlds/a/reset")).status_code == 204
        assert (await client.get("/_plugproof/worlds/a")).json()["sessions"] == 0
        assert (await client.delete("/_plugproof/worlds/a")).status_code == 204
        gone = await client.get(f"/worlds/a{API}/sessions/{token}")
        assert (gone.status_code, "it was deleted" in gone.json()["message"]) == (410, True)
        assert (await client.get("/worlds/a/_plugproof/sessions")).status_code == 410
        assert (await client.get("/_plugproof/worlds/a")).status_code == 410
        assert (await client.put("/_plugproof/worlds/a", json={})).json()["expires_at"] is None
        assert (await client.get(f"/worlds/a{API}/sessions/{token}")).status_code == 404


REFUSED = {
    "another origin": (403, "PUT", "worlds/new/_plugproof/settings", {"Origin": "https://evil.example"}),
    "a foreign page": (
        403,
        "POST",
        "worlds/new/_plugproof/reset",
        {"Referer": "https://evil.example", "X-Plugproof": ""},
    ),
    "a form": (415, "POST", "worlds/new/_plugproof/reset", {"Content-Type": "text/plain", "X-Plugproof": ""}),
    "a wrong secret": (401, "POST", "worlds/new/_plugproof/reset", {"X-Plugproof-Secret": "wrong"}),
    "an unknown path": (404, "POST", "worlds/new/_plugproof/nothing", {}),
    "a wrong method": (405, "DELETE", "worlds/new/_plugproof/reset", {}),
    "a query that can't be": (422, "GET", "worlds/new/_plugproof/worlds?limit=x", {}),
    "no plane": (404, "GET", "worlds/new/nothing", {}),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_refused_makes_no_world(name):
    """Only a request that the fake takes up is the first use of a world."""
    status, method, path, headers = REFUSED[name]
    own = {"X-Plugproof": "1", "X-Plugproof-Secret": OPERATOR} | headers
    async with client_of(ControlSecrets(OPERATOR)) as client:
        client.headers.pop("X-Plugproof")
        kept = {key: value for key, value in own.items() if value}
        assert (await client.request(method, f"/{path}", headers=kept)).status_code == status
        listed = await client.get("/_plugproof/worlds", headers=with_secret(OPERATOR))
        assert [one["name"] for one in listed.json()["worlds"]] == ["default"]


@pytest.mark.parametrize("ttl", [True, "soon", "2 h", [], {}, -1, 0, "0", 10**12, 1e400, "999999999d"])
async def test_a_ttl_that_no_lease_has_is_refused(ttl):
    async with client_of() as client:
        body = '{"ttl": 1e400}' if ttl == 1e400 else None
        answer = await client.put(
            "/_plugproof/worlds/a", **({"content": body} if body else {"json": {"ttl": ttl}})
        )
        assert answer.status_code in (400, 422)
        assert (await client.get("/_plugproof/worlds/a")).status_code == 404


async def test_a_full_fake_refuses_a_new_world_with_507():
    async with client_of(most=1) as client:
        assert (await client.post(f"/worlds/a{API}/sessions", json=START)).status_code == 201
        for refused in (
            await client.post(f"/worlds/b{API}/sessions", json=START),
            await client.put("/_plugproof/worlds/b", json={"ttl": 60}),
        ):
            assert refused.status_code == 507
            assert "DELETE /_plugproof/worlds/NAME" in refused.json()["message"]
        assert (await client.post(f"/worlds/a{API}/sessions", json=START)).status_code == 201


async def test_health_tells_of_all_worlds_where_it_is_asked_of_none():
    async with client_of() as client:
        await client.post(f"/worlds/a{API}/sessions", json=START)
        await client.post(f"{API}/sessions", json=START)
        whole = (await client.get("/_plugproof/health")).json()
        assert (whole["worlds"], whole["sessions"], whole["status"]) == (2, 2, "ok")
        assert whole["version"]
        assert whole["uptime_seconds"] >= 0
        one = (await client.get("/worlds/a/_plugproof/health")).json()
        assert (one["sessions"], "worlds" in one) == (1, False)


# Pages.


async def test_worlds_are_listed_page_by_page():
    """`next` of a page is `after` of the next one, also when that world has ended meanwhile."""
    async with client_of() as client:
        for name in ("d", "b", "a", "c", "007"):
            await client.put(f"/_plugproof/worlds/{name}", json={})
        first = (await client.get("/_plugproof/worlds?limit=2")).json()
        assert ([one["name"] for one in first["worlds"]], first["total"], first["next"]) == (["007", "a"], 6, "a")
        await client.delete("/_plugproof/worlds/a")
        second = (await client.get("/_plugproof/worlds?limit=3&after=a")).json()
        assert ([one["name"] for one in second["worlds"]], second["next"]) == (["b", "c", "d"], "d")
        last = (await client.get("/_plugproof/worlds?after=default")).json()
        assert (last["worlds"], last["next"]) == ([], None)
        found = (await client.get("/_plugproof/worlds?search=007")).json()
        assert ([one["name"] for one in found["worlds"]], found["total"]) == (["007"], 1)


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", f"search={'x' * 65}", "offset=1"])
async def test_a_page_that_can_not_be_is_told(query):
    """The sentence names the field and what it must be."""
    async with client_of() as client:
        refused = await client.get(f"/_plugproof/worlds?{query}")
    assert refused.status_code == 422
    assert query.partition("=")[0] in refused.json()["message"]


# Tenants.

TENANTS = {"a-": A, "a-b-": AB}


@pytest.mark.parametrize(
    ("world", "secret", "is_open"),
    [
        ("a-1", A, True),
        ("a-1", None, False),
        ("a-1", AB, False),
        ("a-1", OPERATOR, True),
        ("a-b-1", AB, True),
        ("a-b-1", A, False),
        ("a-b-1", OPERATOR, True),
        ("b", A, False),
        ("b", OPERATOR, True),
        ("b", None, False),
        ("default", A, False),
    ],
)
async def test_a_world_is_controlled_with_the_secret_of_its_prefix(world, secret, is_open):
    """Below its own path and by its name alike; the API stays open."""
    secrets, headers = ControlSecrets(OPERATOR, TENANTS), with_secret(secret)
    async with client_of(secrets, most=10) as client:
        base = "" if world == "default" else f"/worlds/{world}"
        asked = [
            await client.get(f"{base}/_plugproof/sessions", headers=headers),
            await client.post(f"{base}/_plugproof/reset", headers=headers),
            await client.get(f"/_plugproof/worlds/{world}", headers=headers),
            await client.post(f"/_plugproof/worlds/{world}/reset", headers=headers),
            await client.get(f"/worlds/other/_plugproof/worlds/{world}", headers=headers),
        ]
        assert {answer.status_code == 401 for answer in asked} == {not is_open}
        assert (await client.post(f"{base}{API}/sessions", json=START)).status_code == 201


async def test_without_an_operator_only_tenants_are_locked():
    async with client_of(ControlSecrets(None, TENANTS)) as client:
        assert (await client.get("/_plugproof/sessions")).status_code == 200
        assert (await client.get("/worlds/b/_plugproof/sessions")).status_code == 200
        assert (await client.get("/worlds/a-1/_plugproof/sessions")).status_code == 401
        assert (await client.put("/_plugproof/worlds/a-2", json={})).status_code == 401


async def test_a_list_shows_each_tenant_its_own_worlds():
    async with client_of(ControlSecrets(OPERATOR, TENANTS)) as client:
        for name in ("a-1", "a-b-1", "c"):
            await client.post(f"/worlds/{name}{API}/sessions", json=START)

        async def names(secret):
            answer = await client.get("/_plugproof/worlds", headers=with_secret(secret))
            return [one["name"] for one in answer.json().get("worlds", [])], answer.status_code

        assert await names(None) == ([], 401)
        assert await names("wrong-secret") == ([], 401)
        assert await names(A) == (["a-1"], 200)
        assert await names(AB) == (["a-b-1"], 200)
        assert await names(OPERATOR) == (["a-1", "a-b-1", "c", "default"], 200)


async def test_metrics_are_the_operators_wherever_they_are_asked_for():
    async with client_of(ControlSecrets(OPERATOR, TENANTS)) as client:
        answer = await client.get("/worlds/a-1/_plugproof/metrics", headers=with_secret(A))
        assert answer.status_code == 401


@pytest.mark.parametrize(("operator", "tenants"), [("", {}), (None, {"a": ""}), (None, {"": "secret-of-all"})])
def test_a_secret_and_its_prefix_are_not_empty(operator, tenants):
    with pytest.raises(ValueError, match="is empty"):
        ControlSecrets(operator, tenants)


def test_secrets_are_in_no_repr():
    assert "secret-of" not in repr(ControlSecrets(OPERATOR, TENANTS))
    assert OPERATOR not in repr(ControlSecrets(OPERATOR, TENANTS))


async def test_a_fork_stays_with_whom_its_secret_opens():
    """Both names are the tenant's, or nothing is made; a token goes on in the fork."""
    async with client_of(ControlSecrets(OPERATOR, TENANTS)) as client:
        token = (await client.post(f"/worlds/a-1{API}/sessions", json=START)).json()["session_token"]

        async def fork(world, new, secret):
            url, body = f"/_plugproof/worlds/{world}/fork", {"name": new, "ttl": 60}
            return (await client.post(url, json=body, headers=with_secret(secret))).status_code

        assert await fork("a-1", "b-1", A) == 403
        assert await fork("a-1", "a-b-1", A) == 403
        assert await fork("a-1", "a-2", AB) == 401
        assert [await fork("a-1", "a-2", A) for _ in range(2)] == [201, 409]
        assert (await client.get(f"/worlds/a-2{API}/sessions/{token}")).status_code == 200


async def test_a_snapshot_restores_a_world_under_any_name():
    """The clients of a world go on in the restored one; a bad document makes no world and changes none."""
    async with client_of() as client:
        token = (await client.post(f"/worlds/a{API}/sessions", json=START)).json()["session_token"]
        taken = await client.get("/_plugproof/worlds/a/snapshot")
        assert (await client.delete("/_plugproof/worlds/a")).status_code == 204
        restored = await client.put("/_plugproof/worlds/b/snapshot", content=taken.content)
        assert (restored.status_code, restored.json()["sessions"]) == (200, 1)
        assert (await client.get(f"/worlds/b{API}/sessions/{token}")).status_code == 200
        assert (await client.put("/_plugproof/worlds/a/snapshot", content=taken.content)).status_code == 410
        bad = taken.json() | {"tokens_made": -1}
        refused = await client.put("/_plugproof/worlds/c/snapshot", json=bad)
        assert (refused.status_code, "tokens_made of the snapshot" in refused.json()["message"]) == (422, True)
        assert (await client.get("/_plugproof/worlds/c")).status_code == 404
        assert (await client.put("/_plugproof/worlds/b/snapshot", content=b"{")).status_code == 400
        assert (await client.get(f"/worlds/b{API}/sessions/{token}")).status_code == 200


async def test_a_snapshot_of_more_than_its_limit_is_refused(monkeypatch):
    monkeypatch.setattr("plugproof_mockserver.control.control_app.MAX_DOCUMENT", 100)
    async with client_of() as client:
        refused = await client.put("/_plugproof/worlds/b/snapshot", content=b"[" * 101)
        assert (refused.status_code, "100 bytes" in refused.json()["message"]) == (413, True)
