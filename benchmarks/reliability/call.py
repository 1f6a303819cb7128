"""Requests over plain sockets: nothing of a path is normalised, and a broken connection is an answer, too."""

import json
import socket
import sys
import time
from types import TracebackType
from typing import Any, NamedTuple, Self

NO_ANSWER = 0
"""The status of a request whose connection broke before its answer had come whole."""
API = "/api/v3/public-charging"
START = {"code": "HAPPY", "connector_id": 1}

Headers = tuple[tuple[str, str], ...]


class EndOfConnectionError(ConnectionError):
    """The other side closed the connection, and did not reset it, before an answer had come whole."""

    def __init__(self) -> None:
        super().__init__("the connection ended before the answer had come whole")


class Reply(NamedTuple):
    """An answer; its status is 0 when none came. `seconds` is how long it took."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def content(self) -> Any:
        """The JSON in the body."""
        return json.loads(self.body)

    @property
    def is_of_store(self) -> bool:
        """Whether it is the 503 that says that the store is away."""
        return self.status == 503 and self.headers.get("x-plugproof-store") == "unavailable"


class Caller:
    """One keep-alive connection to a port of loopback; one that broke is made anew for the next request."""

    def __init__(self, port: int, *, timeout: float = 20, host: str | None = "localhost") -> None:
        self._port, self._timeout, self._host = port, timeout, host
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def call(self, method: str, path: str, body: object = None, headers: Headers = ()) -> Reply:
        """Send a request with a JSON body or none."""
        return self.send(request_bytes(method, path.encode(), body, headers, self._host))

    def send(self, request: bytes) -> Reply:
        """Send the bytes of one request and read one answer."""
        self.begin(request)
        return self.finish()

    def begin(self, request: bytes) -> None:
        """Send the bytes of one request; `finish` returns its answer."""
        self._began, self._has_body = time.perf_counter(), not request.startswith(b"HEAD ")
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=self._timeout)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(request)
        except OSError:
            self.close()

    def finish(self) -> Reply:
        """Read the answer to what was begun."""
        status, headers, body = NO_ANSWER, dict[str, str](), b""
        try:
            if self._socket is not None:
                status, headers, body = read_reply(self._socket, has_body=self._has_body)
        except OSError:
            self.close()
        if headers.get("connection") == "close":
            self.close()
        return Reply(status, headers, body, time.perf_counter() - self._began)


def request_bytes(
    method: str, path: bytes, body: object = None, headers: Headers = (), host: str | None = "localhost"
) -> bytes:
    """Write a request; the path goes out as it is. Without a host it has no `Host` header."""
    sent = b"" if body is None else json.dumps(body).encode()
    lines = [] if host is None else [f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if sent:
        lines.append("Content-Type: application/json")
    if sent or method not in ("GET", "HEAD"):
        lines.append(f"Content-Length: {len(sent)}")
    head = "\r\n".join(lines).encode("latin-1")
    return method.encode() + b" " + path + b" HTTP/1.1\r\n" + head + b"\r\n\r\n" + sent


def read_reply(connection: socket.socket, *, has_body: bool = True) -> tuple[int, dict[str, str], bytes]:
    """Read one answer; raise `ConnectionError` when the connection ends before it has come whole."""
    head, _, rest = _read_until(connection, b"", lambda data: b"\r\n\r\n" in data).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    size = int(headers.get("content-length", 0)) if has_body else 0
    return int(first.split()[1]), headers, _read_until(connection, rest, lambda data: len(data) >= size)


def _read_until(connection: socket.socket, data: bytes, is_whole: Any) -> bytes:
    while not is_whole(data):
        more = connection.recv(65536)
        if not more:
            raise EndOfConnectionError
        data += more
    return data


def ask(connection: socket.socket, request: bytes) -> tuple[int, dict[str, str], bytes] | None:
    """Send a request and read the answer; return None when the end of the connection was there before the request.

    That is so when the other side closed the connection without a reset, and its kernel has acknowledged no byte
    of the request. Everything else that is no answer raises `OSError`.
    """
    before = _acknowledged(connection)
    try:
        connection.sendall(request)
        return read_reply(connection)
    except (EndOfConnectionError, BrokenPipeError):  # a pipe is broken by a reset after the end
        if _acknowledged(connection) == before:
            return None
        raise


def _acknowledged(connection: socket.socket) -> int:
    """Return how many bytes the other side's kernel has taken: `tcpi_bytes_acked` of Linux."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 128)
    return int.from_bytes(info[120:128], sys.byteorder)


def start(caller: Caller, prefix: str = "") -> Reply:
    """Start a session."""
    return caller.call("POST", f"{prefix}{API}/sessions", START)
