"""One request under one deadline, and a name for whatever goes wrong.

The usual clients bound each read and not the exchange, inflate without a limit, and take a body
that was cut off for a whole one. Here plain sockets get what is left of one deadline before every
step, from the name's lookup to the last byte; h11 reads the HTTP. Nothing is followed, kept open
or tried again, and every certificate is verified. A proxy that the environment names is asked for a
tunnel (RFC 9110, 9.3.6); over plain HTTP it is sent the whole URL (RFC 9112, 3.2.2).
"""

import socket
import ssl
import zlib
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import h11

from plugproof_contracts.conformance.probing.http_proxy import HttpProxy, proxy_for
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.route import redacted

MOST_HEAD = 64 * 1024
"""Bytes that everything before the body may have; servers rarely send more than four thousand."""
MOST_BODY = 256 * 1024
"""Bytes that a body may have, as sent and decoded; the documented ones have about one thousand."""
MOST_ENCODINGS = 2
_PIECE = 16 * 1024


class FailureKind(StrEnum):
    """Where an exchange can fail before there is an answer to judge."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    DEADLINE = "deadline"
    CLOSED = "closed"
    PROTOCOL = "protocol"
    TRUNCATED = "truncated"
    TOO_LARGE = "too-large"
    ENCODING = "encoding"


UNREACHED = frozenset({FailureKind.DNS, FailureKind.CONNECT, FailureKind.TLS})
"""Where the request cannot have arrived."""


class OutgoingRequest(NamedTuple):
    """What is sent; the URL holds the token, so no readable form shows it."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def __repr__(self) -> str:
        return f"<Request {self.method} {redacted(self.url)}>"


class TransportFailure(NamedTuple):
    """Why there is no answer to judge; `arrived` says that the server may have got the request all the same."""

    layer: FailureKind
    words: str
    arrived: bool


class RequestOutcome(NamedTuple):
    """An exchange or why there is none, and how long it took.

    `delimited` says that the answer told where its body ends; otherwise nobody can tell a whole body from one
    that was cut off.
    """

    exchange: Exchange | None
    failure: TransportFailure | None
    seconds: float
    delimited: bool = True


class _TransportFailureError(Exception):
    def __init__(self, layer: FailureKind, words: str) -> None:
        super().__init__(words)
        self.layer, self.words = layer, words


