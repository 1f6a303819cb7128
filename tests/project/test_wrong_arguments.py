"""Every public callable refuses a wrong argument with an error of ours that names it.

What there is to call is read from `plugproof` itself: a new function, method or parameter without a door fails.
"""

import inspect
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from hypothesis import find
from hypothesis.strategies import SearchStrategy

import plugproof
from plugproof import FakePlugchoice, PlugproofError
from plugproof_mockserver.world.faults.faults import make_fault

FAKE = FakePlugchoice(seed=1)
SECRET = "eyJhbGciOiJIUzI1NiJ9-a-token-in-the-wrong-place"

OWNERS: dict[str, Callable[[], Any]] = {
    "Api": lambda: plugproof.Api(FAKE, lambda seconds: None),
    "AsyncTransport": FAKE.async_transport,
    "Exchange": lambda: plugproof.Exchange("GET", "https://app.plugchoice.com/api", 200, [], b""),
    "Exploration": lambda: plugproof.Exploration("mine", 1, ()),
    "FakeClock": lambda: FAKE.clock,
    "FakeFaults": lambda: FAKE.faults,
    "FakePlugchoice": lambda: FAKE,
    "FakeSession": lambda: FAKE.start_session("HAPPY"),
    "Fault": lambda: make_fault("get", "reset"),
    "Journal": lambda: FAKE.journal,
    "PreparedResponse": lambda: FAKE.respond("charger", first=1),
    "Transport": FAKE.transport,
    "WorldSnapshot": FAKE.snapshot,
}
"""An instance of each class that has methods with arguments."""

NO_DOOR = {
    "Adapter.": "a subclass of the user's has these methods, and the harness calls them",
    "plugproof_rules": "Schemathesis calls it",
    "Exchange.replace": "the constructor says it",
    "Journal.add": "it runs for every request, and says itself what an entry is",
}
"""What is not asked here, by how its name begins, and why."""

OPEN = {
    "assert_conforms(answer)": "a response of any client; what is none is refused by its own message",
    **dict.fromkeys(
        (f"{call}(adapter)" for call in ("client_cells", "client_machine", "explore", "replay", "simulate")),
        "an AdapterError says what is no adapter",
    ),
}
"""Parameters that take any type, and why; a field of a session may be set to anything, too."""


class Public(NamedTuple):
    """Something that a user can call, with the names of its parameters."""

    name: str
    call: Callable[..., Any]
    parameters: dict[str, Any]
    takes_more: bool = False


def callables() -> Iterator[Public]:
    """Yield everything that can be called by a public name."""
    for name in plugproof.__all__:
        thing = getattr(plugproof, name)
        if get_origin(thing) or is_typeddict(thing) or not callable(thing):
            continue
        if not inspect.isclass(thing):
            yield describe(name, thing)
        elif not issubclass(thing, BaseException | Enum):
            yield describe(name, thing)
            yield from methods(name, thing)


def methods(owner: str, kind: type) -> Iterator[Public]:
    for name in dir(kind):
        static = inspect.getattr_static(kind, name)
        function = getattr(static, "__func__", static)
        if name.startswith("_") or not inspect.isfunction(function) or not is_ours(function):
            continue
        if len(inspect.signature(function).parameters) > (not isinstance(static, staticmethod)):
            known = f"{owner}.{name}".startswith(tuple(NO_DOOR))
            assert known or owner in OWNERS, f"give an instance of {owner} in OWNERS: {owner}.{name} has arguments"
            yield describe(f"{owner}.{name}", getattr(OWNERS[owner]() if owner in OWNERS else kind, name))


def is_ours(function: Any) -> bool:
    return function.__module__.startswith("plugproof")


def describe(name: str, call: Callable[..., Any]) -> Public:
    found: dict[str, Any] = {}
    takes_more = False
    for parameter in inspect.signature(call).parameters.values():
        if parameter.kind is not parameter.VAR_KEYWORD:
            found[parameter.name] = parameter.annotation
        elif fields := get_args(parameter.annotation):
            takes_more = True
            found |= {field: hint for field, hint in get_type_hints(fields[0]).items() if hint is not Any}
        else:
            takes_more = True
    return Public(name, call, found, takes_more)


ALL = [one for one in callables() if not one.name.startswith(tuple(NO_DOOR))]


def begin(call: Callable[..., Any], **arguments: Any) -> None:
    """Call something; an async function is begun, and a strategy drawn from."""
    begun = call(**arguments)
    if inspect.iscoroutine(begun):
        begun.send(None)
    if isinstance(begun, SearchStrategy):
        find(begun, lambda _: True)


def refusal(call: Callable[..., Any], **arguments: Any) -> str:
    """Return the message of the error of a call."""
    with pytest.raises(PlugproofError) as caught:
        begin(call, **arguments)
    assert isinstance(caught.value, TypeError | ValueError)
    return str(caught.value)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_every_argument_of_a_wrong_type_is_named(one):
    """The message has the name, the type that came, and what is allowed; no parameter takes just anything."""
    for name in one.parameters:
        if f"{one.name}({name})" not in OPEN:
            message = refusal(one.call, **{name: object()})
            assert message.startswith(f"{name} of {one.name} can't be an object; it must be "), message


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_an_unknown_argument_is_named_with_those_that_are(one):
    """A misspelt keyword is answered by name; where further ones go elsewhere, what is missing is told first."""
    message = refusal(one.call, nonsense=1)
    assert "'nonsense'" in message or (one.takes_more and " lacks " in message)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_no_refusal_shows_a_token(one):
    """A token that was given in a wrong place is not in the message."""
    for name in one.parameters:
        if f"{one.name}({name})" not in OPEN:
            assert SECRET not in refusal(one.call, **{name: {SECRET}})


ENUMS = [
    thing
    for name in plugproof.__all__
    if inspect.isclass(thing := getattr(plugproof, name)) and issubclass(thing, Enum)
]


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("value", ["nothing of it", 5, None, b"", 1.5], ids=repr)
def test_an_enum_lists_its_values(kind, value):
    """What is none of them is an error of ours, and a ValueError as Python has it."""
    with pytest.raises(plugproof.InvalidValueError, match=", ".join(kind)):
        kind(value)


def test_the_tables_name_nothing_that_is_gone():
    """Whatever stands in them can still be called."""
    names = [one.name for one in callables()]
    assert not [prefix for prefix in NO_DOOR if not any(name.startswith(prefix) for name in names)]
    asked = {f"{one.name}({name})" for one in ALL for name in one.parameters}
    assert not set(OPEN) - asked
