"""Serving the fake on a socket, with uvicorn."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import contextmanager
from signal import SIGINT, SIGTERM, signal
from typing import TYPE_CHECKING, Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from plugproof_mockserver.asgi import TRANSPORT, ASGIApp

if TYPE_CHECKING:
    from collections.abc import Iterator

GRACE_SECONDS = 2
"""How long requests that are under way may take once the server was told to end."""
START_SECONDS = 30
"""How long a server in a thread may take until it answers."""


class PortTakenError(OSError):
    """The address can't be bound; the message says why and what to do."""


class _OneWrite:
    """A transport that sends the head of an answer together with its body: one packet and one system call.

    uvicorn writes them apart. The head is held back until the next write, or until the answer is
    complete without one (`flush`); everything else is the transport's own.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport, self._head = transport, b""
        self.is_closing, self.abort = transport.is_closing, transport.abort

    def write(self, data: bytes) -> None:
        if self._head:
            data, self._head = self._head + data, b""
            self._transport.write(data)
        elif data.startswith(_HEAD):
            self._head = data
        else:
            self._transport.write(data)

    def flush(self) -> None:
        if self._head:
            self.write(b"")

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


_HEAD = (b"HTTP/1.1 2", b"HTTP/1.1 3", b"HTTP/1.1 4", b"HTTP/1.1 5")
"""How the head of a final answer begins; `100 Continue` is none."""


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol, which also shows the connection to the faults that break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(cast("asyncio.Transport", _OneWrite(transport)))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]  # ours, beside ASGI's

    def on_response_complete(self) -> None:
        self.transport.flush()  # type: ignore[attr-defined]  # it is a _OneWrite
        super().on_response_complete()


class _Server(uvicorn.Server):
    """uvicorn's server, which ends in peace when it is told to end, and says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Whoever ends the server cuts short what is under way, and needs no traceback of it.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> "Iterator[None]":
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread may have a say in signals
            return
        # uvicorn raises the signal again once it has ended; asked to end, we end with 0.
        before = {number: signal(number, self.handle_exit) for number in (SIGINT, SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal(number, handler)


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket, on a free port for port 0; raise `PortTakenError` when that can't be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise PortTakenError(f"can't listen on {host}:{port}: {error.strerror or error}") from None
    return listener


def serve(app: ASGIApp, listener: socket.socket, ready: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is called once connections are answered."""
    _run(_server(app, ready), listener)


@contextmanager
def serving(app: ASGIApp, listener: socket.socket) -> "Iterator[None]":
    """Serve in a thread for as long as the block lasts; raise `RuntimeError` when the server does not start."""
    ready = threading.Event()
    server = _server(app, ready.set)
    thread = threading.Thread(target=_run, args=(server, listener), name="plugproof server", daemon=True)
    thread.start()
    try:
        if not ready.wait(START_SECONDS):
            raise RuntimeError(f"the server did not start within {START_SECONDS} seconds")
        yield
    finally:
        server.should_exit = True
        thread.join(GRACE_SECONDS * 2)


def _run(server: _Server, listener: socket.socket) -> None:
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[listener]))


def _server(app: ASGIApp, ready: Callable[[], None]) -> _Server:
    config = uvicorn.Config(
        cast("Any", app),
        http=_Protocol,
        loop="auto",
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        # Every header is the world's: its clock tells the date, and nobody may name another address.
        date_header=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return _Server(config, ready)
