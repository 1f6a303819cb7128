"""`plugproof serve` as a process: what it announces, how it ends, and how its clock runs."""

import itertools
import json
import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from tests.servers import PATIENCE

from plugproof_contracts.facts.session import Status
from plugproof_contracts.facts.session_lifecycle import reachable

DOC = (Path(__file__).parents[2] / "docs" / "how-to" / "curl.md").read_text("utf-8")
SECRET = "correct-horse"


def banner_of(process):
    """Return the lines of the banner, up to its last."""
    return [line.rstrip("\n") for line in iter(process.stdout.readline, "Ctrl-C ends it.\n")]


def sh(command, **variables):
    """Run one command in a shell that knows nothing but these variables; return what it printed."""
    environ = {"PATH": os.environ["PATH"], **variables}
    done = subprocess.run(["sh", "-euc", command], env=environ, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


# What it announces.


def test_every_documented_step_succeeds_in_a_plain_shell(serving):
    """Every step of the session on the page succeeds in a plain shell."""
    life = DOC.partition("```sh\n")[2]
    lines = [line for line in life.partition("```")[0].splitlines() if not line.startswith("#")]
    with serving() as server:
        start, *others = (line.replace(":8000/", f":{server.place['port']}/") for line in lines)
        token = sh(f'{start}\nprintf %s "$TOKEN"')
        assert token.isalnum()
        answers = [json.loads(sh(step, TOKEN=token)) for step in others]
    statuses = [answer["data"]["status"] for answer in answers if "data" in answer]
    assert statuses == ["created", "authorized", "authorized", "charging", "stopping", "captured"]
    assert len([answer for answer in answers if "now" in answer]) == 2


def test_the_banner_has_ten_lines_that_show_where_everything_is(spawning):
    with spawning("serve", "--port", "0", CONTROL_SECRET=SECRET) as process:
        banner = banner_of(process)
        request = next(line for line in banner if "curl" in line)
        assert "session_token" in json.loads(sh(request))
    assert len(banner) == 9, "and the last"
    urls = [line.split()[-1] for line in banner if "http://" in line][:3]
    assert [url.split("/", 3)[3] for url in urls] == ["api", "_plugproof/", "pay/HAPPY"]
    assert not [word for word in ("\x1b", SECRET) if word in "\n".join(banner)]


def test_the_first_line_for_programs_is_one_true_object(serving):
    """The first line for programs is one JSON object, and what it says is true."""
    with serving() as server:
        place = server.place
        assert set(place) == {"base_url", "control_url", "port", "pid", "identity", "workers", "version"}
        assert place["pid"] == server.process.pid
        assert place["port"] > 0
        assert place["base_url"] == f"http://127.0.0.1:{place['port']}/api"
        health = server.client.get(f"{place['control_url']}/health").json()
        assert health["identity"] == place["identity"]
        assert server.start()


@pytest.mark.parametrize(
    ("host", "origin", "answering"),
    [("localhost", "localhost", "127.0.0.1"), ("0.0.0.0", "127.0.0.1", "127.0.0.1"), ("127.0.0.2",) * 3],
)
def test_the_announced_address_is_one_that_is_answered(serving, host, origin, answering):
    with serving("--host", host, CONTROL_SECRET=SECRET) as server:
        assert server.place["base_url"].startswith(f"http://{origin}:")
        url = f"http://{answering}:{server.place['port']}/api/v3/public-charging/chargers/HAPPY"
        assert server.client.get(url, headers={"Host": f"{origin}:{server.place['port']}"}).status_code == 200


@pytest.mark.parametrize(("host", "status"), [("fake.test", 200), ("fake.test:80", 200), ("other.test", 421)])
def test_a_name_is_answered_when_it_is_allowed(serving, host, status):
    with serving("--allow-host", "fake.test") as server:
        assert server.call("GET", "/chargers/HAPPY", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(("given", "status"), [({}, 401), ({"X-Plugproof-Secret": SECRET}, 200)])
def test_the_control_plane_demands_its_secret(serving, given, status):
    with serving(CONTROL_SECRET=SECRET) as server:
        assert server.client.get(f"{server.place['control_url']}/clock", headers=given).status_code == status


# What is asked for.


@pytest.mark.parametrize(
    ("arguments", "variables", "hold"),
    [([], {}, 5000), ([], {"HOLD": "1234"}, 1234), (["--hold", "777"], {"HOLD": "1234"}, 777)],
)
def test_an_option_beats_its_variable_beats_the_default(serving, arguments, variables, hold):
    """An option wins over its environment variable, and the variable over the default."""
    with serving(*arguments, **variables) as server:
        assert server.call("GET", "/chargers/HAPPY").json()["data"]["preauth_amount"] == hold


def test_a_frozen_clock_stands_at_its_start_in_every_world(serving):
    """A frozen clock with a given start stands there in every world."""
    with serving("--speed", "0", "--clock", "2026-01-10T12:00:00+01:00") as server:
        for one in (server, server.fresh()):
            answer = one.call("GET", "/chargers/HAPPY")
            assert answer.headers["date"] == "Sat, 10 Jan 2026 11:00:00 GMT"


def test_a_seed_makes_tokens_repeatable_and_worlds_different(serving):
    def tokens():
        with serving("--seed", "7") as server:
            return server.start(), server.fresh().start()

    first, second = tokens(), tokens()
    assert first[0] == second[0]
    assert first[0] != first[1]


def test_a_scenario_answers_for_every_unknown_code(serving):
    with serving("--scenario", "declined") as server:
        token = server.start("ANYTHING")
        assert server.call("POST", f"/sessions/{token}/confirm").json()["data"]["status"] == "failed"


def test_limits_are_as_they_are_given(serving):
    with serving("--limit", "get=1/60", "--limit", "charger=2/60") as server:
        answers = [server.call("GET", path) for path in ("/chargers/HAPPY",) * 3 + ("/sessions/none",) * 2]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 404, 429]


def test_the_hourly_cap_of_a_charger_is_as_given(serving):
    """A charger takes no more sessions in an hour than the option allows."""
    with serving("--sessions-per-charger", "1") as server:
        body = {"code": "HAPPY", "connector_id": 1}
        assert [server.call("POST", "/sessions", json=body).status_code for _ in range(2)] == [201, 429]


def test_errors_are_negotiated_when_that_is_asked_for(serving):
    with serving("--errors", "negotiated") as server:
        assert server.call("GET", "/sessions/none").headers["content-type"].startswith("text/html")
        asked = server.call("GET", "/sessions/none", headers={"Accept": "application/json"})
        assert asked.headers["content-type"] == "application/json"


def test_a_life_runs_to_its_end_by_itself_on_a_fast_clock(serving, until):
    seen = [Status.CREATED]

    def has_ended():
        seen.append(Status(server.status(token)))
        return seen[-1] is Status.CAPTURED

    with serving("--speed", "600", "--rate-limit", "off") as server:
        token = server.start()
        assert server.call("POST", f"/sessions/{token}/confirm").json()["data"]["status"] in (
            Status.AUTHORIZED,
            Status.STARTING,
        )
        until(has_ended)
        assert server.call("GET", f"/sessions/{token}").json()["data"]["charging_started_at"] is not None
    assert all(reachable(earlier, later) for earlier, later in itertools.pairwise(seen))


# How it ends, and how it does not begin.


def test_a_taken_port_is_reported_in_one_line(plugproof):
    """The line says that the port is taken and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = plugproof("serve", "--port", port)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert port in refused.stderr
    assert "--port 0" in refused.stderr


def test_a_foreign_address_is_reported_in_one_line(plugproof):
    """An address that does not belong to this machine is reported in one line."""
    host = "192.0.2.1"  # of a block that is set aside for documents
    refused = plugproof("serve", "--host", host, "--port", "0", CONTROL_SECRET=SECRET)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert host in refused.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_quietly_whatever_connections_are_open(serving, number):
    with (
        serving("--fault", "confirm:latency:600000ms", "--speed", "0") as server,
        server.connection() as idle,
        server.connection() as half_a_head,
        server.connection() as half_a_body,
        server.connection() as waiting,
    ):
        host = b"Host: localhost\r\n"
        token = server.start().encode()
        idle.sendall(b"GET /api/v3/public-charging/chargers/HAPPY HTTP/1.1\r\n" + host + b"\r\n")
        assert idle.recv(12) == b"HTTP/1.1 200"
        half_a_head.sendall(b"GET /api/v3/public-cha")
        half_a_body.sendall(b"POST /api/v3/public-charging/sessions HTTP/1.1\r\n" + host)
        half_a_body.sendall(b"Content-Length: 100\r\n\r\n{")
        waiting.sendall(
            b"POST /api/v3/public-charging/sessions/" + token + b"/confirm HTTP/1.1\r\n" + host + b"\r\n"
        )
        assert server.status(token.decode()) in ("created", "authorized")
        server.process.send_signal(number)
        # It needs about two seconds, its grace for what is under way, and none of the minutes of the latency.
        assert server.process.wait(timeout=PATIENCE) == 0
        assert server.process.stderr.read() == ""
        assert server.process.stdout.read() == ""
        assert waiting.recv(12) == b"HTTP/1.1 503"
        assert half_a_body.recv(12) == b"HTTP/1.1 408"
        assert half_a_head.recv(12) == b""


def test_a_hang_up_that_is_ignored_stays_ignored(spawning):
    """`nohup` means it: the server outlives the terminal that it was started from."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with spawning("serve", "--json", "--port", "0") as process:
            place = json.loads(process.stdout.readline())
            process.send_signal(signal.SIGHUP)
            with socket.create_connection(("127.0.0.1", place["port"]), timeout=PATIENCE) as line:
                line.sendall(b"GET /_plugproof/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert line.recv(12) == b"HTTP/1.1 200"
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_request_has_as_long_to_come_as_it_is_given(serving):
    with serving("--receive-timeout", "0.1s") as server, server.connection() as half:
        half.sendall(b"GET /")
        assert half.recv(12) in (b"HTTP/1.1 408", b"")  # nothing, if the time was over before the first byte


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_is_under_way_is_answered_before_it_ends(serving, until, number):
    with serving("--fault", "confirm:latency:500ms", "--speed", "0") as server, server.connection() as waiting:
        token = server.start()
        path = server.path(f"/sessions/{token}/confirm")
        waiting.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        until(lambda: server.status(token) == Status.AUTHORIZED)
        server.process.send_signal(number)
        assert waiting.recv(12) == b"HTTP/1.1 200"
        assert server.process.wait(timeout=PATIENCE) == 0
