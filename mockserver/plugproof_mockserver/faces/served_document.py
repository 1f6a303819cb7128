"""The contract's document as the fake serves it, with the fake itself as its server."""

import asyncio

from starlette.routing import BaseRoute, Match

from plugproof_contracts.facts import openapi_document
from plugproof_mockserver.faces.api_plane import send_response
from plugproof_mockserver.http.asgi_types import BASE, PATH, Receive, Scope, Send
from plugproof_mockserver.http.response import JSON, Response

_PATH = "/api/openapi.json"
_HEADERS = (*JSON, (b"access-control-allow-origin", b"*"), (b"cache-control", b"no-store"))


class DocumentRoute(BaseRoute):
    """Reads of the document in every world; the API itself has none, so nothing of its own is hidden."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return a full match, or none; to other methods it is an unknown path of the API."""
        fits = scope.get(PATH) == _PATH and scope["method"] in ("GET", "HEAD")
        return (Match.FULL if fits else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the document, with the server that was asked; its Host header is one that was allowed."""
        host = next(value for name, value in scope["headers"] if name == b"host").decode("latin-1")
        server = f"{scope['scheme']}://{host}{scope[BASE]}/api"
        # Reading it for the first time takes longer than others should wait.
        text = await asyncio.to_thread(openapi_document.json_text, server=server)
        await send_response(scope, send, Response(200, text.encode(), _HEADERS))
