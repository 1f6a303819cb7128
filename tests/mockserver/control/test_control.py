"""What the control plane does, asked over ASGI; no socket is opened."""

import httpx
import pytest

from plugproof_contracts import Status
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.control.control_app import control_app
from plugproof_mockserver.control.control_request import ControlRequest
from plugproof_mockserver.faces.asgi import App
from plugproof_mockserver.faces.host_allowlist import HostAllowlist
from plugproof_mockserver.model.events import possible_events
from plugproof_mockserver.world.registries.registry import WorldRegistry
from plugproof_mockserver.world.world import World

pytestmark = pytest.mark.anyio

API = "http://localhost/api/v3/public-charging"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def fake():
    return FakePlugchoice(seed=7)


def client_of(app, base="http://localhost/_plugproof", **headers):
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=base, headers={"X-Plugproof": "1", **headers}
    )


@pytest.fixture
async def control(fake):
    async with client_of(fake.asgi) as client:
        yield client


async def seed(control, **fields):
    answer = await control.post("/sessions", json=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


# Health.


async def test_health_names_the_server_and_the_world(fake):
    async with client_of(fake.asgi) as one, client_of(fake.asgi, "http://localhost/worlds/w/_plugproof") as other:
        here, there = (await one.get("/health")).json(), (await other.get("/health")).json()
    assert (here["status"], here["world"], there["world"]) == ("ok", "default", "w")
    assert here["identity"] == there["identity"]


async def test_two_servers_have_two_identities(control):
    async with client_of(FakePlugchoice().asgi) as other:
        mine, theirs = (await control.get("/health")).json(), (await other.get("/health")).json()
    assert mine["identity"] != theirs["identity"]


async def test_whoever_starts_a_server_may_say_which_identity_it_has():
    worlds = WorldRegistry(lambda name: World(name=name))
    async with client_of(App(worlds, hosts=HostAllowlist(), control=control_app(identity="mine"))) as control:
        assert (await control.get("/health")).json()["identity"] == "mine"


# The clock.


async def test_the_clock_shows_moment_mode_and_speed(control):
    assert (await control.get("/clock")).json() == {
        "now": "2026-01-10T12:00:00.000000Z",
        "mode": "frozen",
        "speed": 0,
    }


@pytest.mark.parametrize(
    ("change", "mode", "speed"),
    [
        ({}, "frozen", 0),
        ({"mode": "real"}, "real", 1),
        ({"mode": "real", "speed": 60}, "real", 60),
        ({"speed": 0.5}, "real", 0.5),
        ({"speed": 1_000_000}, "real", 1_000_000),
        ({"mode": "frozen", "speed": 0}, "frozen", 0),
        ({"speed": 0}, "frozen", 0),
    ],
)
async def test_a_clock_is_real_scaled_or_frozen(control, change, mode, speed):
    answer = await control.patch("/clock", json=change)
    assert (answer.status_code, answer.json()["mode"], answer.json()["speed"]) == (200, mode, speed)


async def test_a_clock_is_put_to_a_moment_with_its_fraction(control):
    answer = await control.patch("/clock", json={"now": "2030-02-03T04:05:06.789+01:00"})
    assert answer.json()["now"] == "2030-02-03T03:05:06.789000Z"


async def test_a_clock_frozen_at_a_moment_shows_that_moment(control):
    """A running clock that is frozen at a moment shows exactly that moment."""
    await control.patch("/clock", json={"speed": 1_000_000})
    answer = await control.patch("/clock", json={"mode": "frozen", "now": "2030-01-01T00:00:00Z"})
    assert answer.json()["now"] == "2030-01-01T00:00:00.000000Z"


async def test_advancing_returns_ordered_moves_without_the_token(control):
    """Advancing the clock returns the moves in order and without the token."""
    made = await seed(control, status="authorized")
    answer = (await control.post("/clock/advance", json={"seconds": 3600})).json()
    assert answer["now"] == "2026-01-10T13:00:00.000000Z"
    assert [(move["event"], move["target"]) for move in answer["moves"]] == [
        ("start_sent", "starting"),
        ("charger_started", "charging"),
        ("car_full", "settling"),
        ("settled", "captured"),
    ]
    assert [move["at"] for move in answer["moves"]] == sorted(move["at"] for move in answer["moves"])
    assert made["token"] not in str(answer)


async def test_advancing_to_the_next_event_stops_there(control):
    await seed(control, status="authorized")
    answer = (await control.post("/clock/advance", json={"to": "next"})).json()
    assert answer["now"] == "2026-01-10T12:00:02.000000Z"
    assert [move["target"] for move in answer["moves"]] == ["starting"]


async def test_where_nothing_is_due_the_clock_stays(control):
    answer = (await control.post("/clock/advance", json={"to": "next"})).json()
    assert answer == {"now": "2026-01-10T12:00:00.000000Z", "moves": []}


async def test_reset_forgets_everything_but_the_clock(control, fake):
    await seed(control)
    await control.put("/chargers/MINE", json={})
    await control.post("/faults", json={"operation": "*", "kind": "500"})
    await control.post("/clock/advance", json={"seconds": 60})
    fake.world.violations.append({"rule": "x"})
    assert (await control.post("/reset")).status_code == 204
    assert [
        len((await control.get(f"/{name}")).json()[name]) for name in ("sessions", "faults", "violations")
    ] == [
        0,
        0,
        0,
    ]
    assert (await control.get("/chargers/MINE")).status_code == 404
    assert (await control.get("/clock")).json()["now"] == "2026-01-10T12:01:00.000000Z"


# Sessions.


@pytest.mark.parametrize("status", Status)
async def test_a_session_is_seeded_in_any_status_and_the_api_knows_it(control, status):
    made = await seed(control, status=status)
    seen = (await control.get(f"{API}/sessions/{made['token']}")).json()
    assert seen["data"] == made["data"]
    assert made["data"]["status"] == status
    assert made["events"] == list(possible_events(status))


async def test_seeding_takes_a_charger_and_any_field(control):
    made = await seed(control, status="charging", code="capped", failure_reason={"odd": [1]}, cost_amount=-5)
    assert made["scenario"] == "CAPPED"
    assert (made["data"]["failure_reason"], made["data"]["cost_amount"]) == ({"odd": [1]}, -5)


async def test_a_session_is_created_unless_something_else_is_said(control):
    assert (await seed(control))["data"]["status"] == "created"


async def test_only_seeding_shows_a_token(control, fake):
    token = (await seed(control, status="charging"))["token"]
    await control.get(f"{API}/sessions/{token}")
    await control.post(f"{API}/sessions/{token}/confirm")
    await control.get(f"{API}/nowhere/{token}")
    await control.put(f"{API}/sessions/{token}")
    answers = [await control.get(path) for path in ("/sessions", f"/sessions/{token}", "/journal", "/health")]
    answers += [
        await control.patch(f"/sessions/{token}", json={"driver_email": "a@b.example"}),
        await control.post(f"/sessions/{token}/events", json={"event": "unplugged"}),
        await control.post(f"/sessions/{token}/events", json={"event": "paid"}),
        await control.post("/clock/advance", json={"seconds": 60}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 6 + [409, 200]
    assert all(token not in answer.text for answer in answers)
    assert len(fake.journal) == 4


async def test_a_session_says_what_happens_next_by_itself(control):
    made = await seed(control, status="authorized")
    assert made["next"] == {"event": "start_sent", "at": "2026-01-10T12:00:02.000000Z"}
    assert (await seed(control, status="captured"))["next"] is None


async def test_an_event_moves_a_session(control):
    token = (await seed(control, status="created"))["token"]
    paid = (await control.post(f"/sessions/{token}/events", json={"event": "paid"})).json()
    assert (paid["stripe"], paid["data"]["status"]) == ("paid", "created")
    after = (await control.post(f"/sessions/{token}/events", json={"event": "webhook"})).json()
    assert after["data"]["status"] == "authorized"


async def test_an_expired_token_is_unknown_to_both_planes(control):
    token = (await seed(control))["token"]
    assert (await control.post(f"/sessions/{token}/events", json={"event": "expire_token"})).status_code == 200
    assert (await control.get(f"/sessions/{token}")).status_code == 404
    assert (await control.get(f"{API}/sessions/{token}")).status_code == 404


@pytest.mark.parametrize("status", Status)
async def test_an_impossible_event_is_a_conflict_with_the_possible(control, status):
    """An impossible event is a conflict that lists the possible ones."""
    token = (await seed(control, status=status))["token"]
    event = "settled" if status is not Status.SETTLING else "paid"
    answer = await control.post(f"/sessions/{token}/events", json={"event": event})
    assert answer.status_code == 409
    assert all(one in answer.json()["message"] for one in possible_events(status))


# Chargers.


async def test_a_charger_is_set_up_in_part_and_the_api_shows_it(control):
    put = await control.put(
        "/chargers/mine1",
        json={"name": "Mine", "connectors": [{"connector_id": 3}], "pricing": {"start_fee": 0}},
    )
    assert put.status_code == 200
    assert (put.json()["public_code"], put.json()["scenario"]) == ("MINE1", "HAPPY")
    data = (await control.get(f"{API}/chargers/MINE1")).json()["data"]
    assert (data["name"], data["pricing"]) == ("Mine", {"currency": "EUR", "price_per_kwh": 49, "start_fee": 0})
    assert [one["connector_id"] for one in data["connectors"]] == [3]


async def test_what_is_not_said_of_a_charger_stays(control):
    await control.put("/chargers/MINE", json={"name": "Mine", "online": False})
    after = (await control.put("/chargers/mine", json={"preauth_amount": 1})).json()
    assert (after["name"], after["online"], after["preauth_amount"]) == ("Mine", False, 1)


async def test_a_new_charger_is_the_standard_one_of_its_scenario(control):
    assert (await control.put("/chargers/NEW", json={"scenario": "offline"})).json()["online"] is False
    assert (await control.put("/chargers/BUSY", json={})).json()["connectors"][0]["status"] == "Charging"


async def test_a_charger_without_public_charging_is_unknown(control):
    """The API does not know a charger without public charging."""
    await control.put("/chargers/HAPPY", json={"public_charging": False})
    assert (await control.get(f"{API}/chargers/HAPPY")).status_code == 404
    assert (await control.get("/chargers/happy")).json()["public_charging"] is False


async def test_a_removed_charger_is_gone_until_it_is_put_again(control):
    """A charger that is taken away is gone until it is put again."""
    assert (await control.delete("/chargers/HAPPY")).status_code == 204
    assert (await control.get("/chargers/HAPPY")).status_code == 404
    assert (await control.delete("/chargers/HAPPY")).status_code == 404
    await control.put("/chargers/HAPPY", json={})
    assert "HAPPY" in [one["public_code"] for one in (await control.get("/chargers")).json()["chargers"]]


async def test_no_event_brings_back_a_removed_charger(control):
    """A charger that is taken away is not brought back by an event."""
    token = (await seed(control, code="HAPPY"))["token"]
    await control.delete("/chargers/HAPPY")
    for event in ("charger_offline", "charger_online"):
        assert (await control.post(f"/sessions/{token}/events", json={"event": event})).status_code == 200
    assert (await control.get("/chargers/HAPPY")).status_code == 404


async def test_an_event_of_the_charger_is_seen_at_the_charger(control):
    token = (await seed(control, status="charging"))["token"]
    await control.post(f"/sessions/{token}/events", json={"event": "charger_offline"})
    assert (await control.get(f"{API}/chargers/HAPPY")).json()["data"]["online"] is False


@pytest.mark.parametrize("speed", [-1, 1_000_001, float("nan"), float("inf")])
def test_no_clock_runs_at_an_impossible_speed(fake, speed):
    with pytest.raises(ValueError, match="from 0 to 1000000"):
        fake.clock.run(speed)
    assert fake.world.clock.speed == 0


@pytest.mark.parametrize("kind", ["fire", [], None])
def test_a_fault_of_no_known_kind_is_refused(fake, kind):
    with pytest.raises(ValueError, match=r"kind of FakeFaults.add can't be"):
        fake.faults.add("stop", kind)


def test_a_python_program_sets_chargers_up_alike(fake):
    shown = fake.set_charger("mine", name="Mine", connectors=[{"connector_id": 2, "status": "Faulted"}])
    assert (shown.public_code, shown.name, shown.connectors[0].status) == ("MINE", "Mine", "Faulted")
    with pytest.raises(ValueError, match="it is Faulted"):
        fake.start_session(code="MINE", connector_id=2)
    with pytest.raises(ValueError, match=r"pricing.start_fee can't be -1: .* >= 0"):
        fake.set_charger("mine", pricing={"start_fee": -1})
    with pytest.raises(ValueError, match="no field 'colour'; it has name, online"):
        fake.set_charger("mine", colour="red")


def test_a_request_does_not_show_its_token_to_who_debugs(fake):
    token, worlds = fake.seed_session("charging").token, fake.asgi.worlds
    fields = {"failure_reason": token}
    request = ControlRequest(fake.world, worlds, lambda name: True, "identity", 1, token, fields, {})
    assert token not in repr(request)


# Faults, journal, violations, scenarios.


async def test_an_injected_fault_strikes_the_api_and_nothing_else(control):
    made = await control.post("/faults", json={"operation": "charger", "kind": "503", "first": 1})
    assert (made.status_code, made.json()["when"], made.json()["applied_count"]) == (201, "before", 0)
    assert (await control.get("/health")).status_code == 200
    assert [(await control.get(f"{API}/chargers/HAPPY")).status_code for _ in range(2)] == [503, 200]
    assert (await control.get("/faults")).json()["faults"][0]["applied_count"] == 1
    assert (await control.delete("/faults")).status_code == 204
    assert (await control.get("/faults")).json() == {"faults": []}


async def test_the_journal_has_the_api_in_it_and_not_the_control_plane(control):
    await control.get(f"{API}/chargers/HAPPY")
    await control.get("/sessions")
    entries = (await control.get("/journal")).json()["journal"]
    assert [(entry["operation"], entry["path"]) for entry in entries] == [
        ("charger", "/v3/public-charging/chargers/HAPPY")
    ]
    assert (await control.delete("/journal")).status_code == 204
    assert (await control.get("/journal")).json() == {"journal": [], "dropped": 0}


async def test_the_control_plane_is_never_limited(control):
    assert {(await control.get("/health")).status_code for _ in range(100)} == {200}


async def test_what_a_self_check_finds_is_listed_per_world():
    found: list[dict[str, object]] = [{"rule": "some.rule", "pointer": "/data"}]

    def check(settings, request, reply, now):
        return found if reply.status == 404 else []

    def world(name):
        made = World(name=name)
        made.self_check = check
        return made

    app = App(WorldRegistry(world), hosts=HostAllowlist(), control=control_app())
    async with client_of(app) as control:
        await control.get(f"{API}/chargers/HAPPY")
        await control.get(f"{API}/chargers/NONE")
        for world, code in (("v", "NONE"), ("w", "HAPPY")):
            await control.get(f"http://localhost/worlds/{world}/api/v3/public-charging/chargers/{code}")
            there = (await control.get(f"http://localhost/worlds/{world}/_plugproof/violations")).json()
            assert there == {"violations": found if world == "v" else []}
        assert (await control.get("/violations")).json() == {"violations": found}
        assert (await control.delete("/violations")).status_code == 204
        assert (await control.get("/violations")).json() == {"violations": []}


async def test_the_scenarios_are_listed(control):
    codes = [one["code"] for one in (await control.get("/scenarios")).json()["scenarios"]]
    assert codes[:3] == ["HAPPY", "DECLINED", "UNPAID"]


# Worlds.


async def test_a_world_has_its_own_everything(fake):
    async with client_of(fake.asgi) as one, client_of(fake.asgi, "http://localhost/worlds/w/_plugproof") as other:
        await other.patch("/clock", json={"mode": "frozen", "now": "2031-01-01T00:00:00Z"})
        token = (await seed(other))["token"]
        await other.put("/chargers/MINE", json={})
        await other.post("/faults", json={"operation": "*", "kind": "500"})
        assert (await one.get("/sessions")).json() == {"sessions": [], "total": 0}
        assert (await one.get(f"/sessions/{token}")).status_code == 404
        assert (await one.get("/chargers/MINE")).status_code == 404
        assert (await one.get("/faults")).json() == {"faults": []}
        assert (await one.get("/clock")).json()["now"].startswith("2026")
        await one.post("/reset")
        assert (await other.get(f"/sessions/{token}")).status_code == 200
