"""HTTP/1.1 as uvicorn speaks it, bounded: how long a head may be, and how long a request may take to come.

Four rules, and where they stand in RFC 9110 and 9112:

1. An `Upgrade` that is not granted is ignored (section 7.8). The parser takes everything after such a
   head for another protocol, so the head is read again without that header, and its body with it.
2. Whatever is no body is held in memory until it ends, so it ends within `MOST_HEAD`: a head (431,
   RFC 6585), the trailers of a chunked body, the extensions of a chunk, blank lines before a request.
3. A head, and then a body, has `receive_seconds` to come (408, section 15.5.9).
4. A connection that awaits a request is closed only when none has come that is not read yet, and an answer that is
   the last one says so (RFC 9112, section 9.6).
"""

import math
from asyncio import TimerHandle, Transport
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from plugproof_contracts.errors import InvalidValueError
from plugproof_mockserver.faces.socket_endings import end_if_silent
from plugproof_mockserver.http.response import ErrorResponse

MOST_HEAD = 64 * 1024
"""Bytes of the request's target, and of the names and values of its headers; most send less than two thousand."""
RECEIVE_SECONDS = 60.0
"""How long a head may take to come, and then a body; people who type a request by hand take their time."""
LINGER_SECONDS = 2.0
"""How long a client that was refused may go on sending, so that it reads why before its connection breaks."""
HALF_SECONDS = 0.5
"""How long the rest of a body may take to come once the server was told to end."""
AGAIN_SECONDS = 0.05
"""How long after a look that found something a connection is looked at again."""

_NEVER = math.inf
_CLOSE = ((b"connection", b"close"),)
_NOT_HTTP = ErrorResponse(400, "This is not a request in HTTP/1.1.", headers=_CLOSE)
_LONG_HEAD = ErrorResponse(
    431, f"The head of the request is too large; {MOST_HEAD} bytes are allowed.", headers=_CLOSE
)
_HALF = ErrorResponse(408, "The request had not come whole when the server ended.", headers=_CLOSE)
_UNANSWERED = ErrorResponse(503, "The server ended before the request had an answer.", headers=_CLOSE)


class _LongHeadError(Exception):
    """Raised in a callback of the parser, which hands it on as the context of its own error."""


