"""`plugproof serve --workers N`: several processes on one port, which come and go without a request being lost."""

import json
import os
import signal
import socket
import subprocess
import threading
from contextlib import ExitStack, closing
from http.client import HTTPConnection

import httpx2
import pytest
from tests.servers import COMMAND, PATIENCE, environment

from plugproof_contracts import Status
from plugproof_mockserver.faces.uvicorn_server import ServerStartError
from plugproof_mockserver.faces.worker_supervisor import Supervisor

WORKERS = 2


@pytest.fixture(scope="module")
def pool(serving, tmp_path_factory):
    """One server with two workers for all tests of this module that leave it running."""
    place = tmp_path_factory.mktemp("pool") / "worlds.db"
    with serving("--workers", str(WORKERS), "--state", f"sqlite:///{place}") as server:
        yield server


def workers_of(server):
    """Return the processes that serve: those children that hold the listening socket."""
    children = subprocess.run(
        ["ps", "-ww", "-o", "pid=", "-o", "args=", "--ppid", str(server.process.pid)],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.split(maxsplit=1) for line in children.stdout.splitlines()]
    return [int(pid) for pid, command in lines if "spawn_main" in command]


class Clients:
    """Clients that confirm again and again over connections that they keep, and note what they are answered."""

    def __init__(self, server, count):
        self.server, self.statuses, self.is_over = server, [], False
        self.path = server.path(f"/sessions/{server.start()}/confirm")
        self.threads = [threading.Thread(target=self.ask) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def ask(self):
        with closing(HTTPConnection(*self.server.address, timeout=PATIENCE)) as connection:
            while not self.is_over:
                try:
                    connection.request("POST", self.path)
                    response = connection.getresponse()
                    response.read()
                    self.statuses.append(response.status)
                except OSError as error:
                    self.statuses.append(repr(error))
                    return

    def end(self):
        self.is_over = True
        for thread in self.threads:
            thread.join(PATIENCE)
        return set(self.statuses)


def test_a_restart_loses_no_request_and_an_end_is_quick(serving, tmp_path, until):
    """A hang-up replaces all workers while clients ask; one is killed; half-sent requests end with the server."""
    state = f"sqlite:///{tmp_path}/worlds.db"
    options = ("--workers", str(WORKERS), "--state", state, "--rate-limit", "off", "--speed", "0")
    with serving(*options) as server, ExitStack() as again:
        before = set(workers_of(server))
        assert len(before) == WORKERS
        clients = Clients(server, 3)
        server.client.close()  # one that is silent would hold its worker for some seconds
        server.process.send_signal(signal.SIGHUP)
        until(lambda: not before & set(workers_of(server)))
        # A file that another worker writes to for long is answered with 503, which is an answer.
        assert clients.end() <= {200, 503}
        killed = workers_of(server)[0]
        os.kill(killed, signal.SIGKILL)
        until(lambda: killed not in workers_of(server) and len(workers_of(server)) == WORKERS)
        server.client = again.enter_context(httpx2.Client(timeout=PATIENCE))
        token = server.start()
        assert server.call("POST", f"/sessions/{token}/confirm").status_code == 200
        with server.connection() as half_a_body, server.connection() as half_a_head:
            half_a_head.sendall(b"GET /api/v3/public-cha")
            half_a_body.sendall(b"POST /api/v3/public-charging/sessions HTTP/1.1\r\nHost: localhost\r\n")
            half_a_body.sendall(b"Content-Length: 100\r\n\r\n{")
            assert server.status(token) == Status.AUTHORIZED
            server.process.terminate()
            assert server.process.wait(timeout=PATIENCE) == 0
        told = server.process.stderr.read()
        assert "all workers are new" in told
        assert f"worker {killed} ended (signal 9)" in told


def test_workers_do_not_outlive_their_supervisor(serving, tmp_path, until, monkeypatch):
    """When the supervisor is killed the port is free again, nobody answers for nobody, and no file is left."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with serving("--workers", str(WORKERS), "--state", f"sqlite:///{tmp_path}/worlds.db") as server:
        assert len(list(tmp_path.glob("plugproof-*/*"))) >= WORKERS
        server.process.kill()
        server.process.wait()

        def is_free():
            with socket.socket() as probe:
                return probe.connect_ex(server.address) != 0

        until(is_free)
        until(lambda: not list(tmp_path.glob("plugproof-*")))


def test_workers_leave_signals_to_their_supervisor(pool):
    """A signal that reaches all processes at once, as systemd's does, ends the workers in their turn."""
    for worker in workers_of(pool):
        ignored = subprocess.run(
            ["ps", "-o", "ignored=", "-p", str(worker)], capture_output=True, text=True, check=True
        )
        mask = int(ignored.stdout, 16)
        assert all(mask >> (number - 1) & 1 for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))


