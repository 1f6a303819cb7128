"""The marker `plugchoice`: what one test asks of its fake."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from inspect import signature, unwrap
from typing import Any, NamedTuple

import pytest

from plugproof_contracts.errors import InvalidTypeError, InvalidValueError
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.model.settings import Settings

UNKNOWN_ROUTES = ("refuse", "pass")
OWN_ARGUMENTS = {"check": (True, False), "unknown_routes": UNKNOWN_ROUTES}
"""The arguments that are the plugin's own, with what is allowed."""
_OF_FAKE = tuple(
    name for name, one in signature(FakePlugchoice).parameters.items() if one.kind is one.KEYWORD_ONLY
)
ARGUMENTS = tuple(dict.fromkeys((*_OF_FAKE, *Settings.__struct_fields__, *OWN_ARGUMENTS)))
"""Every argument that the marker takes."""


class FakeOptions(NamedTuple):
    """What the markers of one test say, the closest one first: the fake's settings, and the plugin's own."""

    settings: Mapping[str, Any]
    checks: bool = True
    refuses_unknown_routes: bool = True

    def fake(self, defaults: Mapping[str, Any] | None = None) -> FakePlugchoice:
        """Return a fresh fake, by `defaults` where the markers say nothing.

        Raises `InvalidValueError` or `InvalidTypeError` that names what is wrong.
        """
        return FakePlugchoice(**{**(defaults or {}), **self.settings})


_NONE = FakeOptions({})
_READ = pytest.StashKey[FakeOptions]()


def read(item: pytest.Item) -> FakeOptions:
    """Return what the markers of a test say; fail the test, at its line, when one of them is wrong."""
    __tracebackhide__ = True
    if _READ not in item.stash:
        item.stash[_READ] = _read(item)
    return item.stash[_READ]


def _read(item: pytest.Item) -> FakeOptions:
    __tracebackhide__ = True
    markers = list(item.iter_markers("plugchoice"))
    if not markers:
        return _NONE
    given: dict[str, Any] = {}
    for marker in reversed(markers):
        given |= marker.kwargs
    try:
        return _options(given, [argument for marker in markers for argument in marker.args])
    except (ValueError, TypeError) as error:
        complaint = str(error)
    pytest.fail(f"{_position(item)}: @pytest.mark.plugchoice: {complaint}", pytrace=False)


def _options(given: dict[str, Any], positional: list[Any]) -> FakeOptions:
    if positional:
        raise InvalidTypeError(f"{positional[0]!r} has no name; every argument has one, as in scenario='HAPPY'")
    refuse_unknown(given, ARGUMENTS)
    for name, allowed in OWN_ARGUMENTS.items():
        if name in given and given[name] not in allowed:
            raise InvalidValueError(
                f"{name} can't be {given[name]!r}; it is one of {', '.join(map(repr, allowed))}"
            )
    settings = {name: value for name, value in given.items() if name not in OWN_ARGUMENTS}
    options = FakeOptions(settings, given.get("check", True), given.get("unknown_routes") != "pass")
    options.fake()
    return options


def refuse_unknown(given: Iterable[str], known: Sequence[str]) -> None:
    """Raise `InvalidTypeError` for a name that is not among those that are known, and list these."""
    for name in given:
        if name not in known:
            close = get_close_matches(name, known, 1)
            likely = f"did you mean {close[0]!r}? " if close else ""
            raise InvalidTypeError(f"there is no argument {name!r}; {likely}It takes {', '.join(known)}")


def _position(item: pytest.Item) -> str:
    function = getattr(item, "function", None)
    line = unwrap(function).__code__.co_firstlineno if function else (item.location[1] or 0) + 1
    return f"{item.location[0]}:{line}"
