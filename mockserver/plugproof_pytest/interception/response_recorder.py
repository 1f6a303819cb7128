"""Seeing every answer of the API's host that reaches httpx, httpx2 or requests, whoever gave it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

from plugproof_contracts import Exchange
from plugproof_contracts.adapters import exchange_of
from plugproof_pytest.interception.host_guard import HOST
from plugproof_pytest.interception.patching import Patches
from plugproof_pytest.known_secrets import KnownSecrets

Listener = Callable[[Exchange, Any], None]
"""Is told of an exchange, and of the client's own response."""


class ResponseRecorder:
    """Tells its listeners of the answers, each once; of those that are streamed, when they have been read."""

    def __init__(self, secrets: KnownSecrets) -> None:
        self._secrets = secrets
        self.listeners: list[Listener] = []
        self.unread = 0
        """How many answers nobody read whole, so that nobody could be told of them."""
        self._told: WeakSet[Any] = WeakSet()
        self._streamed: list[Any] = []

    def see(self, response: Any, *, streamed: bool) -> None:
        """Take note of what a client got, and of the redirects before it."""
        for answer in (*response.history, response):
            if urlsplit(str(answer.request.url)).hostname != HOST or answer in self._told:
                continue
            self._told.add(answer)
            if streamed and answer is response:
                self._streamed.append(answer)
            else:
                self._tell(answer)

    def settle(self) -> None:
        """Tell of the answers that were streamed."""
        while self._streamed:
            self._tell(self._streamed.pop())

    def _tell(self, answer: Any) -> None:
        try:
            exchange = exchange_of(answer)
        except ValueError:
            self.unread += 1
            return
        if exchange.token:
            self._secrets.see([exchange.token.reveal()])
        for listener in self.listeners:
            listener(exchange, answer)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See what clients send until the block ends."""
        self._secrets.is_watched = True
        with Patches() as patches:
            for package in map(import_module, ("httpx", "httpx2")):
                patches.add(package.Client, "send", self._sync)
                patches.add(package.AsyncClient, "send", self._async)
            if find_spec("requests"):  # pragma: no branch - there where this is measured
                patches.add(import_module("requests").Session, "send", self._sync)
            yield

    def _sync(self, real: Any) -> Any:
        def send(client: Any, request: Any, **named: Any) -> Any:
            response = real(client, request, **named)
            self.see(response, streamed=bool(named.get("stream")))
            return response

        return send

    def _async(self, real: Any) -> Any:
        async def send(client: Any, request: Any, **named: Any) -> Any:
            response = await real(client, request, **named)
            self.see(response, streamed=bool(named.get("stream")))
            return response

        return send
