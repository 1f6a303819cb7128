"""A server that ends: what the kernel has taken is answered, and what comes later is never taken.

Each test puts a client into one moment of the end. Nothing depends on how long anything takes: `arrived` waits for
what has to be there, and what the kernel drops never comes.
"""

import asyncio
import errno
import os
import re
import select
import socket
import sys

import pytest
import uvicorn

from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.faces import http_protocol, socket_endings, uvicorn_server
from plugproof_mockserver.faces.http_protocol import BoundedProtocol, SharedState

CHARGER = b"GET /api/v3/public-charging/chargers/HAPPY HTTP/1.1\r\nHost: localhost\r\n\r\n"
HOST = "127.0.0.1"
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a socket take nothing more")


def connect(address):
    return socket.create_connection(address, timeout=30)


def read_all(client):
    """Read to the end; a reset raises."""
    with client, client.makefile("rb") as stream:
        return stream.read()


def answers(heard):
    """Return the status of each answer in some bytes, and whether it says that it is the last one."""
    heads = re.findall(rb"HTTP/1\.1 (\d{3}) (.*?)\r\n\r\n", heard, re.DOTALL)
    return [(int(status), b"connection: close" in head.lower()) for status, head in heads]


def arrived(fileno):
    """Wait until something lies in a socket, without letting the loop read it."""
    assert select.select([fileno], [], [], 30)[0]


def on_connection(talk, app=None):
    """Return what `talk` returns of the state, the protocol, the client's socket and the server's descriptor."""

    async def meet():
        state = SharedState()
        config = uvicorn.Config(
            app or FakePlugchoice().asgi, log_level="error", lifespan="off", ws="none", timeout_keep_alive=0.01
        )
        with socket.create_server((HOST, 0)) as listener:
            client = connect(listener.getsockname())
            served, _ = listener.accept()
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.connect_accepted_socket(
            lambda: BoundedProtocol(config, state, {}), served
        )
        try:
            return await talk(state, protocol, client, served.fileno())
        finally:
            transport.abort()
            client.close()

    return asyncio.run(meet())


async def read(client):
    return await asyncio.get_running_loop().run_in_executor(None, read_all, client)


# A connection.


@pytest.mark.parametrize("begin", ["the end", "idling"])
def test_a_request_that_is_not_read_yet_is_answered(begin):
    """A connection that has been silent long enough to be closed has a request in its socket."""

    async def talk(state, protocol, client, fileno):
        client.sendall(CHARGER)
        arrived(fileno)
        state.ending_seconds = 0
        if begin == "the end":
            protocol.shutdown()
        else:
            protocol._due = 0
            protocol._look()
        return answers(await read(client))

    assert on_connection(talk) == [(200, True)]


@linux
def test_a_request_after_the_last_look_is_not_taken():
    """The client reads the end, and not a reset; the kernel has acknowledged none of its bytes."""

    async def talk(state, protocol, client, fileno):
        before = acknowledged(client)
        state.ending_seconds = 0
        protocol.shutdown()
        arrived(client.fileno())  # the end, while the server's socket is still open
        client.sendall(CHARGER)
        at_once = acknowledged(client)
        return await read(client), at_once - before

    assert on_connection(talk) == (b"", 0)


def acknowledged(client):
    """Return how many bytes of a client the other side's kernel has taken: `tcpi_bytes_acked`."""
    info = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 128)
    return int.from_bytes(info[120:128], sys.byteorder)


@linux
def test_nothing_is_taken_between_the_look_and_the_end(monkeypatch):
    """A request that comes when the look has found nothing is left with the client."""
    left = []

    async def talk(state, protocol, client, fileno):
        class Looked(socket.socket):
            def recv(self, *given):
                try:
                    return super().recv(*given)
                finally:
                    client.sendall(CHARGER)

            def shutdown(self, how):
                left.append(bool(select.select([self], [], [], 0)[0]))
                super().shutdown(how)

        monkeypatch.setattr(
            socket, "fromfd", lambda found, family, kind: Looked(family, kind, fileno=os.dup(found))
        )
        state.ending_seconds = 0
        protocol.shutdown()
        return await read(client)

    assert on_connection(talk) == b""
    assert left == [False]


def test_a_connection_made_at_the_end_is_told_so():
    """One that was accepted just before the end began learns of it with its first answer."""

    async def talk(state, protocol, client, fileno):
        state.ending_seconds = 60
        protocol.connection_made(protocol.transport)
        client.sendall(CHARGER)
        return answers(await read(client))

    assert on_connection(talk) == [(200, True)]


def test_a_client_that_has_gone_ends_its_connection():
    async def talk(state, protocol, client, fileno):
        client.close()
        arrived(fileno)
        state.ending_seconds = 0
        protocol.shutdown()
        return protocol.transport.is_closing()

    assert on_connection(talk)


# Requests that wait in line on one connection.


class Gate:
    """An application whose answers wait until it is opened."""

    def __init__(self):
        self.asked, self.is_open = asyncio.Semaphore(0), asyncio.Event()

    async def __call__(self, scope, receive, send):
        self.asked.release()
        if scope["path"] == "/begun":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": b"o", "more_body": True})
            await self.is_open.wait()
            await send({"type": "http.response.body", "body": b"k"})
            return
        await self.is_open.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})


