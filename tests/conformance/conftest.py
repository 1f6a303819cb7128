"""What the tests of the check share: nights on a clock of their own, and raw servers on loopback."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.servers import PATIENCE, free_port

from plugproof_contracts import Exchange
from plugproof_contracts.conformance import check_report
from plugproof_contracts.conformance.check_run import CheckPolicy, CheckRun, Ports
from plugproof_contracts.conformance.history.check_history import History
from plugproof_contracts.conformance.probing.plan import plan
from plugproof_contracts.conformance.probing.transport import RequestOutcome, send
from plugproof_contracts.exchanges.route import route
from plugproof_contracts.facts.operations import BASE_URL
from plugproof_contracts.secrets.token import Token
from plugproof_mockserver.fake import FakePlugchoice
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.world import pipeline

START = datetime(2026, 1, 10, 12, tzinfo=UTC)
"""Seconds after which a test gives up; none waits that long unless it fails."""


@pytest.fixture(scope="module")
def postgres():
    """A PostgreSQL server of this module's own; its URL. It does not run as root, so nobody runs it then."""
    places = os.pathsep.join([os.environ["PATH"], *map(str, Path("/usr/lib/postgresql").glob("*/bin"))])
    command, setup = (shutil.which(name, path=places) for name in ("pg_ctl", "initdb"))
    if command is None or setup is None:
        pytest.skip("needs PostgreSQL's pg_ctl and initdb")
    as_nobody = {"user": "nobody"} if os.geteuid() == 0 else {}
    quiet = {"check": True, "timeout": 60, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **as_nobody}
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        if as_nobody:
            shutil.chown(folder, "nobody")
        data = f"{folder}/data"
        subprocess.run([setup, "-D", data, "-A", "trust", "-U", "tester", "--no-sync"], cwd=folder, **quiet)
        options = f"-p {port} -h 127.0.0.1 -k {folder} -F"
        start = [command, "-D", data, "-o", options, "-l", f"{folder}/log", "-w", "start"]
        subprocess.run(start, cwd=folder, **quiet)
        yield f"postgresql://tester@127.0.0.1:{port}/postgres"
        subprocess.run([command, "-D", data, "-m", "immediate", "-w", "stop"], cwd=folder, **quiet)