class _Clock:
    """The one deadline, and what the time is being spent on."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.started, self.doing = seconds, monotonic(), "looking up the host"
        self.sent = False

    def left(self) -> float:
        left = self.started + self.seconds - monotonic()
        if left <= 0:
            raise self.over()
        return left

    def over(self) -> _TransportFailureError:
        return _TransportFailureError(
            FailureKind.DEADLINE, f"{self.seconds:g} seconds were over while {self.doing}"
        )


def send(request: OutgoingRequest, seconds: float) -> RequestOutcome:
    """Send a request once and read the answer to its end; never raises for what a network or server does."""
    clock, at = _Clock(seconds), datetime.now(UTC)
    try:
        head, body = _exchanged(request, clock)
        exchange = Exchange(
            request.method,
            request.url,
            head.status_code,
            [(name, value) for name, value in head.headers],
            _decoded(body, _encodings(head), clock),
            request_headers=request.headers,
            request_body=request.body,
            at=at,
        )
    except _TransportFailureError as failure:
        return RequestOutcome(
            None, TransportFailure(failure.layer, failure.words, clock.sent), monotonic() - clock.started
        )
    return RequestOutcome(exchange, None, monotonic() - clock.started, _is_delimited(head))


def _exchanged(request: OutgoingRequest, clock: _Clock) -> tuple[h11.Response, bytes]:
    parts = urlsplit(request.url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port, proxy = parts.port or (443 if secure else 80), _proxy(request.url)
    addresses = _addresses(proxy.host if proxy else host, proxy.port if proxy else port, clock)
    with closing(_connected(addresses, clock)) as plain:
        if not secure:
            return _answer(plain, request, clock, proxy)
        if proxy:
            _open_tunnel(plain, proxy, f"[{host}]:{port}" if ":" in host else f"{host}:{port}", clock)
        with closing(_secured(plain, host, clock)) as line:
            return _answer(line, request, clock)


def _proxy(url: str) -> HttpProxy | None:
    try:
        return proxy_for(url)
    except ValueError as error:
        raise _TransportFailureError(FailureKind.CONNECT, str(error)) from None


def _open_tunnel(line: socket.socket, proxy: HttpProxy, authority: str, clock: _Clock) -> None:
    """Ask a proxy to connect to a host; whatever it says but yes, the host was not reached."""
    clock.doing, http = "asking the proxy for a connection", h11.Connection(h11.CLIENT)
    headers = [("Host", authority), *proxy.headers]
    try:
        line.settimeout(clock.left())
        line.sendall(http.send(h11.Request(method="CONNECT", target=authority, headers=headers)) or b"")
        answer = _tunnel_answer(line, http, clock)
    except TimeoutError:
        raise clock.over() from None
    except (OSError, h11.ProtocolError) as error:
        words = f"the proxy does not answer as one: {_reason(error)}"
        raise _TransportFailureError(FailureKind.CONNECT, words) from None
    if not 200 <= answer.status_code < 300 or http.trailing_data[0]:
        words = f"the proxy does not open a connection to the host: it answers {answer.status_code}"
        raise _TransportFailureError(FailureKind.CONNECT, words)


def _tunnel_answer(line: socket.socket, http: h11.Connection, clock: _Clock) -> h11.Response:
    received = 0
    while True:
        event = http.next_event()
        if isinstance(event, h11.Response):
            return event
        if event is h11.NEED_DATA:
            line.settimeout(clock.left())
            data = line.recv(_PIECE)
            received += len(data)
            if received > MOST_HEAD:
                raise h11.RemoteProtocolError("too many headers")
            http.receive_data(data)


def _addresses(host: str, port: int, clock: _Clock) -> list[Any]:
    """Look up a host in a thread of its own, for a lookup can be neither bounded nor cancelled."""
    found: SimpleQueue[list[Any] | Exception] = SimpleQueue()
    Thread(target=_look_up, args=(host, port, found.put), daemon=True).start()
    try:
        addresses = found.get(timeout=clock.left())
    except Empty:
        raise clock.over() from None
    if isinstance(addresses, Exception):
        raise _TransportFailureError(FailureKind.DNS, f"the host's name has no address: {_reason(addresses)}")
    return addresses


def _look_up(host: str, port: int, put: Callable[[list[Any] | Exception], None]) -> None:
    try:
        put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        put(error)


def _connected(addresses: list[Any], clock: _Clock) -> socket.socket:
    """Try the addresses in turn, each with its share of the time, so that a dead one leaves time for the next."""
    clock.doing, why = "connecting", "no address"
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(clock.left() / (len(addresses) - index))
            line.connect(address)
        except OSError as error:
            line.close()
            why = _reason(error)
        except BaseException:
            line.close()
            raise
        else:
            return line
    clock.left()
    raise _TransportFailureError(FailureKind.CONNECT, f"the host does not take the connection: {why}")


@cache
def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _secured(plain: socket.socket, host: str, clock: _Clock) -> ssl.SSLSocket:
    clock.doing = "agreeing on encryption"
    line = _context().wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    try:
        _shake_hands(line, clock)
    except BaseException:
        line.close()
        raise
    return line


def _shake_hands(line: ssl.SSLSocket, clock: _Clock) -> None:
    try:
        line.settimeout(clock.left())
        line.do_handshake()
    except TimeoutError:
        raise clock.over() from None
    except ssl.SSLCertVerificationError as error:
        raise _TransportFailureError(
            FailureKind.TLS, f"the certificate is not trusted: {error.verify_message}"
        ) from None
    except (OSError, ValueError) as error:
        raise _TransportFailureError(FailureKind.TLS, f"no encryption was agreed on: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or getattr(error, "reason", None) or type(error).__name__)


def _answer(
    line: socket.socket, request: OutgoingRequest, clock: _Clock, proxy: HttpProxy | None = None
) -> tuple[h11.Response, bytes]:
    reading = _Reading(line, clock)
    clock.doing, clock.sent = "sending the request", True
    try:
        line.settimeout(clock.left())
        line.sendall(reading.opening(request, proxy))
        clock.doing = "waiting for the answer"
        return reading.whole()
    except TimeoutError:
        raise clock.over() from None
    except h11.LocalProtocolError:
        clock.sent = False
        raise _TransportFailureError(FailureKind.PROTOCOL, "the request can't be sent as HTTP/1.1") from None
    except h11.RemoteProtocolError as error:
        raise reading.failure(error) from None
    except OSError as error:
        layer = FailureKind.TRUNCATED if reading.received else FailureKind.CLOSED
        raise _TransportFailureError(
            layer, f"the connection broke while {clock.doing}: {_reason(error)}"
        ) from None


class _Reading:
    """One answer as it comes in."""

    def __init__(self, line: socket.socket, clock: _Clock) -> None:
        self.line, self.clock = line, clock
        self.http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_HEAD)
        self.head: h11.Response | None = None
        self.body = bytearray()
        self.received, self.is_over = 0, False

    def opening(self, request: OutgoingRequest, proxy: HttpProxy | None = None) -> bytes:
        """Return the request as it is sent, whole; to a proxy, with the whole URL."""
        parts = urlsplit(request.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        target = f"{parts.scheme}://{parts.netloc}{target}" if proxy else target
        known = proxy.headers if proxy else ()
        headers = [("Host", parts.netloc), *request.headers, *known, ("Connection", "close")]
        if request.body or request.method not in ("GET", "HEAD"):
            headers.append(("Content-Length", str(len(request.body))))
        # As bytes, since a header may hold letters beyond ASCII, which h11 takes only so.
        raw = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
        head = h11.Request(method=request.method, target=target, headers=raw)
        events = (head, h11.Data(data=request.body), h11.EndOfMessage())
        return b"".join(self.http.send(event) or b"" for event in events)

    def whole(self) -> tuple[h11.Response, bytes]:
        """Read to the end of the message."""
        while True:
            self.clock.left()
            event = self.http.next_event()
            if isinstance(event, h11.EndOfMessage) and self.head is not None:
                return self.head, bytes(self.body)
            self.take(event)

    def take(self, event: object) -> None:
        """Take in one piece of the answer, or wait for the next."""
        if event is h11.NEED_DATA:
            self.more()
        elif isinstance(event, h11.Response):
            if event.http_version not in (b"1.0", b"1.1"):
                raise _TransportFailureError(FailureKind.PROTOCOL, "the answer is not HTTP/1.1")
            self.head = event
            self.clock.doing = "reading the body"
        elif isinstance(event, h11.Data):
            self.body += event.data
            if len(self.body) > MOST_BODY:
                raise _TransportFailureError(FailureKind.TOO_LARGE, f"the body has more than {MOST_BODY} bytes")
        elif not isinstance(event, h11.InformationalResponse) or event.status_code == 101:
            raise _TransportFailureError(FailureKind.PROTOCOL, "the answer does not answer this request")

    def more(self) -> None:
        """Wait for more bytes, as long as the deadline lets."""
        self.line.settimeout(self.clock.left())
        data = self.line.recv(_PIECE)
        self.received, self.is_over = self.received + len(data), not data
        if self.head is None and self.received > MOST_HEAD:
            raise _TransportFailureError(FailureKind.TOO_LARGE, f"the headers have more than {MOST_HEAD} bytes")
        self.http.receive_data(data)

    def failure(self, error: h11.RemoteProtocolError) -> _TransportFailureError:
        """Tell an answer that ends too early from one that is not HTTP; the error's own words may quote it."""
        if error.error_status_hint == 431:
            return _TransportFailureError(FailureKind.TOO_LARGE, f"the headers have more than {MOST_HEAD} bytes")
        if not self.is_over:
            return _TransportFailureError(FailureKind.PROTOCOL, "the answer is not HTTP/1.1")
        if not self.received:
            return _TransportFailureError(FailureKind.CLOSED, "the connection was closed without an answer")
        part = "headers" if self.head is None else f"body, after {len(self.body)} bytes"
        return _TransportFailureError(FailureKind.TRUNCATED, f"the answer ends within its {part}")


