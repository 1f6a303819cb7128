"""One request to the control plane as its handlers see it, and what a row of its routes says."""

from collections.abc import Callable
from typing import Any, NamedTuple

from plugproof_mockserver.control import body_fields
from plugproof_mockserver.world.registries.registry import WorldRegistry
from plugproof_mockserver.world.world import World


class ControlRequest(NamedTuple):
    """One request: the argument of its path, and the fields of its body and query. `identity` is the server's,
    which `workers` processes serve.

    `worlds` are all that there are, and `may_control` tells whether the request may control the one of a name.
    """

    world: World
    worlds: WorldRegistry
    may_control: Callable[[str], bool]
    identity: str
    workers: int
    argument: str
    fields: dict[str, Any]
    query: dict[str, Any]

    def __repr__(self) -> str:
        return f"<ControlRequest of the world {self.world.name}>"

    @property
    def token(self) -> str:
        """The token that the argument is, or whose fingerprint it is; raises `UnknownSessionError`."""
        sessions = self.world.sessions
        token = sessions.token_of(self.argument) if self.argument.startswith("token~") else self.argument
        return sessions.get(token, self.world.clock.now()).token


Handler = Callable[[ControlRequest], Any]
"""Do what is asked, and returns what JSON then says; None for no content."""


class ControlRoute(NamedTuple):
    """What answers `method` at `path`: the forms of its body and query, and the status of its success.

    Without a form of its own, a query is not looked at. `of_one_world` is whether the handler acts on the world
    of the path, which is then locked. `document` reads a body that has no form: it may be large, and is the
    field `document`.
    """

    method: str
    path: str
    handler: Handler
    form: body_fields.BodyForm = body_fields.NOTHING
    status: int = 200
    query: body_fields.BodyForm = body_fields.NOTHING
    of_one_world: bool = True
    document: Callable[[bytes], Any] | None = None
