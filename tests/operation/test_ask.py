"""How a request that nobody answered is told from one that came too late."""

import socket
from threading import Thread

import pytest
from benchmarks.reliability.call import EndOfConnectionError, ask, request_bytes

REQUEST = request_bytes("GET", b"/")


def asked(serve, *, is_served_first=False):
    """Return what `ask` makes of a server that does so with its side of a connection."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname(), timeout=30) as client,
        listener.accept()[0] as served,
    ):
        serving = Thread(target=serve, args=(served,))
        serving.start()
        if is_served_first:
            serving.join()
            client.recv(1, socket.MSG_PEEK)  # the end has come
        try:
            return ask(client, REQUEST)
        finally:
            serving.join()


def test_an_end_before_the_request_is_no_loss():
    """The server closed its side, and its kernel takes nothing more."""
    assert asked(lambda served: served.shutdown(socket.SHUT_RDWR), is_served_first=True) is None
    assert asked(socket.socket.close, is_served_first=True) is None


def test_a_request_that_was_read_and_not_answered_is_lost():
    """The end of the connection acknowledges the request."""

    def read(served):
        served.recv(1000)
        served.shutdown(socket.SHUT_RDWR)

    with pytest.raises(EndOfConnectionError):
        asked(read)


def test_a_request_that_was_left_in_the_socket_is_lost():
    """The kernel resets a connection that is closed with something unread."""

    def close(served):
        served.recv(1, socket.MSG_PEEK)
        served.close()

    with pytest.raises(ConnectionResetError):
        asked(close)


def test_an_answer_is_handed_on():
    """Status, headers and body come as they were sent."""

    def answer(served):
        served.recv(1000)
        served.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")

    assert asked(answer) == (200, {"content-length": "2", "connection": "close"}, b"ok")
