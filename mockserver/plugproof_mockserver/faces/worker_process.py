"""One worker of several: a server on a socket that is shared, obeying the process that started it.

The supervisor speaks over a pipe, and not by signals: a signal of the terminal or of systemd reaches all processes
at once. One that came too early would end a worker that has begun to start, and workers that end by themselves
leave clients to a socket that only the supervisor has open. A supervisor that is gone closes the pipe.
"""

import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from socket import socket
from typing import Any

from plugproof_mockserver.faces.uvicorn_server import GracefulServer, make_server, run_server
from plugproof_mockserver.http.asgi_types import ASGIApp

READY, DRAIN, END = b"ready", b"drain", b"end"
"""What a worker says once it answers, and what it is told: to answer no new connection and end, or to end now."""


def work(
    make_app: Callable[..., ASGIApp],
    given: tuple[Any, ...],
    listener: socket,
    pipe: Connection,
    receive_seconds: float,
) -> None:
    """Serve what `make_app` makes of what is given, until told to end."""
    _leave_signals_to_the_supervisor()
    try:
        server = make_server(make_app(*given), lambda: pipe.send_bytes(READY), receive_seconds, signals=())
    except Exception as error:
        # Whoever runs the server reads one line for each worker, and not the same traceback for all of them.
        sys.stderr.write(f"a worker could not start: {type(error).__name__}: {error}\n")
        sys.exit(1)
    server.shares_listener = True
    threading.Thread(target=_obey, args=(pipe, server), name="plugproof supervisor", daemon=True).start()
    run_server(server, listener)


def _leave_signals_to_the_supervisor() -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        with suppress(AttributeError):  # Windows has no hang-up
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the supervisor held them back until here


def _obey(pipe: Connection, server: GracefulServer) -> None:
    try:
        while pipe.recv_bytes() == DRAIN:
            server.drain()
    except (EOFError, OSError):
        pass
    server.end()
