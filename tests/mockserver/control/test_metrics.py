"""The metrics of a server: what Prometheus's own parser reads of them is what happened."""

import sys
from http import HTTPStatus

import httpx
import pytest
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from plugproof_contracts import Status
from plugproof_mockserver.control.control_app import control_app
from plugproof_mockserver.faces.asgi import App
from plugproof_mockserver.faces.host_allowlist import HostAllowlist
from plugproof_mockserver.model.settings import Limit
from plugproof_mockserver.stores.store import StoreUnavailableError
from plugproof_mockserver.world.faults.faults import make_fault
from plugproof_mockserver.world.registries.registry import WorldRegistry

pytestmark = pytest.mark.anyio
METRICS = "/_plugproof/metrics"
SESSIONS = "api/v3/public-charging/sessions"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def worlds(make_world):
    limits = {"limits": {"confirm": Limit(2, 60)}, "sessions_per_charger": 1}
    return WorldRegistry(lambda name: make_world(name=name, **limits))


@pytest.fixture
def client(worlds):
    transport = httpx.ASGITransport(App(worlds, hosts=HostAllowlist(), control=control_app()))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost", headers={"X-Plugproof": "1"})


def samples_of(text):
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_metrics_tell_what_happened_in_all_worlds(client, worlds):
    """Requests, both limits, faults, worlds and sessions, also of a world that was reset and one that ended."""
    token = worlds.get("a").seed_session(Status.CHARGING).token
    worlds.get("b").inject(make_fault("charger", "503"))
    for _ in range(3):
        await client.post(f"/worlds/a/{SESSIONS}/{token}/confirm")
    for _ in range(2):
        await client.post(f"/{SESSIONS}", json={"code": "HAPPY", "connector_id": 1})
    await client.get("/worlds/b/api/v3/public-charging/chargers/HAPPY")
    await client.get("/api/nothing")
    await client.post("/_plugproof/worlds/a/reset")
    await client.delete("/_plugproof/worlds/b")
    answer = await client.get(METRICS)
    found = samples_of(answer.text)
    expected = {
        ("plugproof_requests_total", "confirm", "200"): 2,
        ("plugproof_requests_total", "confirm", "429"): 1,
        ("plugproof_requests_total", "start", "201"): 1,
        ("plugproof_requests_total", "start", "429"): 1,
        ("plugproof_requests_total", "charger", "503"): 1,
        ("plugproof_requests_total", "none", "404"): 1,
        ("plugproof_requests_total", "cancel", "200"): 0,
        ("plugproof_refusals_total", "address"): 1,
        ("plugproof_refusals_total", "charger"): 1,
        ("plugproof_faults_total", "503"): 1,
        ("plugproof_faults_total", "reset"): 0,
        ("plugproof_worlds_ended_total", "deleted"): 1,
        ("plugproof_worlds_ended_total", "lease"): 0,
        ("plugproof_worlds_refused_total",): 0,
        ("plugproof_worlds",): 2,
        ("plugproof_sessions",): 1,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert token not in answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")


async def test_metrics_are_openmetrics_where_that_is_asked_for(client):
    answer = await client.get(METRICS, headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert "plugproof_worlds" in {one.name for one in openmetrics.text_string_to_metric_families(answer.text)}


async def test_a_missing_package_is_one_line_with_the_extra(client, monkeypatch):
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    answer = await client.get(METRICS)
    assert answer.status_code == HTTPStatus.NOT_IMPLEMENTED
    assert answer.json() == {"message": "Metrics need prometheus-client: pip install 'plugproof[serve]'."}


async def test_metrics_go_on_while_the_store_is_away(client, worlds, monkeypatch):
    """What was answered is told, and what the store would have to be asked is left out."""

    def away(store):
        raise StoreUnavailableError("away")

    monkeypatch.setattr(type(worlds.default.sessions), "__len__", away)
    found = samples_of((await client.get(METRICS)).text)
    assert ("plugproof_sessions",) not in found
    assert ("plugproof_worlds",) not in found
    assert found["plugproof_store_up", "memory"] == 1