class SharedState(ServerState):
    """What all connections of a server know of it."""

    ending_seconds: float | None = None
    """How long a connection that awaits a request still takes one; None while the server goes on."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol within bounds of size and time; `receive_seconds` is rule 3's."""

    server_state: SharedState

    def __init__(
        self,
        *args: Any,
        receive_seconds: float = RECEIVE_SECONDS,
        **named: Any,
    ) -> None:
        super().__init__(*args, **named)
        self._receive_seconds = receive_seconds
        self._last: RequestResponseCycle | None = None  # whose answer closes the connection as we want it
        self._look_every = min(receive_seconds, self.timeout_keep_alive)
        self._timer: TimerHandle | None = None
        self._due = _NEVER  # when what is waited for is late
        self._packet = 0
        self._unfinished = 0  # bytes since the last piece of a body or the end of anything
        self._head_again = b""  # while the parser skips what it takes for another protocol
        self._is_refused = False

    # What the connection tells.

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Wait for the first request, but not for ever."""
        super().connection_made(transport)
        self._due = self.loop.time() + self._receive_seconds
        self._look_later()
        self.shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what came, as long as it stays within the bounds."""
        if self._is_refused:
            return
        if self.scope is None:
            self._due = _NEVER
        self._packet = len(data)
        self._unfinished += self._packet
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._read_again(memoryview(data)[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self._refuse(_reason(error))
        if self._unfinished > MOST_HEAD:
            self._refuse(_LONG_HEAD)
        elif self._due is _NEVER and (
            self.scope is not None or self.cycle is None or self.cycle.response_complete
        ):
            self._due = self.loop.time() + self._receive_seconds

    def _read_again(self, rest: memoryview) -> None:
        """Read a head without its upgrade, and what came after it; there may be more of that kind in there."""
        while True:
            head, self._head_again = self._head_again, b""
            try:
                self.parser.feed_data(head)
                self.parser.feed_data(rest)
            except httptools.HttpParserUpgrade as upgrade:
                rest = rest[upgrade.args[0] :]
            except httptools.HttpParserError as error:
                self._refuse(_reason(error))
                return
            else:
                return

    # The end.

    def shutdown(self) -> None:
        """Answer what has been asked, or is asked within `ending_seconds`, and close with the last answer.

        Do nothing while the server goes on.
        """
        seconds = self.server_state.ending_seconds
        if seconds is None:
            return
        if self._is_answering():
            self._make_last()
            self.loop.call_later(max(seconds, HALF_SECONDS), self._cut_off_half)
        elif seconds:
            self.loop.call_later(seconds, self._end_waiting)
        else:
            self._end_waiting()

    def _cut_off_half(self) -> None:
        if self._is_answering() and self.cycle.more_body and not self.pipeline:
            self.cut_off()

    def cut_off(self) -> None:
        """Wait no longer: say so to who has asked and not been answered, and close."""
        if self._is_answering() and not self.cycle.response_started and not self.pipeline:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self.transport.write(_wire(_HALF if self.cycle.more_body else _UNANSWERED))
        self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _make_last(self) -> None:
        """Have the newest answer close the connection, and not one before it that has not begun."""
        if self._last is not None and not self._last.response_started:
            self._last.keep_alive = True
        self._last = None
        if self.cycle.keep_alive and not self.cycle.response_started:
            self.cycle.keep_alive, self._last = False, self.cycle

    def _end_waiting(self) -> None:
        if self._is_answering() or self.transport.is_closing():
            return  # the answer closes it, or has closed it
        if not self._close_if_silent():
            self.loop.call_later(AGAIN_SECONDS, self._end_waiting)

    def _close_if_silent(self) -> bool:
        """Close, unless something has come that is not read yet; return whether it is closed."""
        ours = self.transport.get_extra_info("socket")
        if ours is not None and not end_if_silent(ours.fileno(), ours.family):
            return False
        self.transport.close()
        return True

    # What the parser tells.

    # uvicorn begins a message with a new scope. It ends here with none, which tells whether one is coming.

    def on_headers_complete(self) -> None:
        """Hand a whole head on, or have it read again without an upgrade."""
        # The two are upper bounds, so that only a large packet has its headers counted.
        if (self._packet > MOST_HEAD or self._unfinished > MOST_HEAD) and self._size_of_head() > MOST_HEAD:
            raise _LongHeadError
        self._unfinished, self._due = 0, _NEVER
        if self.parser.should_upgrade():
            self._head_again = self._head_without_upgrade()
            return
        super().on_headers_complete()
        if self.server_state.ending_seconds is not None:
            self._make_last()
        self.headers = []  # what comes now are trailers, which are not part of the head

    def on_body(self, body: bytes) -> None:
        """Hand on a piece of a body, which has no bound here: who reads it has one."""
        self._unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Hand on that the request has come whole."""
        if self._head_again:
            return
        self._unfinished = 0
        self.scope = None  # type: ignore[assignment]
        self._due = self._end_of_idling() if self.cycle.response_complete else _NEVER
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Begin what waits in line, or wait for the next request."""
        if self.pipeline:
            super().on_response_complete()
            return
        # uvicorn starts and stops a timer for each request here, which takes longer than all of this class.
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        if self.scope is None:
            self._due = self._end_of_idling()
        if self.server_state.ending_seconds is not None and not self.transport.is_closing():
            self.shutdown()  # the answer had begun before it could say that it is the last one

    def _end_of_idling(self) -> float:
        return self.loop.time() + self.timeout_keep_alive

    def _size_of_head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _head_without_upgrade(self) -> bytes:
        method = self.parser.get_method()
        if method == b"CONNECT":
            raise InvalidValueError("a tunnel is no upgrade that can be ignored")
        lines = [b"%b: %b\r\n" % header for header in self.headers if header[0] != b"upgrade"]
        version = self.parser.get_http_version().encode()
        return b"%b %b HTTP/%b\r\n%b\r\n" % (method, self.url, version, b"".join(lines))

    # Deadlines: one timer for each connection, which looks now and then whether anything is late.

    def _look_later(self) -> None:
        self._timer = self.loop.call_later(self._look_every, self._look)

    def _look(self) -> None:
        self._look_later()
        if self.loop.time() < self._due:
            return
        if self._is_refused:
            self.transport.close()
        elif self.scope is None:
            self._close_if_silent()
        elif not self.flow.read_paused:  # else the client waits for the application
            self._refuse(_late(self._receive_seconds))

    # Refusals.

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, in the fake's own form."""
        self._refuse(_NOT_HTTP)

    def _refuse(self, problem: ErrorResponse) -> None:
        """Answer what can't be read to its end, hear no more, and close."""
        if self._is_refused:
            return
        self._is_refused = True
        cycle = self.cycle
        is_in_body = cycle is not None and cycle.scope is self.scope
        if is_in_body and (self.pipeline or cycle.response_started):
            self.transport.close()
        elif is_in_body:
            cycle.disconnected = True
            cycle.message_event.set()
            self._say(problem)
        elif cycle is not None and not cycle.response_complete:
            cycle.keep_alive = False  # earlier requests came whole: their answers are the last ones
        else:
            self._say(problem)

    def _say(self, problem: ErrorResponse) -> None:
        self.transport.write(_wire(problem))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.scope, self._due = None, self.loop.time() + LINGER_SECONDS  # type: ignore[assignment]


def _wire(problem: ErrorResponse) -> bytes:
    response = problem.to_response()
    return response.wire_head() + response.body


def _reason(error: httptools.HttpParserError) -> ErrorResponse:
    return _LONG_HEAD if isinstance(error.__context__, _LongHeadError) else _NOT_HTTP


def _late(seconds: float) -> ErrorResponse:
    return ErrorResponse(408, f"The request did not come within {seconds:g} seconds.", headers=_CLOSE)