class Reply:
    """An answer of the fake that a test may spoil."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def document(self):
        return json.loads(self.body)

    def tell(self, document):
        """Say something else; text is sent as it is."""
        self.body = document if isinstance(document, bytes) else json.dumps(document).encode()

    def wire(self):
        """Return the bytes on the wire."""
        lines = [f"HTTP/1.1 {self.status} Whatever"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines.append(f"content-length: {len(self.body)}")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + self.body


def answer(fake, method, target, headers, body=b""):
    """Let the fake answer a request, and return what it says."""
    raw = tuple((name.lower().encode(), value.encode()) for name, value in headers)
    path = target[target.index("/v3/") :]
    reply = pipeline.answer(fake.world, Request(method, path, raw, body, "10.0.0.1"))
    said = {name.decode().lower(): value.decode("latin-1") for name, value in reply.wire_headers()}
    said.pop("content-length", None)
    return Reply(reply.status, said, reply.body)


class Nights:
    """Checks of a fake in process, on the fake's own clock, with everything sent kept in `log`.

    `spoil(operation, reply)` may change an answer and `fail(request, number)` may return a `Trouble` instead.
    """

    def __init__(self, fake, tokens=(), *, spoil=None, fail=None, history=None):
        self.fake, self.tokens = fake, tuple(tokens)
        self.spoil, self.fail = spoil or (lambda operation, reply: None), fail or (lambda request, number: None)
        self.history = history or History("sqlite://")
        self.log, self.nights = [], []

    @property
    def ports(self):
        """How a check reaches the fake."""
        return Ports(self.send, self.now, self.sleep)

    def now(self):
        return self.fake.clock.now.timestamp()

    def sleep(self, seconds):
        self.fake.clock.advance(seconds=seconds)

    def send(self, request, seconds):
        """Answer as the fake does, unless the test has something else in mind."""
        at, operation = self.fake.clock.now, route(request.method, request.url).operation
        name = operation.name if operation else "none"
        self.log.append((self.now(), name, request))
        trouble = self.fail(request, len(self.log))
        if trouble is not None and not trouble.arrived:
            return RequestOutcome(None, trouble, 0.01)
        reply = answer(self.fake, request.method, request.url, request.headers, request.body)
        if trouble is not None:
            return RequestOutcome(None, trouble, 0.01)
        self.spoil(name, reply)
        exchange = Exchange(
            request.method,
            request.url,
            reply.status,
            reply.headers,
            reply.body,
            request_headers=request.headers,
            request_body=request.body,
            at=at,
        )
        return RequestOutcome(exchange, None, 0.01)

    def night(self, *, probes_limit=False, **terms):
        """Run one check and return its report."""
        probes = plan(self.tokens, probes_limit=probes_limit)
        night = CheckRun(BASE_URL, probes, self.ports, self.history, CheckPolicy(**terms))
        began = self.now()
        night.run()
        self.nights.append(night)
        report = check_report.build_check_report(night, self.tokens, today=date(2026, 1, 10))
        self.history.record(BASE_URL, began, report, check_report.shape_of_run(night))
        return report


@pytest.fixture(scope="session")
def nights():
    """Makes checks of a fake with a session in each of the given statuses."""

    def make(*statuses, fake=None, **hooks):
        fake = fake or FakePlugchoice(seed=7, clock=START)
        tokens = [Token(fake.seed_session(status).token) for status in statuses]
        return Nights(fake, tokens, **hooks)

    return make


def _receive(line):
    """Read one request to its end; return its method, target and headers, or None if there is none."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = line.recv(65536)
        if not piece or piece[:1] == b"\x16":  # how TLS begins
            return None
        data += piece
    first, *rest = data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    return method, target, [tuple(header.split(": ", 1)) for header in rest]


class Raw:
    """A server that answers every request with what `respond(method, target, headers)` returns: bytes to send,
    or a function that is given the connection. What is half open when the test ends is closed.
    """

    def __init__(self, listener, respond):
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        self.log, self._listener, self._respond, self._open = [], listener, respond, []

    def serve(self):
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(line)
            threading.Thread(target=self._one, args=(line,), daemon=True).start()

    def _one(self, line):
        line.settimeout(PATIENCE)
        try:
            request = _receive(line)
            if request is None:
                line.close()
            else:
                self.log.append(request)
                self._answer(line, self._respond(*request))
        except OSError:
            pass

    def _answer(self, line, answer):
        if callable(answer):
            answer(line)
        else:
            line.sendall(answer)
            line.shutdown(socket.SHUT_RDWR)
            line.close()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._open:
            line.close()


@contextmanager
def _raw(respond):
    listener = socket.create_server(("127.0.0.1", 0))
    server = Raw(listener, respond)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join(PATIENCE)


@pytest.fixture(scope="session")
def raw():
    """Returns a context manager that runs a raw server."""
    return _raw


@pytest.fixture(scope="session")
def fake_answer():
    """Lets a fake answer: `(fake, method, target, headers)`."""
    return answer


@pytest.fixture(scope="module")
def place(fake_answer):
    """Checks a raw server once, with one live session; it answers as a fake does, changed by a function."""
    fake, now = FakePlugchoice(seed=7, clock="real"), {}

    def respond(method, target, headers):
        return now["how"](fake_answer(fake, method, target, headers).wire())

    with _raw(respond) as server:

        def check(how):
            now["how"] = how
            fake.reset()
            return check_once(server.url, (Token(fake.seed_session("charging").token),))

        yield check


def check_once(base, tokens, **terms):
    """Check a server with the real transport, without waiting between requests, and return the report."""
    history = History("sqlite://")
    ports = Ports(send, time.time, lambda seconds: None)
    night = CheckRun(base, plan(tokens), ports, history, CheckPolicy(**terms))
    night.run()
    report = check_report.build_check_report(night, tokens)
    history.record(base, 0.0, report, check_report.shape_of_run(night))
    history.close()
    return report
