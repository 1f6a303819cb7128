"""How a listening socket and a connection end without losing a request that the kernel has taken.

Closing a listening socket resets who waits in its line, and closing a connection with bytes that nobody has read
resets it. A look before the end is not enough: somebody may come between the two. So the kernel is told to take
nothing more, by a filter on the socket, and then comes the look.

Filters are Linux's (`SO_ATTACH_FILTER`, which needs no rights). Elsewhere the moment between look and end remains.
"""

import socket
import struct
import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_ATTACH, _DETACH = 26, 27  # SO_ATTACH_FILTER and SO_DETACH_FILTER, which the socket module does not name
_DROP, _KEEP = (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF)
_NOTHING = (_DROP,)
_NO_NEW = (
    (0x30, 0, 0, 13),  # the byte of a TCP header that has the flags
    (0x54, 0, 0, 0x12),  # SYN and ACK of them
    (0x15, 0, 1, 0x02),  # a SYN alone asks for a new connection
    _DROP,
    _KEEP,
)


def refuse_handshakes(listener: socket.socket) -> None:
    """Have the kernel begin no more connections with a listening socket, in whichever processes it is open.

    Those that have begun go on. A client that comes now is refused once the socket is closed.
    """
    _attach(listener, _NO_NEW)


def accept_waiting(listener: socket.socket, most: int) -> list[socket.socket]:
    """Return the connections that wait in the line of a listening socket, at most so many."""
    listener.setblocking(False)
    found: list[socket.socket] = []
    while len(found) < most:
        try:
            found.append(listener.accept()[0])
        except ConnectionAbortedError:
            continue  # this client has gone
        except OSError:
            break  # nobody waits, or no descriptor is left
    return found


def end_if_silent(fileno: int, family: int) -> bool:
    """Shut down a connection over which nothing has come that is not read yet; return whether it is at its end."""
    try:
        connection = socket.fromfd(fileno, family, socket.SOCK_STREAM)
    except OSError:
        return True  # no descriptor is left to look with
    with connection, _filtered(connection):
        try:
            if connection.recv(1, socket.MSG_PEEK):
                return False
        except BlockingIOError:
            pass
        except OSError:
            return True
        with suppress(OSError):  # the client has gone
            connection.shutdown(socket.SHUT_RDWR)
        return True


@contextmanager
def _filtered(connection: socket.socket) -> Iterator[None]:
    """Have the kernel take nothing while the block lasts; clients send again what is not taken."""
    _attach(connection, _NOTHING)
    try:
        yield
    finally:
        if sys.platform == "linux":
            with suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, _DETACH, 0)


def _attach(taken: socket.socket, program: tuple[tuple[int, int, int, int], ...]) -> None:
    if sys.platform != "linux":
        return
    code = array("B", b"".join(struct.pack("HBBI", *step) for step in program))
    with suppress(OSError):  # a sandbox may forbid it
        taken.setsockopt(socket.SOL_SOCKET, _ATTACH, struct.pack("HP", len(program), code.buffer_info()[0]))