def _is_delimited(head: h11.Response) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in head.headers)


def _encodings(head: h11.Response) -> list[str]:
    values = (value.decode("latin-1").lower() for name, value in head.headers if name == b"content-encoding")
    listed = [word.strip() for value in values for word in value.split(",")]
    return [word for word in listed if word not in ("", "identity")]


_BITS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


def _decoded(body: bytes, encodings: list[str], clock: _Clock) -> bytes:
    """Undo the content encodings, of which none was asked for; no more is decoded than may be kept."""
    if len(encodings) > MOST_ENCODINGS or not _BITS.keys() >= set(encodings):
        raise _TransportFailureError(
            FailureKind.ENCODING, "the body has a content encoding that was not asked for"
        )
    for encoding in reversed(encodings):
        clock.left()
        body = _inflated(body, _BITS[encoding])
    return body


def _inflated(body: bytes, bits: int) -> bytes:
    inflater = zlib.decompressobj(bits)
    try:
        text = inflater.decompress(body, MOST_BODY + 1)
    except zlib.error:
        raise _TransportFailureError(FailureKind.ENCODING, "the body's compression is damaged") from None
    if len(text) > MOST_BODY:
        raise _TransportFailureError(FailureKind.TOO_LARGE, f"the decoded body has more than {MOST_BODY} bytes")
    if not inflater.eof:
        raise _TransportFailureError(FailureKind.TRUNCATED, "the compressed body was cut off")
    return text
