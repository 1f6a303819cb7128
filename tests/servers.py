"""Servers that really run: on free ports, ended by their process at the end."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

import httpx2
import pytest

PATIENCE = 60
"""Seconds after which a test gives up waiting; none of them waits that long unless it fails."""

COMMAND = (sys.executable, "-m", "plugproof_mockserver")
_NAMES = count()


def environment(**variables):
    """Return this process' environment with no setting of plugproof but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PLUGPROOF_")}
    return kept | {f"PLUGPROOF_{name}": value for name, value in variables.items()}


class Server:
    """One running `plugproof serve --json`, and a fresh world of it."""

    def __init__(self, process, place, client, world=None):
        self.process, self.place, self.client, self.world = process, place, client, world
        self.address = ("127.0.0.1", place["port"])

    def fresh(self):
        """Return the same server, seen from a world that nobody has used."""
        return Server(self.process, self.place, self.client, f"t{next(_NAMES)}")

    def path(self, operation_path):
        """Return the path of an operation in this world, as it is sent."""
        prefix = f"/worlds/{self.world}" if self.world else ""
        return f"{prefix}/api/v3/public-charging{operation_path}"

    def call(self, method, operation_path, **extra):
        """Send a request to the API."""
        url = self.place["base_url"].removesuffix("/api") + self.path(operation_path)
        return self.client.request(method, url, **extra)

    def start(self, code="HAPPY"):
        """Start a session and return its token."""
        answer = self.call("POST", "/sessions", json={"code": code, "connector_id": 1})
        assert answer.status_code == 201, answer.text
        return answer.json()["session_token"]

    def status(self, token):
        """Return the status of a session."""
        return self.call("GET", f"/sessions/{token}").json()["data"]["status"]

    @contextmanager
    def connection(self):
        """Open a bare connection, with all the patience that a test has."""
        with socket.create_connection(self.address, timeout=PATIENCE) as connection:
            yield connection


def free_port():
    """Return a port that is free and stays so: the system hands out none of these, so none is taken in between."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@contextmanager
def spawned(*arguments: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Run `plugproof` until the block ends; `variables` are PLUGPROOF_… ones."""
    pipe = subprocess.PIPE
    command, environ = [*COMMAND, *arguments], environment(**variables)
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environ) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def running(*arguments: str, auto_pay: bool = True, **variables: str) -> Iterator[Server]:
    """Run `plugproof serve --json`, on a free port unless told otherwise, until the block ends."""
    paid = ("--auto-pay",) if auto_pay else ()
    with spawned("serve", "--json", "--port", "0", *paid, *arguments, **variables) as process:
        line = process.stdout.readline() if process.stdout else ""
        assert line, process.stderr and process.stderr.read()
        with httpx2.Client(timeout=PATIENCE) as client:
            yield Server(process, json.loads(line), client)


@pytest.fixture(scope="session")
def spawning():
    """Return the context manager that runs a command for one test."""
    return spawned


@pytest.fixture(scope="session")
def serving():
    """Return the context manager that runs a server for one test."""
    return running


@pytest.fixture(scope="session")
def until():
    """Return a function that asks again and again until the answer is yes."""

    def wait(condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, "nothing came of it"

    return wait


@pytest.fixture(scope="module")
def module_server() -> Iterator[Server]:
    """One server for all tests of a module."""
    with running() as server:
        yield server


@pytest.fixture
def server(module_server):
    """The module's server, seen from a world of this test's own."""
    return module_server.fresh()


@pytest.fixture(scope="session")
def plugproof():
    """Run a command to its end and return what came of it."""

    def run(*arguments, **variables):
        return subprocess.run(
            [*COMMAND, *arguments], env=environment(**variables), capture_output=True, text=True, timeout=PATIENCE
        )

    return run
