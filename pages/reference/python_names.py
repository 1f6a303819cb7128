"""The Python names that users may rely on: a page for each package."""

import types
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, get_args

import plugproof
from pages.reference.markdown import code, page, prose, table
from pages.reference.source_names import constructor, fields, function, methods

PAGES = {
    "plugproof_contracts": ("The contract in Python", "What the API promises: `check` and what it judges with."),
    "plugproof_mockserver": ("`FakePlugchoice`", "The fake in your own process, and the words of its types."),
    "plugproof_strategies": ("Strategies", "What Hypothesis draws; [how to use them](strategies.md)."),
    "plugproof_harness": (
        "The harness",
        "Your own client, led through every status; [how](../how-to/harness.md).",
    ),
}
"""Title and first line of each package's page."""

CONSTANTS = {
    "RULES": "Every rule by its slug; [the list](rules/README.md).",
    "LAWS": "Every law of a client by its name; [the list](harness-laws.md#laws).",
}
"""What is said of a name that is neither a class nor a function."""


def python_page(package: str) -> Callable[[], str]:
    """Return what makes the page of a package."""

    def make() -> str:
        title, about = PAGES[package]
        names = plugproof._PUBLIC[package]
        imported = (
            f"All names come from `plugproof`, as in `from plugproof import {names[1]}`, or from `{package}`."
        )
        return page(title, about, imported, *(_section(name, getattr(plugproof, name)) for name in names))

    return make


def _section(name: str, thing: Any) -> str:
    return "\n\n".join((f"## `{name}`", *(part for part in _parts(name, thing) if part)))


def _parts(name: str, thing: Any) -> Iterator[str]:
    if name in CONSTANTS:
        yield CONSTANTS[name]
    elif isinstance(thing, types.ModuleType):
        yield prose(thing.__doc__ or "")
    elif isinstance(thing, types.FunctionType):
        found = function(thing)
        yield code("text", found.call)
        yield prose(found.docstring)
    elif not isinstance(thing, type):
        yield "One of " + ", ".join(f"`{value}`" for value in get_args(thing)) + "."
    else:
        yield from _class_parts(thing)


def _class_parts(thing: type) -> Iterator[str]:
    if call := constructor(thing):
        yield code("text", call)
    yield prose(thing.__doc__ or "")
    if issubclass(thing, Enum):
        yield "One of " + ", ".join(f"`{member.value}`" for member in thing) + "."
    else:
        rows = ((f"`{one.name}`", f"`{one.type}`", _default(one.default), one.docstring) for one in fields(thing))
        yield table(("field", "type", "default", ""), rows)
    yield table(("", ""), ((f"`{one.call}`", prose(one.docstring)) for one in methods(thing)))


def _default(text: str) -> str:
    return f"`{text}`" if text else ""