def asked_for(path):
    return b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n" % path


@pytest.mark.parametrize("sent", ["before", "at the end", "after"])
def test_the_last_request_in_line_closes_the_connection(sent):
    """Two requests of one connection are answered, and the second says that it is the last one."""
    gate = Gate()

    async def talk(state, protocol, client, fileno):
        first, second = asked_for(b"/1"), asked_for(b"/2")
        client.sendall(first + second if sent == "before" else first)
        await gate.asked.acquire()
        if sent == "at the end":
            client.sendall(second)
            arrived(fileno)
        state.ending_seconds = 60
        protocol.shutdown()
        protocol.shutdown()
        if sent == "after":
            protocol.data_received(second)
        while not protocol.pipeline:
            await asyncio.sleep(0)
        gate.is_open.set()
        return answers(await read(client))

    assert on_connection(talk, gate) == [(200, False), (200, True)]


def test_an_answer_that_has_begun_leaves_its_connection_open():
    """It can't say any more that it is the last one, so the next one does."""
    gate = Gate()

    async def talk(state, protocol, client, fileno):
        client.sendall(asked_for(b"/begun"))
        await gate.asked.acquire()
        state.ending_seconds = 60
        protocol.shutdown()
        gate.is_open.set()
        while not protocol.cycle.response_complete:
            await asyncio.sleep(0)
        client.sendall(asked_for(b"/next"))
        return answers(await read(client))

    assert on_connection(talk, gate) == [(200, False), (200, True)]


# What takes too long.


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (asked_for(b"/late"), [(503, True)]),
        (b"POST /half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{", [(408, True)]),
        (asked_for(b"/begun"), [(200, False)]),
        (asked_for(b"/begun") + asked_for(b"/next"), [(200, False)]),
    ],
    ids=["late", "half", "begun", "in line"],
)
def test_who_is_cut_off_is_told_why(sent, answered):
    """A request that nobody has answered is answered with the reason, and no other answer is disturbed."""
    gate = Gate()

    async def talk(state, protocol, client, fileno):
        client.sendall(sent)
        await gate.asked.acquire()
        while (
            sent.startswith(asked_for(b"/begun")) and not protocol.cycle.response_started and not protocol.pipeline
        ):
            await asyncio.sleep(0)
        protocol.cut_off()
        gate.is_open.set()
        return answers(await read(client))

    assert on_connection(talk, gate) == answered


def test_the_rest_of_a_body_is_not_waited_for_long(monkeypatch):
    """A half-sent request does not hold the end up as long as one that is being answered."""
    monkeypatch.setattr(http_protocol, "HALF_SECONDS", 0)
    gate = Gate()

    async def talk(state, protocol, client, fileno):
        client.sendall(b"POST /half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
        await gate.asked.acquire()
        state.ending_seconds = 0
        protocol.shutdown()
        return answers(await read(client))

    assert on_connection(talk, gate) == [(408, True)]


# The listening socket.


def test_who_waits_in_line_at_the_end_is_answered(monkeypatch):
    """A connection that the kernel has made before the end is accepted, and its request answered."""
    waiting = []
    original = socket_endings.refuse_handshakes

    def come_first(listener):
        client = connect(listener.getsockname())
        client.sendall(CHARGER)
        waiting.append(client)
        original(listener)

    monkeypatch.setattr(uvicorn_server, "refuse_handshakes", come_first)
    with uvicorn_server.bind(HOST, 0) as listener, uvicorn_server.serving(FakePlugchoice().asgi, listener):
        pass
    assert answers(read_all(*waiting)) == [(200, True)]


@linux
def test_who_comes_after_the_line_is_closed_never_connects(monkeypatch):
    """Between the last accept and the end of the socket nobody connects, so nobody is reset."""
    late, original = socket.socket(), socket_endings.accept_waiting
    late.setblocking(False)

    def come_late(listener, most):
        found = original(listener, most)
        late.connect_ex(listener.getsockname())
        return found

    monkeypatch.setattr(uvicorn_server, "accept_waiting", come_late)
    with late, uvicorn_server.bind(HOST, 0) as listener:
        with uvicorn_server.serving(FakePlugchoice().asgi, listener):
            pass
        assert late.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) in (0, errno.ECONNREFUSED)


def test_a_client_that_gives_up_in_line_disturbs_nobody():
    """What is no connection any more is passed over."""

    class Line:
        def __init__(self, *found):
            self.found = list(found)

        def setblocking(self, flag):
            assert not flag

        def accept(self):
            one = self.found.pop(0)
            if isinstance(one, OSError):
                raise one
            return one, None

    line = [ConnectionAbortedError(), "first", ConnectionAbortedError(), "second", BlockingIOError(), "third"]
    assert socket_endings.accept_waiting(Line(*line), 10) == ["first", "second"]
    assert socket_endings.accept_waiting(Line("first", OSError(24, "too many open files")), 10) == ["first"]
    assert socket_endings.accept_waiting(Line("first", "second"), 1) == ["first"]
