"""A fake that another process serves, as the place where a recording is played.

A replay prepares a world before each request. Here that world is put into a world of the server as a snapshot.
The request is sent over the socket, and what the server's world has become is taken back. So the server needs
nothing but its control plane, and its own worlds stay as they are.
"""

from collections.abc import Callable, Iterable, Sequence
from secrets import token_hex
from typing import NamedTuple
from urllib.parse import urlsplit

from msgspec.structs import replace

from plugproof_contracts.conformance.probing.target import is_loopback
from plugproof_contracts.conformance.probing.transport import OutgoingRequest, send
from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.secrets.escaping import escape
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.world import pipeline
from plugproof_mockserver.world.nouns.rate_limiter import LimiterWindow
from plugproof_mockserver.world.snapshots.snapshots import restore_snapshot, take_snapshot
from plugproof_mockserver.world.snapshots.world_snapshot import WorldSnapshot
from plugproof_mockserver.world.world import World

_PATIENCE = 10.0
"""Seconds for one request."""
_OF_THE_LINE = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "expect", "accept-encoding", "te"}
)
"""Headers that belong to the connection over which the recording went, and not to this one."""
_JSON = (("Content-Type", "application/json"), ("Accept", "application/json"))


class ReplayedAnswer(NamedTuple):
    """What a fake answered."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


Answerer = Callable[[World, Request], ReplayedAnswer]
"""Answers a request as a fake whose world is this one, which then is what the request made of it."""


def answer_here(world: World, request: Request) -> ReplayedAnswer:
    """Let the fake of this process answer."""
    response = pipeline.answer(world, request)
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.wire_headers()]
    return ReplayedAnswer(response.status, headers, response.body)


class RemoteFake:
    """The fake at a URL, of which one world is used; every failure is an `InvalidValueError` of one line.

    The URL is what `plugproof serve` prints, with or without `/api`; it has to be of this machine, so that nothing
    is ever played at the live API.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or not is_loopback(url):
            raise InvalidValueError(
                f"--against {escape(url)}: allowed is fake, or the address of a fake on this machine, such as "
                "http://127.0.0.1:8000"
            )
        self._root = f"{parts.scheme}://{parts.netloc}"
        self._address = "::1" if parts.hostname == "::1" else "127.0.0.1"
        self._name = f"replay-{token_hex(8)}"

    def answer(self, world: World, request: Request) -> ReplayedAnswer:
        """Let the server answer as if its world were this one, and let this one become what that is then."""
        before = take_snapshot(world)
        own = [one for one in before.windows if request.client in one.key]
        sent = replace(before, windows=_named(own, request.client, self._address), journal=(), violations=())
        self._control("PUT", f"worlds/{self._name}/snapshot", sent.to_json())
        answered = self._send(request)
        after = WorldSnapshot.from_json(self._control("GET", f"worlds/{self._name}/snapshot"))
        others = [one for one in before.windows if request.client not in one.key]
        windows = (*others, *_named(after.windows, self._address, request.client))
        restore_snapshot(world, replace(after, windows=windows))
        return answered

    def close(self) -> None:
        """End the world that was used."""
        self._control("DELETE", f"worlds/{self._name}")

    def _send(self, request: Request) -> ReplayedAnswer:
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in request.headers
            if name.decode("latin-1").lower() not in _OF_THE_LINE
        )
        url = f"{self._root}/worlds/{self._name}/api{request.path}"
        exchange = self._exchange(OutgoingRequest(request.method, url, headers, request.body))
        return ReplayedAnswer(exchange.status, list(exchange.headers), exchange.body or b"")

    def _control(self, method: str, path: str, body: bytes = b"") -> bytes:
        exchange = self._exchange(OutgoingRequest(method, f"{self._root}/_plugproof/{path}", _JSON, body))
        if exchange.status >= 300:
            said = escape((exchange.body or b"").decode(errors="replace"))[:200]
            raise InvalidValueError(f"the fake at {self._root} refused with {exchange.status}: {said}")
        return exchange.body or b""

    def _exchange(self, request: OutgoingRequest) -> Exchange:
        outcome = send(request, _PATIENCE)
        if outcome.exchange is None:
            why = outcome.failure.words if outcome.failure else "no answer"
            raise InvalidValueError(f"the fake at {self._root} did not answer: {escape(why)}")
        return outcome.exchange


def _named(windows: Iterable[LimiterWindow], old: str, new: str) -> tuple[LimiterWindow, ...]:
    """Return the windows of a client as those of another one."""
    return tuple(replace(one, key=one.key.replace(old, new)) for one in windows if old in one.key)