def test_a_hang_up_of_its_terminal_ends_it(tmp_path):
    """With the terminal that it was started from it ends; a hang-up that somebody sends restarts its workers."""
    terminal, end = os.openpty()
    options = ("--json", "--port", "0", "--workers", "2", "--state", f"sqlite:///{tmp_path}/worlds.db")
    pipes = {"stdout": subprocess.PIPE, "env": environment()}
    with subprocess.Popen([*COMMAND, "serve", *options], stdin=end, **pipes) as process:
        os.close(end)
        try:
            assert json.loads(process.stdout.readline())["workers"] == 2
            os.close(terminal)
            process.send_signal(signal.SIGHUP)
            assert process.wait(timeout=PATIENCE) == 0
        finally:
            process.kill()


def test_every_worker_calls_a_token_by_the_same_name(pool):
    """The console may be answered by any worker, so all show one fingerprint for one token."""
    server = pool.fresh()
    server.start()
    path = f"/worlds/{server.world}/_plugproof/sessions"
    assert len({get(server, path).partition(b'"data"')[0] for _ in range(12)}) == 1


def test_metrics_and_health_are_those_of_all_workers(pool):
    """Whichever worker is asked, it tells what all of them have counted; health tells how many there are."""
    before = counted(pool)
    for _ in range(10):
        get(pool, "/api/v3/public-charging/chargers/HAPPY")
    assert {counted(pool) for _ in range(6)} == {before + 10}
    health = json.loads(get(pool, "/_plugproof/health"))
    assert (health["status"], health["workers"]) == ("ok", WORKERS)
    assert health["store"] == {"kind": "sqlite", "state": "ok"}


def counted(server):
    text = get(server, "/_plugproof/metrics").decode()
    name = 'plugproof_requests_total{operation="charger",status="200"} '
    return sum(float(line.removeprefix(name)) for line in text.splitlines() if line.startswith(name))


def get(server, path):
    """Return what a GET is answered with over a connection of its own, which any worker may accept."""
    with closing(HTTPConnection(*server.address, timeout=PATIENCE)) as connection:
        connection.request("GET", path)
        return connection.getresponse().read()


def test_the_live_stream_tells_what_any_worker_was_asked(pool):
    """The console sees every request, also those that another worker than its own has answered."""
    server = pool.fresh()
    control = f"/worlds/{server.world}/_plugproof"
    with closing(HTTPConnection(*server.address, timeout=PATIENCE)) as connection:
        connection.request("GET", f"{control}/stream")
        stream = connection.getresponse()
        for number in range(8):
            get(server, server.path(f"/chargers/C{number}"))
        seen = set()
        while len(seen) < 8:
            line = stream.readline()
            if line.startswith(b"data: "):
                seen.add(json.loads(line[6:])["path"])
    assert seen == {f"/v3/public-charging/chargers/C{number}" for number in range(8)}


def test_memory_is_not_shared(plugproof):
    """Worlds in memory belong to one process, and the message says what to do."""
    refused = plugproof("serve", "--workers", "2")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "--workers 2 needs a --state that processes share" in refused.stderr


@pytest.mark.parametrize("count", ["0", "65", "two", "-1"])
def test_the_number_of_workers_has_bounds(plugproof, count):
    """The bounds are in the message."""
    refused = plugproof("serve", "--workers", count, "--state", "sqlite:///worlds.db")
    assert refused.returncode == 2
    assert "from 1 to 64" in refused.stderr


def test_workers_that_do_not_start_end_it(capfd):
    """What is wrong is said once for each worker, in a line, and nothing goes on in vain."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        supervisor = Supervisor(
            int, ("no number",), listener, count=1, receive_seconds=1, ready=lambda: None, tell=lambda what: None
        )
        with pytest.raises(ServerStartError):
            supervisor.run()
    assert capfd.readouterr().err.startswith("a worker could not start: ValueError: invalid literal")
