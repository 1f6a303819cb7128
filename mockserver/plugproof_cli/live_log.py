"""The live log of `plugproof serve`: one line for each request to the API, without its token and its body."""

import os
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import click
import msgspec

from plugproof_cli.standard_output import telling

if TYPE_CHECKING:
    from plugproof_mockserver.world.world import World

_COLOURS = {2: "green", 3: "cyan", 4: "yellow", 5: "red"}


class LogFormat(StrEnum):
    """How requests are logged; `auto` is `text` on a terminal, and `off` anywhere else."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"
    OFF = "off"


Follow = Callable[["World"], None]
"""Logs from now on what a world is asked."""


def follower(form: LogFormat) -> Follow:
    """Return what logs a world to standard output, as long as that can be written."""
    on_terminal = sys.stdout.isatty()
    if form is LogFormat.OFF or (form is LogFormat.AUTO and not on_terminal):
        return lambda world: None
    line = _as_json if form is LogFormat.JSON else _as_text
    colour = on_terminal and not os.environ.get("NO_COLOR")
    write = telling(lambda entry: click.echo(line(entry), color=colour))

    def follow(world: "World") -> None:
        # The world has noted the request before it tells of it.
        world.listeners.append(lambda request, response, now: write(_entry(world)))

    return follow


def _entry(world: "World") -> dict[str, Any]:
    noted = world.journal.latest().describe()
    del noted["body"]  # it may hold an address
    return {"world": world.name, **noted}


def _as_json(entry: dict[str, Any]) -> str:
    return msgspec.json.encode(entry).decode()


def _as_text(entry: dict[str, Any]) -> str:
    status = click.style(entry["status"], fg=_COLOURS.get(entry["status"] // 100))
    world = "" if entry["world"] == "default" else f" in {entry['world']}"
    faults = f" with {', '.join(entry['faults'])}" if entry["faults"] else ""
    return f"{entry['at'][11:19]} {status} {entry['method']} {entry['path']}{world}{faults}"
