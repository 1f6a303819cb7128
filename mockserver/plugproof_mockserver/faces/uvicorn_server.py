"""Serving the fake on a socket, with uvicorn."""

import asyncio
import logging
import math
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import contextmanager, suppress
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from plugproof_contracts.errors import PlugproofError
from plugproof_mockserver.faces.http_protocol import RECEIVE_SECONDS, BoundedProtocol, SharedState
from plugproof_mockserver.faces.socket_endings import accept_waiting, refuse_handshakes
from plugproof_mockserver.http.asgi_types import TRANSPORT, WRITE, ASGIApp, Send

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GRACE_SECONDS = 1.5
"""How long requests that are under way may take once the server was told to end."""
ENDING_SECONDS = 0.5
"""How long a connection that awaits a request still takes one once the server was told to end."""
SETTLE_SECONDS = 0.05
"""How long connections that have begun may take to be made, once no more begin."""
BACKLOG = 2048
"""How many connections may wait to be accepted."""
DRAIN_SECONDS = 10
"""How long connections may go on that were there when a server was told to take no more."""
START_SECONDS = 30
"""How long a server in a thread may take until it answers."""


class ServerStartError(PlugproofError, RuntimeError):
    """The server thread did not begin to serve."""


class PortTakenError(PlugproofError, OSError):
    """The address can't be bound; the message says why and what to do."""


class _Protocol(BoundedProtocol):
    """The bounded protocol, which also lets the application at the connection itself."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]  # ours, beside ASGI's
        self.scope[WRITE] = _write  # type: ignore[literal-required]  # the same


_PARTS = (
    "disconnected",
    "flow.write_paused",
    "keep_alive",
    "transport.write",
    "waiting_for_100_continue",
    "response_started",
    "response_complete",
    "message_event.set",
    "on_response",
)
"""What `_write` reads and sets of uvicorn's cycle; a version that lacks one of them writes in its own way."""

_KNOWN_KINDS: dict[type, bool] = {}


def _has_known_parts(cycle: RequestResponseCycle) -> bool:
    """Return whether a cycle has all that `_write` needs; the first cycle of its class decides for all."""
    kind = type(cycle)
    if kind not in _KNOWN_KINDS:
        _KNOWN_KINDS[kind] = all(_has_part(cycle, path) for path in _PARTS)
    return _KNOWN_KINDS[kind]


def _has_part(owner: object, path: str) -> bool:
    try:
        attrgetter(path)(owner)
    except AttributeError:
        return False
    return True


def _write(send: Send, head: bytes, body: bytes) -> bool:
    """Write a whole answer as one packet, and do what uvicorn does after the last part of one.

    uvicorn writes head and body apart and searches each header for what must not be in it, which
    takes longer than all of the fake. Says no when uvicorn's own way is needed: somebody between
    it and the application listens, or the client has gone, reads too slowly, or wants the
    connection closed.
    """
    cycle = getattr(send, "__self__", None)
    if not isinstance(cycle, RequestResponseCycle) or not _has_known_parts(cycle):
        return False
    if cycle.disconnected or cycle.flow.write_paused or not cycle.keep_alive:
        return False
    cycle.transport.write(head + body)
    cycle.waiting_for_100_continue = False
    cycle.response_started = cycle.response_complete = True
    cycle.message_event.set()
    cycle.on_response()
    return True


class _Turns:
    """Accepts connections of a socket that several processes accept from, so that each gets its share.

    A loop takes all that wait, and whichever process wakes up first would have them alone. Here one is taken at a
    time, and the more connections a process has, the longer it leaves the next one to the others.
    """

    LONGEST, STEP = 0.004, 0.0001

    def __init__(
        self, listener: socket.socket, loop: asyncio.AbstractEventLoop, adopt: Callable[[socket.socket], int]
    ) -> None:
        self._listener, self._loop, self._adopt = listener, loop, adopt
        self._later: asyncio.TimerHandle | None = None
        listener.setblocking(False)
        self._wait()

    def _wait(self) -> None:
        self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return  # another process was quicker, or the client has gone
        connection.setblocking(False)
        self._loop.remove_reader(self._listener)
        pause = min(self.LONGEST, self.STEP * self._adopt(connection))
        self._later = self._loop.call_later(pause, self._wait)

    def close(self) -> None:
        """Take no more, and close the socket: as long as it is open, somebody may come whom nobody answers."""
        self._loop.remove_reader(self._listener)
        if self._later is not None:
            self._later.cancel()
        self._listener.close()


