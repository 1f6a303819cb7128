"""The front door, spoken to in plain ASGI."""

import asyncio
import json
from typing import Any

import pytest

from plugproof_contracts import Status
from plugproof_contracts.facts.operations import PREFIX
from plugproof_mockserver.faces.asgi import App
from plugproof_mockserver.faces.host_allowlist import HostAllowlist
from plugproof_mockserver.http.asgi_types import WORLD_NAME
from plugproof_mockserver.http.request_bodies import MAX_BODY
from plugproof_mockserver.world.faults.faults import make_fault
from plugproof_mockserver.world.registries.registry import WorldRegistry


async def control(scope, receive, send) -> None:
    """Stand where the control plane stands, and say which world and path were handed over."""
    content = json.dumps([scope[WORLD_NAME], scope["path"]]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": content})


@pytest.fixture
def app(make_world):
    return App(WorldRegistry(lambda name: make_world(name=name)), hosts=HostAllowlist(), control=control)


def ask(
    app: App,
    path: str,
    method: str = "GET",
    *,
    chunks: tuple[bytes, ...] = (b"",),
    ends: bool = True,
    **scope: Any,
) -> Any:
    """Send one request and return status, headers and body."""
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages[-1]["more_body"] = not ends
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    whole = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode("latin-1"),
        "headers": [(b"host", b"localhost:8000")],
        "client": ("10.0.0.1", 5555),
    } | scope
    asyncio.run(app(whole, receive, send))
    head, *bodies = sent
    return head["status"], dict(head["headers"]), b"".join(message["body"] for message in bodies)


def test_the_api_lives_below_api(app):
    status, headers, body = ask(app, f"/api{PREFIX}/chargers/HAPPY")
    assert (status, headers[b"content-length"]) == (200, b"%d" % len(body))
    assert json.loads(body)["data"]["public_code"] == "HAPPY"


@pytest.mark.parametrize("path", ["/", "", "/api", "/apix/v3", "/v3/sessions", "/_plugproofx", "/worlds"])
def test_elsewhere_nothing_lives_and_the_answer_says_what_does(app, path):
    status, _, body = ask(app, path)
    assert status == 404
    assert "/_plugproof" in json.loads(body)["message"]


def test_a_world_is_chosen_by_its_path(app):
    token = app.worlds.get("a").seed_session(Status.CREATED).token
    found = [ask(app, f"{base}/api{PREFIX}/sessions/{token}")[0] for base in ("/worlds/a", "/worlds/b", "")]
    assert found == [200, 404, 404]


@pytest.mark.parametrize(
    ("path", "world"), [("/_plugproof/health", "default"), ("/worlds/a/_plugproof/health", "a")]
)
def test_the_control_plane_is_handed_its_world(app, path, world):
    assert json.loads(ask(app, path)[2]) == [world, "/_plugproof/health"]


@pytest.mark.parametrize("name", ["a%20b", "..", "-", "x" * 65, "%61"])
def test_a_name_that_no_world_can_have_is_a_400(app, name):
    """A name that no world can have is a 400 that says what a name may be."""
    status, _, body = ask(app, f"/worlds/{name}/api/v3")
    assert status == 400
    assert "letters, digits" in json.loads(body)["message"]


@pytest.mark.parametrize("hosts", [[], [b"example.org"], [b"localhost", b"localhost"]])
@pytest.mark.parametrize("path", ["/", f"/api{PREFIX}/chargers/HAPPY", "/_plugproof/health", "/worlds/a/api/v3"])
def test_a_foreign_host_is_answered_on_no_plane(app, hosts, path):
    status, _, body = ask(app, path, headers=[(b"host", host) for host in hosts])
    assert status == 421
    assert "--allow-host" in json.loads(body)["message"]
    assert len(app.worlds) == 1


def test_the_raw_path_decides_and_not_what_a_server_made_of_it(app):
    token = app.worlds.default.seed_session(Status.CREATED).token
    path, raw = f"/api{PREFIX}/sessions/{token}", f"/api{PREFIX}/sessions/%{ord(token[0]):02x}{token[1:]}"
    assert ask(app, path)[0] == 200
    assert ask(app, path, raw_path=raw.encode())[0] == 404
    assert ask(app, path, raw_path=f"{path}?x=1".encode())[0] == 200
    assert ask(app, path, raw_path=None)[0] == 200
    assert ask(app, path + "\xff", raw_path=None)[0] == 404


