"""The transports, with each client in each of its two colours."""

import asyncio
import json
import time
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest

from plugproof_mockserver import FakePlugchoice

API = "https://app.plugchoice.com/api"

CLIENTS = [(package, colour) for package in (httpx, httpx2) for colour in ("sync", "async")]


@pytest.fixture(params=CLIENTS, ids=lambda param: f"{param[0].__name__}-{param[1]}")
def client(request):
    """A package, and a function that sends one request with its client."""
    package, colour = request.param
    return package, {"sync": _send, "async": _send_async}[colour]


def _send(package: ModuleType, fake: FakePlugchoice, method: str, url: str, **options: Any) -> Any:
    with package.Client(transport=fake.transport(options.pop("address", "127.0.0.1")), timeout=5) as client:
        return client.request(method, url, **options)


def _send_async(package: ModuleType, fake: FakePlugchoice, method: str, url: str, **options: Any) -> Any:
    async def run() -> Any:
        transport = fake.async_transport(options.pop("address", "127.0.0.1"))
        async with package.AsyncClient(transport=transport, timeout=5) as client:
            return await client.request(method, url, **options)

    return asyncio.run(run())


@pytest.fixture
def fake():
    return FakePlugchoice(seed=7)


def test_a_client_is_answered_with_its_own_classes(client, fake):
    package, send = client
    answer = send(
        package, fake, "POST", f"{API}/v3/public-charging/sessions", json={"code": "HAPPY", "connector_id": 1}
    )
    assert type(answer) is package.Response
    assert answer.status_code == 201
    token = answer.json()["session_token"]
    confirmed = send(package, fake, "POST", f"{API}/v3/public-charging/sessions/{token}/confirm")
    assert confirmed.json()["data"]["status"] == "authorized"
    assert confirmed.headers["x-ratelimit-remaining"] == "9"


def test_head_has_the_length_and_no_body(client, fake):
    package, send = client
    url = f"{API}/v3/public-charging/chargers/HAPPY"
    head, got = send(package, fake, "HEAD", url), send(package, fake, "GET", url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(got.content))


def test_a_query_is_no_part_of_the_path(client, fake):
    package, send = client
    assert send(package, fake, "GET", f"{API}/v3/public-charging/chargers/HAPPY?x=/y").status_code == 200


def test_the_journal_keeps_a_body_only_where_one_is_taken(client, fake):
    """So it does on a socket, where the others are not read at all."""
    package, send = client
    session = fake.start_session()
    for operation in ("confirm", "receipt-email"):
        send(package, fake, "POST", session.url(operation), content=b"email=driver")
    assert [entry.body for entry in fake.journal] == [b"", b"email=driver"]


def test_outside_of_the_api_nothing_lives(client, fake):
    package, send = client
    answer = send(package, fake, "GET", "https://app.plugchoice.com/v3/public-charging/chargers/HAPPY")
    assert answer.status_code == 404
    assert "/api" in answer.json()["message"]
    assert len(fake.journal) == 0


def test_each_transport_has_its_own_address(client, fake):
    package, send = client
    url = f"{API}/v3/public-charging/sessions/none"
    for address, left in (("10.0.0.1", "29"), ("10.0.0.1", "28"), ("10.0.0.2", "29")):
        assert send(package, fake, "GET", url, address=address).headers["x-ratelimit-remaining"] == left