class GracefulServer(uvicorn.Server):
    """uvicorn's server, which ends cleanly when it is told to end, and says when it is ready."""

    shares_listener = False
    """Whether other processes accept connections of the same socket. Unless this one drains, they end with it."""
    ending_seconds = ENDING_SECONDS
    """How long a connection that awaits a request still takes one at the end."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], signals: "Sequence[signal.Signals] | None"
    ) -> None:
        super().__init__(config)
        self.server_state: SharedState = SharedState()
        self._signals = _ending_signals() if signals is None else signals
        self._ready = ready
        self._loop: asyncio.AbstractEventLoop | None = None
        self._draining: asyncio.Task[None] | None = None
        self._turns: list[_Turns] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        self._loop = asyncio.get_running_loop()
        await super().startup([] if self.shares_listener else sockets)
        if self.shares_listener:
            self._turns = [_Turns(listener, self._loop, self._adopt) for listener in sockets or ()]
        self._ready()

    def _adopt(self, connection: socket.socket) -> int:
        """Serve a connection, and return how many there are."""
        task: Any = asyncio.ensure_future(
            asyncio.get_running_loop().connect_accepted_socket(self._connect, connection)
        )
        self.server_state.tasks.add(task)
        task.add_done_callback(self.server_state.tasks.discard)
        return len(self.server_state.connections)

    def _stop_accepting(self) -> None:
        for server in self.servers:
            server.close()
        for turns in self._turns:
            turns.close()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is under way, within `GRACE_SECONDS`."""
        # Ending the server cuts off requests that are under way; a traceback of that helps nobody.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self.server_state.ending_seconds = self.ending_seconds
        if self._draining is None:
            await self._accept_the_last(sockets or [])
        asyncio.get_running_loop().call_later(GRACE_SECONDS, self._cut_off)
        await super().shutdown(sockets)

    def _cut_off(self) -> None:
        for connection in list(self.server_state.connections):
            if isinstance(connection, BoundedProtocol):
                connection.cut_off()
        for task in self.server_state.tasks:
            task.cancel()

    async def _accept_the_last(self, sockets: list[socket.socket]) -> None:
        """Accept who waits in line: closing a listening socket resets whoever has connected to it."""
        for listener in sockets:
            refuse_handshakes(listener)
        # Handshakes that had begun before the filter stood are given the time to end.
        await asyncio.sleep(min(SETTLE_SECONDS, self.ending_seconds))
        loop, listeners = asyncio.get_running_loop(), [listener.dup() for listener in sockets]
        self._stop_accepting()
        waiting = [found for listener in listeners for found in accept_waiting(listener, BACKLOG)]
        for listener in listeners:
            listener.close()
        for connection in waiting:
            with suppress(OSError):  # this client has gone
                await loop.connect_accepted_socket(self._connect, connection)

    def _connect(self) -> asyncio.Protocol:
        make: Any = self.config.http_protocol_class
        protocol: asyncio.Protocol = make(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol

    @contextmanager
    def capture_signals(self) -> "Iterator[None]":
        """Have the signals that end it do so while the block lasts."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread may have a say in signals
            return
        # uvicorn raises the signal again once it has ended; asked to end, we end with 0.
        before = {number: signal.signal(number, self.handle_exit) for number in self._signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    # What another thread may ask for.

    def end(self) -> None:
        """End as after a signal."""
        self.handle_exit(signal.SIGTERM, None)

    def drain(self) -> None:
        """Take no new connection, answer what comes over those that are there, and end when they are gone.

        Every answer from now on closes its connection. One that stays silent as long as any may is closed then,
        and all of them after `DRAIN_SECONDS`.
        """
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        self._stop_accepting()
        self._draining = self._draining or asyncio.create_task(self._end_when_drained())

    async def _end_when_drained(self) -> None:
        self.server_state.ending_seconds = self.config.timeout_keep_alive
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while (self.server_state.connections or self.server_state.tasks) and not self.should_exit:
                    await asyncio.sleep(0.05)  # uvicorn tells nobody when its last connection closes
        self.end()


def _ending_signals() -> list[signal.Signals]:
    """Return the signals that end a server cleanly; a hang-up that nohup had ignored stays ignored."""
    ending = [signal.SIGINT, signal.SIGTERM]
    hang_up = getattr(signal, "SIGHUP", None)  # Windows has none
    if hang_up is not None and signal.getsignal(hang_up) is not signal.SIG_IGN:
        ending.append(hang_up)
    return ending


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket, on a free port for port 0; raise `PortTakenError` when that can't be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise PortTakenError(f"can't listen on {host}:{port}: {error.strerror or error}") from None
    return listener


def serve(
    app: ASGIApp,
    listener: socket.socket,
    ready: Callable[[], None] = lambda: None,
    *,
    receive_seconds: float = RECEIVE_SECONDS,
) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; `ready` is called once connections are answered.

    `receive_seconds` is how long the head of a request, and then its body, may take to come.
    """
    run_server(make_server(app, ready, receive_seconds), listener)


@contextmanager
def serving(
    app: ASGIApp, listener: socket.socket, *, receive_seconds: float = RECEIVE_SECONDS
) -> "Iterator[None]":
    """Serve in a thread while the block lasts; raise `ServerStartError` when the server does not start."""
    ready = threading.Event()
    server = make_server(app, ready.set, receive_seconds)
    server.ending_seconds = 0  # whoever ends the block has asked what it wanted to
    thread = threading.Thread(target=run_server, args=(server, listener), name="plugproof server", daemon=True)
    thread.start()
    try:
        if not ready.wait(START_SECONDS):
            raise ServerStartError(f"the server did not start within {START_SECONDS} seconds")
        yield
    finally:
        server.should_exit = True
        thread.join(GRACE_SECONDS * 2)


def run_server(server: GracefulServer, listener: socket.socket) -> None:
    """Serve until the server is told to end."""
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[listener]))


def make_server(
    app: ASGIApp,
    ready: Callable[[], None],
    receive_seconds: float,
    signals: "Sequence[signal.Signals] | None" = None,
) -> GracefulServer:
    """Return a server of an application, which `signals` end, or the usual ones for None."""
    protocol: Any = partial(_Protocol, receive_seconds=receive_seconds)
    config = uvicorn.Config(
        cast("Any", app),
        http=protocol,
        loop="auto",
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        # Every header is the world's: its clock tells the date, and nobody may name another address.
        date_header=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=math.ceil(GRACE_SECONDS),  # a client that does not read may stay until then
    )
    return GracefulServer(config, ready, signals)
