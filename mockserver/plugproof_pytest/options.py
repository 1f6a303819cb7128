"""The plugin's options."""

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import pytest


class Option(NamedTuple):
    """One option: its name, what it is for, and how it is read."""

    name: str
    help: str
    how: dict[str, Any]


_ON: dict[str, Any] = {"action": "store_true"}


def _percent(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 100")
    return value


OPTIONS = (
    Option("check", "check every answer from the API's host against its contract, whatever mocked it", _ON),
    Option("strict", "with --plugchoice-check: a break of what is only inferred fails its test, too", _ON),
    Option(
        "allow",
        "with --plugchoice-check: breaks of RULE are counted, but fail no test; may be given more than once",
        {"action": "append", "default": [], "metavar": "RULE"},
    ),
    Option(
        "guard",
        "fail calls that would leave for the real API (the default in CI for suites that use the plugin)",
        {"action": "store_const", "const": True, "default": None},
    ),
    Option(
        "facts",
        "every fake behaves by this facts file of plugproof learn (ini: plugchoice_facts)",
        {"metavar": "PATH"},
    ),
    Option("coverage", "tell at the end which of the API's behaviours the suite never met", _ON),
    Option(
        "coverage-fail-under", "fail the run if it met less than N percent", {"type": _percent, "metavar": "N"}
    ),
    Option("coverage-json", "write what was met to a JSON file", {"metavar": "PATH"}),
    Option("coverage-html", "write what was met to an HTML file", {"metavar": "PATH"}),
)


def add_options(parser: pytest.Parser) -> None:
    """Add the options; raise `ValueError` when another plugin already has."""
    group = parser.getgroup("plugchoice", "plugproof: a fake of Plugchoice's public-charging API")
    for name, text, how in OPTIONS:
        group.addoption(f"--plugchoice-{name}", help=text, **how)
    group.addoption(
        "--no-plugchoice-guard",
        help="let calls leave for the real API",
        dest="plugchoice_guard",
        action="store_const",
        const=False,
    )
    parser.addini("plugchoice_facts", "every fake behaves by this facts file of plugproof learn")


def facts_path(config: pytest.Config) -> Path | None:
    """Return the facts file of the run, of the option before that of the ini file; None if there is none.

    What an ini file names is relative to its folder.
    """
    given: str | None = config.getoption("plugchoice_facts")
    written: str = config.getini("plugchoice_facts")
    if given is not None:
        return config.invocation_params.dir / given
    folder = config.inipath.parent if config.inipath else config.rootpath
    return folder / written if written else None


COVERAGE = tuple(f"plugchoice_{row.name.replace('-', '_')}" for row in OPTIONS if row.name.startswith("coverage"))
"""The options of which any asks for coverage."""