@pytest.mark.parametrize(
    ("kind", "raised"),
    [("reset", "ReadError"), ("empty", "RemoteProtocolError"), ("truncate", "RemoteProtocolError")],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_broken_connection_is_the_client_s_own_exception(client, fake, kind, raised, when):
    package, send = client
    session = fake.start_session()
    fake.faults.add("confirm", kind, when=when, first=1)
    with pytest.raises(getattr(package, raised)) as caught:
        send(package, fake, "POST", session.url("confirm"))
    assert isinstance(caught.value, package.TransportError)
    assert session.token not in str(caught.value)
    assert session.status == ("created" if when == "before" else "authorized")
    assert send(package, fake, "POST", session.url("confirm")).json()["data"]["status"] == "authorized"


@pytest.mark.parametrize(("kind", "status"), [("500", 500), ("503", 503), ("504", 504), ("html", 200)])
def test_a_failing_server_is_an_answer(client, fake, kind, status):
    package, send = client
    fake.faults.add("confirm", kind)
    answer = send(package, fake, "POST", fake.start_session().url("confirm"))
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html" if kind == "html" else "application/json")


def test_malformed_json_is_found_by_who_reads_it(client, fake):
    package, send = client
    fake.faults.add("confirm", "malformed")
    answer = send(package, fake, "POST", fake.start_session().url("confirm"))
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_latency_passes_on_the_clock_that_stands_still(client, fake):
    package, send = client
    fake.faults.add("confirm", "latency", milliseconds=3000)
    session = fake.start_session()
    before = fake.clock.now
    assert send(package, fake, "POST", session.url("confirm")).status_code == 200
    assert (fake.clock.now - before).total_seconds() == 3
    assert session.status == "starting"


@pytest.mark.parametrize(("kind", "milliseconds"), [("latency", 60_000), ("drip", 600_000)])
def test_too_late_an_answer_is_the_read_timeout_of_the_client(client, fake, kind, milliseconds):
    """An answer, or the next piece of one, for which the client has no patience; its effect has happened."""
    package, send = client
    fake.faults.add("confirm", kind, milliseconds=milliseconds)
    session = fake.start_session()
    before = fake.clock.now
    with pytest.raises(package.ReadTimeout):
        send(package, fake, "POST", session.url("confirm"))
    assert (fake.clock.now - before).total_seconds() == 5
    assert session.status == "starting"


def test_a_body_drips_on_the_clock_that_stands_still(client, fake):
    """Each piece comes before the client loses patience, and all of them take longer than it has."""
    package, send = client
    fake.faults.add("confirm", "drip", milliseconds=60_000)
    session = fake.start_session()
    before = fake.clock.now
    answer = send(package, fake, "POST", session.url("confirm"))
    assert answer.json()["data"]["status"] == "authorized"
    assert (fake.clock.now - before).total_seconds() == 60


def test_what_only_says_that_it_is_gzip_can_not_be_decoded(client, fake):
    package, send = client
    fake.faults.add("confirm", "gzip")
    session = fake.start_session()
    with pytest.raises(package.DecodingError):
        send(package, fake, "POST", session.url("confirm"))
    assert session.status == "authorized"


@pytest.mark.parametrize("package", [httpx, httpx2])
@pytest.mark.parametrize("colour", ["sync", "async"])
def test_a_body_that_is_streamed_is_read(package, colour):
    fake = FakePlugchoice()
    content = b'{"code": "HAPPY", "connector_id": 1}'

    async def chunks():
        yield content[:5]
        yield content[5:]

    body: Any = iter([content[:5], content[5:]]) if colour == "sync" else chunks()
    headers = {"content-type": "application/json"}
    send = _send if colour == "sync" else _send_async
    answer = send(package, fake, "POST", f"{API}/v3/public-charging/sessions", content=body, headers=headers)
    assert answer.status_code == 201


def test_latency_is_waited_for_where_time_is_real(client):
    package, send = client
    fake = FakePlugchoice(clock="real")
    fake.faults.add("charger", "latency", milliseconds=2)
    before = time.monotonic()
    assert send(package, fake, "GET", f"{API}/v3/public-charging/chargers/HAPPY").status_code == 200
    assert time.monotonic() - before >= 0.002


def test_a_drip_is_waited_for_where_time_is_real(client):
    package, send = client
    fake = FakePlugchoice(clock="real")
    fake.faults.add("charger", "drip", milliseconds=2)
    before = time.monotonic()
    assert send(package, fake, "GET", f"{API}/v3/public-charging/chargers/HAPPY").json()["data"]["online"] is True
    assert time.monotonic() - before >= 0.002
