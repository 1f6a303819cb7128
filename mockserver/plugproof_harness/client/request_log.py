"""What a client asked of the API, and what reached it of each answer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from plugproof_contracts import Token
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.response import Response
from plugproof_mockserver.http.routing import find_route
from plugproof_mockserver.world.faults.fault import FaultKind
from plugproof_mockserver.world.world import World

if TYPE_CHECKING:
    from plugproof_mockserver.model.state import SessionState

MOST_REQUESTS = 100
"""Requests after which one call of a client counts as one that never ends."""


class Arrival(StrEnum):
    """What reached the client."""

    WHOLE = "whole"
    ODD = "odd"
    """It came whole, and is not as documented."""
    GARBLED = "garbled"
    LOST = "lost"


class ObservedRequest(NamedTuple):
    """One request and its answer.

    `operation` is None where there is none; `token` is that of the path, or the one that a start
    has issued; `session` is what the answer tells of a session, None when it tells of none;
    `had_effect` is whether the request itself changed anything.
    """

    at: int
    method: str
    path: str
    operation: str | None
    token: Token | None
    body: bytes
    status: int
    arrival: Arrival
    session: dict[str, Any] | None
    retry_after: int | None
    had_effect: bool

    @property
    def is_clear(self) -> bool:
        """Whether the client can tell from the answer if the request was carried out."""
        return self.arrival is Arrival.WHOLE and self.status < 500


class EndlessCallError(BaseException):
    """A call goes on for too long. Not an `Exception`, so that no retry of the client catches it."""


class RequestLog:
    """Records what a client asks of a world. Whoever lets time pass meanwhile calls `look`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen: list[SessionState] = []
        self.requests: list[ObservedRequest] = []
        self.tokens: set[Token] = set()
        self._client = 0
        self._is_paused = False
        self._meanwhile: tuple[str, Callable[[], object]] | None = None

    def expect(self, operation: str, meanwhile: Callable[[], object]) -> None:
        """Let something happen once, while the next answer to an operation is on its way."""
        self._meanwhile = operation, meanwhile

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Do not record what others ask meanwhile."""
        self._is_paused = True
        try:
            yield
        finally:
            self._is_paused = False

    def begin(self) -> None:
        """Begin to record one call of the client."""
        self.requests, self._client = [], threading.get_ident()
        self.look()

    def lose(self) -> None:
        """Note that the client did not wait for the last answer, so that it has not reached it."""
        self.requests[-1] = self.requests[-1]._replace(arrival=Arrival.LOST, session=None)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Record another call meanwhile, and go on with this one."""
        requests = self.requests
        try:
            yield
        finally:
            self.requests = requests

    def look(self) -> bool:
        """Look at the sessions; return whether any of them has changed since the last look."""
        with self._world.lock:
            before, self._seen = self._seen, list(self._world.sessions.all(self._world.clock.now()))
        return before != self._seen

    def __call__(self, request: Request, reply: Response, now: int) -> None:
        """Record one answer."""
        if self._is_paused:
            return
        faults = self._world.journal.latest().faults
        observed = _observed(request, reply, now, faults, had_effect=self.look())
        self.requests.append(observed)
        if observed.token:
            self.tokens.add(observed.token)
        if self._meanwhile and self._meanwhile[0] == observed.operation:
            meanwhile, self._meanwhile = self._meanwhile[1], None
            meanwhile()
            self.look()
        # On a socket the answer is another thread's, where raising would reach nobody.
        if len(self.requests) > MOST_REQUESTS and threading.get_ident() == self._client:
            raise EndlessCallError(f"after {MOST_REQUESTS} requests")


_ODD = frozenset({FaultKind.UNKNOWN_ENUM, FaultKind.MISSING_FIELD, FaultKind.WRONG_TYPE, FaultKind.CONTENT_TYPE})


def _arrival(reply: Response, content: Any, faults: tuple[str, ...]) -> Arrival:
    if reply.connection_fault:
        return Arrival.LOST
    if content is None or (b"content-encoding", b"gzip") in reply.headers:
        return Arrival.GARBLED
    return Arrival.ODD if any(label.partition(":")[0] in _ODD for label in faults) else Arrival.WHOLE


def _observed(
    request: Request, reply: Response, now: int, faults: tuple[str, ...], *, had_effect: bool
) -> ObservedRequest:
    place = find_route(request.path)
    operation = place.methods.get(request.method) if place else None
    headers = dict(reply.headers)
    content = _content(reply)
    arrival = _arrival(reply, content, faults)
    told = content if content and arrival in (Arrival.WHOLE, Arrival.ODD) and reply.status < 300 else {}
    issued = place.argument if place and place.has_token else told.get("session_token")
    return ObservedRequest(
        at=now,
        method=request.method,
        path=place.template if place and place.has_token else request.safe_path(),
        operation=operation.name if operation else None,
        token=Token(issued) if issued else None,
        body=request.body,
        status=reply.status,
        arrival=arrival,
        session=told.get("data") if operation and operation.name != "charger" else None,
        retry_after=int(headers[b"retry-after"]) if b"retry-after" in headers else None,
        had_effect=had_effect,
    )


def _content(reply: Response) -> dict[str, Any] | None:
    try:
        content = msgspec.json.decode(reply.body)
    except msgspec.DecodeError:
        return None
    return content if isinstance(content, dict) else None
