"""How every command's help is asked for, and what it ends with: examples, variables, exit codes."""

from collections.abc import Callable, Iterator
from typing import Any

import click

EXAMPLES: dict[str, tuple[str, ...]] = {
    "serve": ("plugproof serve", "plugproof serve --speed 60 --fault confirm:reset:first=1"),
    "check": (
        "plugproof check https://app.plugchoice.com/api --dry-run",
        "PLUGPROOF_TOKEN=… plugproof check https://app.plugchoice.com/api --fail-on drift",
    ),
    "inspect": (
        "plugproof inspect traffic.har",
        "plugproof inspect traffic.har cassettes/*.yaml --report junit=report.xml",
    ),
    "learn": ("plugproof learn traffic.har", "plugproof learn traffic.har --output plugproof.toml"),
    "replay": ("plugproof replay traffic.har", "plugproof replay traffic.har --facts plugproof.toml"),
    "proxy": ("plugproof proxy https://app.plugchoice.com/api",),
    "fuzz": ("plugproof fuzz http://127.0.0.1:8000/api --code HAPPY",),
    "explore": (
        "plugproof explore my_tests.adapter:MyAdapter --report html=map.html",
        "plugproof explore --command 'node adapter.ts' --only 'charging/*'",
    ),
    "mcp": ("plugproof mcp",),
    "rules": ("plugproof rules", "plugproof rules money.cost-within-hold"),
    "report": ("plugproof report --output history.html",),
    "scenarios": ("plugproof scenarios",),
    "lifecycle": ("plugproof lifecycle", "plugproof lifecycle --format arazzo > lifecycle.json"),
    "openapi": ("plugproof openapi > openapi.yaml", "plugproof openapi --server http://127.0.0.1:8000/api"),
}
"""Calls that work as they stand, by command."""

HELP_NAMES = ["-h", "--help"]


def command(summary: str | None = None, **settings: Any) -> Callable[[Callable[..., None]], click.Command]:
    """Return the decorator of a command; without a summary the docstring is the help.

    The names of the help option are the command's own: click keeps the option that it made first, so a
    command that is called once without the group would never learn of the group's names.
    """
    return click.command(help=summary, context_settings={"help_option_names": HELP_NAMES} | settings)


EXIT_CODES = {
    0: "well, and for a verdict: it conforms",
    1: "broken: a fact that counts, or a change under --fail-on drift",
    2: "given wrongly, or a file or history that cannot be used",
    3: "could not check",
    5: "nothing was checked, or learned",
    70: "an error of plugproof's own",
    74: "standard output cannot be written",
}
"""What the exit codes of all commands mean."""
JUDGING = frozenset({"check", "inspect", "replay", "fuzz", "explore"})
"""The commands that end with a verdict; the others end with the codes of `PLAIN`."""
PLAIN = (0, 2, 74)
LEARNING = (0, 2, 5, 70, 74)
"""The codes of `learn`, which gives no verdict, and may find nothing to learn from."""


def epilog(name: str, command: click.Command) -> str:
    """Return the end of a command's help; click keeps the lines of a block that begins with `\\b`."""
    codes = EXIT_CODES if name in JUDGING else LEARNING if name == "learn" else PLAIN
    blocks = (
        ("Examples:", EXAMPLES.get(name, ())),
        ("Variables:", tuple(_variables(command))),
        ("Exit codes:", tuple(f"{code:>2}  {EXIT_CODES[code]}" for code in codes)),
    )
    return "\n\n".join(
        "\b\n" + "\n".join((title, *(f"  {line}" for line in lines))) for title, lines in blocks if lines
    )


def _variables(command: click.Command) -> Iterator[str]:
    """Yield each variable with the option that it stands for."""
    for option in command.params:
        names = [option.envvar] if isinstance(option.envvar, str) else option.envvar or ()
        for name in names:
            yield f"{name}  for {max(option.opts, key=len)}"
    if command.name == "check":
        yield "PLUGPROOF_TOKEN  tokens of live sessions, one a line (or the variable of --token-env)"
        yield "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR  as usual"
    if any(option.name == "history" for option in command.params):
        yield "XDG_STATE_HOME  the history lies in $XDG_STATE_HOME/plugproof/history.sqlite3 (~/.local/state)"
