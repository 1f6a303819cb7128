"""The server's shortcut: one packet where uvicorn is as we know it, and uvicorn's own way elsewhere."""

from types import SimpleNamespace

import httpx
import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.faces import uvicorn_server


class Cycle(RequestResponseCycle):
    """A cycle of a uvicorn that has all that we know, or not."""

    def __init__(self, **parts):
        for name, part in parts.items():
            setattr(self, name, part)
        self.written = []

    async def send(self, message):
        """Stand for the method that the application is given."""


def parts_of(written):
    return {
        "disconnected": False,
        "flow": SimpleNamespace(write_paused=False),
        "keep_alive": True,
        "transport": SimpleNamespace(write=written.append),
        "waiting_for_100_continue": True,
        "response_started": False,
        "response_complete": False,
        "message_event": SimpleNamespace(set=lambda: written.append("told")),
        "on_response": lambda: written.append("done"),
    }


@pytest.fixture(autouse=True)
def forget_kinds(monkeypatch):
    monkeypatch.setattr(uvicorn_server, "_KNOWN_KINDS", {})


def test_a_known_cycle_is_written_in_one_packet():
    """The control: with every part there, the shortcut is taken."""
    written = []
    cycle = Cycle(**parts_of(written))
    assert uvicorn_server._write(cycle.send, b"head", b"body")
    assert written == [b"headbody", "told", "done"]


@pytest.mark.parametrize("missing", sorted(parts_of([])))
def test_a_cycle_that_lacks_a_part_is_left_to_uvicorn(missing):
    """A uvicorn without one of the attributes still answers, in its own way."""
    written = []
    parts = parts_of(written)
    del parts[missing]
    if hasattr(Cycle, missing):
        pytest.skip("the class itself has it")
    assert not uvicorn_server._write(Cycle(**parts).send, b"head", b"body")
    assert written == []


def test_the_pinned_uvicorn_takes_the_shortcut(monkeypatch):
    """On the version that is installed every answer leaves in one packet."""
    taken = []
    write = uvicorn_server._write
    monkeypatch.setattr(uvicorn_server, "_write", lambda *args: taken.append(write(*args)) or taken[-1])
    fake = FakePlugchoice()
    with uvicorn_server.bind("127.0.0.1", 0) as listener, uvicorn_server.serving(fake.asgi, listener):
        base = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v3/public-charging"
        with httpx.Client() as client:
            assert client.post(f"{base}/sessions/{fake.start_session().token}/confirm").status_code == 200
    assert True in taken
    # the connection was kept until the client closed it, so nothing but the shortcut wrote the answer
    assert taken[-1]
