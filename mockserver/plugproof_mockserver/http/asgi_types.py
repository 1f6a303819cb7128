"""The words of ASGI, what this project adds to a scope, and how a body is read."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from plugproof_mockserver.http.request_bodies import MAX_BODY

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
TRANSPORT = "plugproof.transport"
"""Where a server leaves the connection in the scope, for the faults that break it."""
WRITE = "plugproof.write"
"""Where a server leaves a function in the scope that writes a whole answer at once, if it has one."""
PATH = "plugproof.path"
"""Where the front door leaves the raw path within the world, without a query."""
BASE = "plugproof.base"
"""Where the front door leaves what stands before a path of the world, such as `/worlds/a`, or nothing."""
WORLD = "plugproof.world"
"""Where the front door leaves the world in the scope, but for the control plane, which may refuse to make one."""
WORLD_NAME = "plugproof.world_name"
"""Where the front door leaves the name of the world, which may not be there yet."""
WORLDS = "plugproof.worlds"
"""Where the front door leaves the registry of all worlds in the scope, for the control plane."""


async def read_body(receive: Receive, most: int = MAX_BODY) -> bytes | None:
    """Read a body to its end, or until it is longer than `most`; None when the client hung up before."""
    chunks, size, more = [], 0, True
    while more and size <= most:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        more = message.get("more_body", False)
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
    return b"".join(chunks)