def test_the_address_is_that_of_the_connection(app):
    path = f"/api{PREFIX}/sessions/none"
    forged = [(b"host", b"localhost"), (b"x-forwarded-for", b"10.9.9.9")]
    counts = [
        ask(app, path, **scope)[1][b"x-ratelimit-remaining"]
        for scope in ({}, {"headers": forged}, {"client": ("10.0.0.2", 1)}, {"client": None})
    ]
    assert counts == [b"29", b"28", b"29", b"29"]


def test_a_body_may_come_in_pieces(app):
    whole = b'{"code": "HAPPY", "connector_id": 1}'
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    pieces = tuple(whole[at : at + 5] for at in range(0, len(whole), 5))
    assert ask(app, f"/api{PREFIX}/sessions", "POST", chunks=pieces, headers=headers)[0] == 201


@pytest.mark.breaches
def test_a_body_that_is_too_large_is_not_read_to_its_end(app):
    """Who read on would find that nothing is left."""
    pieces = (b"x" * (MAX_BODY // 2),) * 2 + (b"x",)
    assert ask(app, f"/api{PREFIX}/sessions", "POST", chunks=pieces, ends=False)[0] == 413


def test_head_has_no_body(app):
    status, headers, body = ask(app, f"/api{PREFIX}/chargers/HAPPY", "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers[b"content-length"]) > 100


@pytest.mark.parametrize("kind", ["reset", "empty", "truncate"])
def test_without_a_connection_to_break_a_fault_breaks_the_call(app, kind):
    app.worlds.default.faults.append(make_fault("charger", kind))
    with pytest.raises(ConnectionResetError, match=f"injected fault {kind}"):
        ask(app, f"/api{PREFIX}/chargers/HAPPY")


def test_latency_is_waited_for_and_passes_on_a_frozen_clock(app, noon):
    """Latency is waited for, and it passes on a clock that stands still."""
    world = app.worlds.default
    world.faults.append(make_fault("charger", "latency", milliseconds=2))
    status, headers, _ = ask(app, f"/api{PREFIX}/chargers/HAPPY")
    assert (status, headers[b"date"]) == (200, b"Sat, 10 Jan 2026 12:00:00 GMT")
    assert world.clock.now() == noon + 2000


def test_the_application_starts_up_and_shuts_down(app):
    messages, sent = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}], []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    asyncio.run(app({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_a_web_socket_is_refused(app):
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app({"type": "websocket"}, None, send))
    assert sent == [{"type": "websocket.close", "code": 1003}]


def test_a_request_that_ends_in_its_body_is_not_carried_out(app):
    """What came of the body may be valid by itself: half a form is a form."""
    form = b"code=HAPPY&connector_id=1"
    messages = [{"type": "http.request", "body": form, "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        raise AssertionError("nobody is there to be answered")

    path = f"/api{PREFIX}/sessions"
    headers = [(b"host", b"localhost"), (b"content-type", b"application/x-www-form-urlencoded")]
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "headers": headers}
    asyncio.run(app(scope, receive, send))
    assert not messages
    assert len(app.worlds.default.sessions) == 0
    assert len(app.worlds.default.journal) == 0


@pytest.mark.parametrize("world", ["", "/worlds/w"])
@pytest.mark.parametrize(
    "path", [f"{PREFIX}/sessions/{'x' * 40}/confirm", "/public-charging/chargers/HAPPY", f"/v3/api{PREFIX}"]
)
def test_who_drops_the_path_of_the_base_url_is_told_the_base_url(app, world, path):
    status, _, body = ask(app, world + path, headers=[(b"host", b"localhost:8000")])
    assert status == 404
    assert f"http://localhost:8000{world}/api," in json.loads(body)["message"]
    assert "xxx" not in body.decode()


@pytest.mark.parametrize(
    "path", ["/public-charging/chargers/HAPPY", f"/v3{PREFIX}/sessions", f"/api{PREFIX}", "/v4/public-charging/x"]
)
def test_a_wrong_start_of_the_path_is_answered_with_the_right(app, path):
    """A client that gets the beginning of the path wrong is told the right one."""
    status, _, body = ask(app, f"/api{path}")
    assert status == 404
    assert PREFIX in json.loads(body)["message"]
