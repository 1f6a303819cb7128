"""Seeing every answer of the API's host that reaches a client, whoever gave it and however it is read.

Tools keep methods of a client from before they were replaced, or take their place. So each client is watched
where an answer passes at its front and once more further in. An answer that is seen twice is told once.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

from plugproof_contracts import Exchange
from plugproof_contracts.adapters import exchange_of
from plugproof_pytest.interception.host_guard import HOST
from plugproof_pytest.interception.patching import Patches, module_if_there
from plugproof_pytest.interception.streamed_bodies import keep_streamed
from plugproof_pytest.known_secrets import KnownSecrets

Listener = Callable[[Exchange, Any], None]
"""Is told of an exchange, and of the client's own response."""
Finish = Callable[[], Exchange]
"""Makes the exchange of an answer once it is read; raises `InvalidValueError` if it was not read whole."""


_SECRETS = re.compile(rb'"(?:session_token|client_secret)"\s*:\s*"([^"\\]+)"')


class ResponseRecorder:
    """Tells its listeners of the answers, each once; of those that are streamed, when they have been read."""

    def __init__(self, secrets: KnownSecrets) -> None:
        self._secrets = secrets
        self.listeners: list[Listener] = []
        self.unread = 0
        """How many answers nobody read whole, so that nobody could be told of them."""
        self._told: WeakSet[Any] = WeakSet()
        self._unfinished: list[tuple[Any, Finish]] = []

    def see(self, response: Any) -> None:
        """Take note of what a client of httpx, httpx2 or requests got, and of the redirects before it."""
        for answer in (*getattr(response, "history", ()), response):
            request = getattr(answer, "_request", None) or getattr(answer, "request", None)
            if answer not in self._told and _is_real(getattr(request, "url", None)):
                self._told.add(answer)
                finish = partial(exchange_of, answer) if _is_whole(answer) else keep_streamed(answer)
                self._unfinished.append((answer, finish))

    def see_exchange(self, response: Any, url: Any, make: Finish) -> None:
        """Take note of what another client got and read."""
        if _is_real(url) and response not in self._told:
            self._told.add(response)
            self._tell(response, make)

    def settle(self, *, only_whole: bool = False) -> None:
        """Tell of the answers that were not read at once, or only of those that have been read by now."""
        while self._unfinished and (not only_whole or _is_whole(self._unfinished[0][0])):
            self._tell(*self._unfinished.pop(0))

    def _tell(self, answer: Any, finish: Finish) -> None:
        try:
            exchange = finish()
        except (ValueError, TypeError):
            self.unread += 1
            return
        if exchange.token:
            self._secrets.see([exchange.token.reveal()])
        self._secrets.see(match.decode("latin-1") for match in _SECRETS.findall(exchange.body or b""))
        for listener in self.listeners:
            listener(exchange, answer)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See what clients get until the block ends."""
        self._secrets.is_watched = True
        with Patches() as patches:
            for package in filter(None, map(module_if_there, ("httpx", "httpx2"))):
                for name in ("send", "_send_single_request"):
                    patches.add(package.Client, name, self._sync)
                    patches.add(package.AsyncClient, name, self._async)
            if sessions := module_if_there("requests.sessions"):
                patches.add(sessions.Session, "request", self._sync)
                patches.add(sessions.Session, "send", self._sync)
                patches.add(sessions, "dispatch_hook", self._sync)
            if urllib3 := module_if_there("urllib3"):
                patches.add(urllib3.HTTPConnectionPool, "urlopen", self._urllib3)
            if aiohttp := module_if_there("aiohttp"):
                patches.add(aiohttp.ClientResponse, "read", self._aiohttp)
            yield

    def _sync(self, real: Any) -> Any:
        def send(*arguments: Any, **named: Any) -> Any:
            response = real(*arguments, **named)
            self.see(response)
            self.settle(only_whole=True)
            return response

        return send

    def _async(self, real: Any) -> Any:
        async def send(*arguments: Any, **named: Any) -> Any:
            response = await real(*arguments, **named)
            self.see(response)
            self.settle(only_whole=True)
            return response

        return send

    def _urllib3(self, real: Any) -> Any:
        def urlopen(pool: Any, method: str, url: str, *arguments: Any, **named: Any) -> Any:
            response = real(pool, method, url, *arguments, **named)
            if named.get("preload_content", True):
                whole = f"{pool.scheme}://{pool.host}{urlsplit(url)._replace(scheme='', netloc='').geturl()}"
                headers = named.get("headers") or {}
                self.see_exchange(
                    response,
                    whole,
                    lambda: Exchange(method, whole, response.status, response.headers, response.data, headers),
                )
            return response

        return urlopen

    def _aiohttp(self, real: Any) -> Any:
        async def read(response: Any) -> bytes:
            body: bytes = await real(response)
            url, asked = str(response.url), response.request_info.headers
            self.see_exchange(
                response,
                url,
                lambda: Exchange(
                    response.method,
                    url,
                    response.status,
                    list(response.headers.items()),
                    body,
                    list(asked.items()),
                ),
            )
            return body

        return read


def _is_whole(answer: Any) -> bool:
    return getattr(answer, "_content", False) is not False


def _is_real(url: Any) -> bool:
    try:
        return (urlsplit(str(url)).hostname or "").removesuffix(".") == HOST
    except ValueError:
        return False
