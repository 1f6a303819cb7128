"""The proxy passes on what it gets, tells what is wrong with it, and keeps no secret."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack

import httpx2
import pytest
from click.testing import CliRunner
from tests.servers import PATIENCE, free_port

from plugproof_cli.commands.proxy import _tell
from plugproof_cli.main import main
from plugproof_contracts.adapters.har_writing import to_har
from plugproof_contracts.checking.checker import examine
from plugproof_contracts.conformance.probing.transport import OutgoingRequest, RequestOutcome
from plugproof_contracts.reports.builder import ReportPolicy
from plugproof_contracts.rules.examples import TOKEN, failure, success
from plugproof_mockserver.faces import uvicorn_server
from plugproof_mockserver.faces.checking_proxy import Proxy
from plugproof_mockserver.http.request_bodies import MAX_BODY


@pytest.fixture
def forwarding(module_server, environment, tmp_path):
    """A proxy in front of a fake: its base URL, and what ends it and returns its output and recording."""
    har = tmp_path / "traffic.har"
    command = [sys.executable, "-m", "plugproof_mockserver", "proxy", module_server.place["base_url"]]
    command += ["--port", "0", "--har", str(har)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)
    base = process.stdout.readline().split(" ")[0]

    def end():
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, err) == (0, "")
        return out, har.read_bytes()

    try:
        yield base, end
    finally:
        process.kill()
        process.wait(PATIENCE)
        process.stdout.close()
        process.stderr.close()


@pytest.fixture
def environment():
    import os

    return {name: value for name, value in os.environ.items() if not name.startswith("PLUGPROOF_")}


def test_a_life_passes_through_and_is_recorded_without_its_token(forwarding, tmp_path):
    base, end = forwarding
    with httpx2.Client(timeout=PATIENCE) as client:
        body = {"code": "HAPPY", "connector_id": 1, "email": "d@example.org"}
        started = client.post(f"{base}/v3/public-charging/sessions", json=body)
        token = started.json()["session_token"]
        secret = started.json()["payment"]["client_secret"]
        session = f"{base}/v3/public-charging/sessions/{token}"
        assert client.post(f"{session}/confirm").json()["data"]["status"] == "authorized"
        assert client.get(session).headers["x-ratelimit-limit"] == "30"
        assert client.get(f"{base}/v3/nothing").status_code == 404
        assert client.get(base.removesuffix("/api") + "/").status_code == 404
    out, har = end()
    assert "→ 201" in out
    for hidden in (token, secret):
        assert hidden not in out
        assert hidden.encode() not in har
    entries = json.loads(har)["log"]["entries"]
    assert [entry["response"]["status"] for entry in entries] == [201, 200, 200, 404]
    (tmp_path / "again.har").write_bytes(har)
    done = CliRunner().invoke(main, ["inspect", str(tmp_path / "again.har")])
    assert (done.exit_code, "3 exchanges read" in done.output) == (0, True), done.output


def test_another_host_is_not_answered(forwarding):
    base, _ = forwarding
    with httpx2.Client(timeout=PATIENCE) as client:
        url = f"{base}/v3/public-charging/sessions/x"
        assert client.get(url, headers={"Host": "evil.example"}).status_code == 421


def test_an_api_that_is_not_there_is_a_502_that_says_why(environment):
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "plugproof_mockserver",
        "proxy",
        f"http://127.0.0.1:{port}/api",
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            base = process.stdout.readline().split(" ")[0]
            with httpx2.Client(timeout=PATIENCE) as client:
                answer = client.get(f"{base}/v3/public-charging/sessions/x")
            assert (answer.status_code, "connect" in answer.json()["message"]) == (502, True)
            assert "no answer" in process.stdout.readline()
        finally:
            process.terminate()


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["https://x/api/v3"],
        ["https://x/api", "--har", "/no/such/f"],
        ["https://x/api", "--har", "/"],
    ],
)
def test_bad_input_exits_2(arguments):
    assert CliRunner().invoke(main, ["proxy", *arguments]).exit_code == 2


def test_a_port_that_is_taken_exits_2_and_says_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = CliRunner().invoke(main, ["proxy", "https://x/api", "--port", str(taken.getsockname()[1])])
    assert (done.exit_code, "--port 0" in done.stderr) == (2, True)


def test_what_an_exchange_breaks_is_told_below_it(capsys):
    broken = success(cost_amount=6000)
    _tell(OutgoingRequest("GET", broken.url, ()), RequestOutcome(broken, None, 0.1), examine(broken))
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[0] for line in said[1:]] == ["  documented"]
    assert "money.cost-within-hold" in said[1]
    assert TOKEN not in "".join(said)


ELSEWHERE = [
    "https://evil.example",
    "http://localhost.evil.example",
    "http://evil.example:8001",
    "http://localhost@evil.example",
    "file://localhost",
    "chrome-extension://localhost",
    "localhost:8001",
    "null",
    "",
]
HERE = ["http://localhost:3000", "http://127.0.0.1:8001", "https://LOCALHOST", "http://[::1]:5173"]


@pytest.mark.parametrize(("origin", "status"), [(one, 403) for one in ELSEWHERE] + [(one, 200) for one in HERE])
def test_only_a_page_of_this_machine_may_ask(origin, status):
    """Whatever page is open in a browser could otherwise act on the live API, and fill the recording."""
    passing = Proxy("https://x/api", lambda *seen: None, send=lambda *sent: RequestOutcome(success(), None, 0.1))
    headers = [(b"host", b"localhost:8001"), (b"origin", origin.encode())]
    assert asked(passing, headers=headers) == [status]


@pytest.mark.parametrize("status", [199, 600, 999])
def test_a_status_that_no_server_may_send_is_a_502(status):
    odd = Proxy("https://x/api", lambda *seen: None, send=lambda *sent: RequestOutcome(failure(status), None, 0.1))
    assert asked(odd) == [502]


def test_a_slow_answer_keeps_nobody_waiting():
    """As many requests hang as the threads of any pool, until the last one lets all of them go."""
    count = 100
    everybody = threading.Barrier(count)

    def hanging(request, seconds):
        everybody.wait(PATIENCE)
        return RequestOutcome(failure(404), None, 0.1)

    async def many():
        scope = {"type": "http", "method": "GET", "raw_path": b"/api/v3", "query_string": b""}
        scope["headers"] = [(b"host", b"localhost")]

        async def receive():
            return {"type": "http.request"}

        async def send(message):
            sent.append(message.get("status"))

        await asyncio.gather(*(proxy(dict(scope), receive, send) for _ in range(count)))

    sent = []
    proxy = Proxy("https://x/api", lambda *seen: None, send=hanging)
    asyncio.run(many())
    assert sent.count(404) == count


async def nordic(scope, receive, send):
    """Answer with the name that was asked with, and with one of its own."""
    name = dict(scope["headers"])[b"x-name"]
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"x-name", name), (b"x-own", b"J\xf6rg")]}
    )
    await send({"type": "http.response.body", "body": b""})


def test_a_header_of_other_letters_passes_both_ways():
    with ExitStack() as stack:
        upstream, listener = (stack.enter_context(uvicorn_server.bind("127.0.0.1", 0)) for _ in range(2))
        stack.enter_context(uvicorn_server.serving(nordic, upstream))
        base = f"http://127.0.0.1:{upstream.getsockname()[1]}/api"
        stack.enter_context(uvicorn_server.serving(Proxy(base, lambda *seen: None), listener))
        line = stack.enter_context(socket.create_connection(listener.getsockname(), timeout=PATIENCE))
        line.sendall(b"GET /api/v3 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Name: Zo\xeb\r\n\r\n")
        answered = line.makefile("rb").read()
    assert b"x-name: Zo\xeb\r\n" in answered
    assert b"x-own: J\xf6rg\r\n" in answered


def asked(proxy, messages=({"type": "http.request"},), **scope):
    """Send one request to the proxy itself, and return what it answered."""
    waiting, sent = list(messages), []

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"localhost:8001")]
    whole = {"type": "http", "method": "POST", "raw_path": b"/api/v3", "query_string": b"", "headers": headers}
    asyncio.run(proxy(whole | scope, receive, send))
    return [message["status"] for message in sent if "status" in message]


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ({"type": "lifespan"}, []),
        ({"headers": [(b"host", b"evil.example")]}, [421]),
        ({"headers": []}, [421]),
        ({"raw_path": b"/apix/v3"}, [404]),
        (
            {"messages": [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]},
            [],
        ),
        ({"messages": [{"type": "http.request", "body": b"x" * (MAX_BODY + 1)}]}, [413]),
    ],
)
def test_what_is_no_whole_request_to_the_api_is_not_forwarded(given, answered):
    forwarded = []
    proxy = Proxy("https://x/api", lambda *seen: None, send=lambda *sent: forwarded.append(sent))
    assert asked(proxy, **given) == answered
    assert forwarded == []


def test_a_scrubbed_recording_is_judged_like_its_traffic(tmp_path):
    """A recording without secrets is judged as its traffic is."""
    from plugproof_contracts.conformance.recordings import inspect

    exchanges = [success("start", "created"), success("get", "charging", energy_kwh=None), failure(404)]
    (tmp_path / "x.har").write_bytes(to_har(exchanges))
    report = inspect([tmp_path / "x.har"], ReportPolicy(exchanges[0].at.date()))
    assert report.counts["exchanges read"] == 3
    assert report.problems == ()


def test_a_token_in_a_misspelt_path_is_not_told(capsys):
    request = OutgoingRequest("POST", f"https://x/api/v3/public-charging/session/{TOKEN}/confirm", ())
    _tell(request, RequestOutcome(failure(404), None, 0.1), examine(failure(404)))
    assert TOKEN not in capsys.readouterr().out
