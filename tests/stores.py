"""Stores that tests share: a Redis that really runs, and each store opened as often as a test wants."""

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager

import pytest
from tests.servers import PATIENCE, free_port

from plugproof_mockserver.stores.address import StateAddress


@contextmanager
def redis_server(folder):
    """Run a Redis of this test's own, every write on the disk before its answer."""
    assert shutil.which("redis-server"), "these tests need redis-server; .ci/run installs it"
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    command += ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    assert time.monotonic() < deadline
            yield process, f"redis://127.0.0.1:{port}/0"
        finally:
            process.kill()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("redis")) as (_, url):
        yield f"{url}?socket_timeout={PATIENCE}"  # the disk of a busy machine is slow


@pytest.fixture(params=["sqlite", "redis"])
def opened(request, tmp_path):
    """Return a function that opens the store of this test once more, as another process would."""
    text = f"sqlite:///{tmp_path}/worlds.db"
    if request.param == "redis":
        text = request.getfixturevalue("redis_url")
    stores = []

    def open_again():
        stores.append(StateAddress(text).open())
        return stores[-1]

    yield open_again
    for store in stores:
        store.close()
