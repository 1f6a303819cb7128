"""The live log of `plugproof serve`: one line for each request to the API, without its token and its body."""

import os
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import click
import msgspec

from plugproof_cli.output.standard_output import telling
from plugproof_mockserver.model.timestamps import SECOND, iso

if TYPE_CHECKING:
    from plugproof_mockserver.world.nouns.world_errors import EndedWorld
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


def world_follower(form: LogFormat) -> "Callable[[EndedWorld], None]":
    """Return what writes a line for each world that ends: into the log, or to standard error where that is off.

    A world takes its sessions along, so only `off` keeps it quiet.
    """
    if form is LogFormat.OFF:
        return lambda ended: None
    is_json = form is LogFormat.JSON
    to_error = form is LogFormat.AUTO and not sys.stdout.isatty()
    return telling(lambda ended: click.echo(_ended_line(ended, is_json), err=to_error))


def telling_workers(form: LogFormat) -> Callable[[str], None]:
    """Return what writes a line on standard error for what happens to workers; `off` keeps it quiet."""
    if form is LogFormat.OFF:
        return lambda what: None
    return telling(lambda what: click.echo(f"plugproof: {what}", err=True))


def _ended_line(ended: "EndedWorld", is_json: bool) -> str:
    at = iso(int(ended.at) * SECOND)
    if is_json:
        entry = {"at": at, "event": "world ended", "world": ended.name, "ending": ended.ending}
        return msgspec.json.encode(entry | {"sessions": ended.sessions}).decode()
    return f"{at[11:19]} world {ended.name} ended with {ended.sessions} sessions: {ended.reason}"


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
