"""Which operation a request means, decided on the raw path alone.

Nothing is decoded here: `%61` is not `a`, so two spellings can never be taken for one token.
"""

from functools import lru_cache

import msgspec

from plugproof_contracts.facts.operations import OPERATIONS, PREFIX, Operation


class RouteMatch(msgspec.Struct, frozen=True):
    """A known path: its operations by method, the template without its argument, and that argument as it came.

    `has_token` is whether the argument is a session token.
    """

    template: str
    methods: dict[str, Operation]
    argument: str
    has_token: bool

    def __repr__(self) -> str:
        return f"<RouteMatch {self.template}>"

    @property
    def allow(self) -> str:
        """The methods, as an `Allow` header lists them."""
        return ", ".join(self.methods)


def _methods(operation: Operation) -> dict[str, Operation]:
    # The framework answers HEAD wherever it answers GET.
    names = ("GET", "HEAD") if operation.method == "GET" else (operation.method,)
    return dict.fromkeys(names, operation)


def _key(path: str) -> tuple[str, int, str]:
    """Return the noun of a path, how many parts follow it, and the verb if there is one."""
    _, noun, *rest = path.split("/")
    return noun, len(rest), rest[1] if len(rest) > 1 else ""


_PLACES = {_key(operation.path): (operation.template, _methods(operation)) for operation in OPERATIONS.values()}
_START = PREFIX + "/"
_KEPT_PATH = 256
NAME = PREFIX.rpartition("/")[2]
"""The part by which a path of the API is known, wherever its beginning has gone."""


def find_route(path: str) -> RouteMatch | None:
    """Return what a raw path below the API's base means, or None when nothing lives there."""
    # A client asks for the same path again and again; no real client has a long one, so it is not kept.
    return _find_again(path) if len(path) <= _KEPT_PATH else _find(path)


def _find(path: str) -> RouteMatch | None:
    if not path.startswith(_START):
        return None
    noun, *rest = path[len(_START) :].split("/", 3)
    found = _PLACES.get((noun, len(rest), rest[1] if len(rest) > 1 else ""))
    if found is None or (rest and not rest[0]):
        return None
    return RouteMatch(*found, rest[0] if rest else "", has_token="{token}" in found[0])


_find_again = lru_cache(maxsize=4096)(_find)


def is_lost(path: str) -> bool:
    """Return whether a path leads nowhere because of its beginning: a base URL lacks a part, or has one twice."""
    return NAME in path and not path.startswith(_START)
