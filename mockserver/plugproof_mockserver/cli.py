"""The command line: one group, whose commands are imported when they are run."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple

import click


class Row(NamedTuple):
    """One command: where it is defined, as `module:function`, and its line in `plugproof --help`."""

    target: str
    summary: str


COMMANDS = {
    "serve": Row("plugproof_mockserver.serve:serve", "Serve the fake on a socket."),
    "check": Row(
        "plugproof_mockserver.check_command:check", "Check a live API with a handful of careful requests."
    ),
    "inspect": Row(
        "plugproof_mockserver.inspect_command:inspect",
        "Judge recorded traffic: HAR files, VCR cassettes, NDJSON of exchanges.",
    ),
    "proxy": Row("plugproof_mockserver.proxy_command:proxy", "Forward to the real API, and check what passes."),
    "fuzz": Row(
        "plugproof_mockserver.fuzz_command:fuzz",
        "Send a fake or a staging what nobody thought of, with Schemathesis.",
    ),
    "rules": Row("plugproof_mockserver.rules_command:rules", "List the rules, or show the page of one."),
    "report": Row(
        "plugproof_mockserver.report_command:report", "Show the history of checks as a page with charts."
    ),
    "scenarios": Row("plugproof_mockserver.cli:scenarios", "List the charger codes and what each stands for."),
    "lifecycle": Row("plugproof_mockserver.cli:lifecycle", "Draw the lifecycle of a session."),
    "openapi": Row("plugproof_mockserver.cli:openapi", "Print the API's contract as an OpenAPI 3.1 document."),
}
"""Every command by name. The summaries stand here so that `plugproof --help` has nothing to import."""


class LazyGroup(click.Group):
    """A group that imports a command when it is run, and puts a mistake of its user into one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].target.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.summary) for name, row in COMMANDS.items()])

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the group's own arguments."""
        with _in_one_line():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Read a command's arguments and run it."""
        with _in_one_line():
            return super().invoke(ctx)


@contextmanager
def _in_one_line() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        # click shows the usage above the message of an error that knows its context.
        error.ctx = None
        raise


def _print_version(ctx: click.Context, param: click.Parameter, is_wanted: bool) -> None:
    if is_wanted:
        from plugproof_contracts.version import VERSION

        click.echo(f"plugproof {VERSION}")
        ctx.exit()


@click.group(cls=LazyGroup)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def main() -> None:
    """A fake of Plugchoice's public-charging API, and the contract that keeps it honest. Unofficial."""


@click.command(help=COMMANDS["scenarios"].summary)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def scenarios(as_json: bool) -> None:
    """Print every scenario: its charger code, what happens, and where it ends."""
    from plugproof_mockserver import catalogue

    if as_json:
        click.echo(json.dumps([row._asdict() for row in catalogue.rows()], indent=2))
    elif sys.stdout.isatty():
        _print_table(catalogue.rows())
    else:
        click.echo("\n".join(catalogue.lines()))


def _print_table(rows: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("Charger code", "What happens", "Ends")
    for row in rows:
        table.add_row(row.code, row.summary, row.end)
    Console().print(table)


@click.command(help=COMMANDS["lifecycle"].summary)
@click.option(
    "--format",
    "picture",
    type=click.Choice(["mermaid", "svg", "text"]),
    default="mermaid",
    show_default=True,
    help="How to draw it.",
)
def lifecycle(picture: str) -> None:
    """Print the lifecycle as a picture."""
    from plugproof_contracts import picture as pictures

    click.echo(getattr(pictures, picture)(), nl=False)


@click.command(help=COMMANDS["openapi"].summary)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of YAML.")
def openapi(as_json: bool) -> None:
    """Print the document."""
    from plugproof_contracts import spec

    if as_json:
        click.echo(json.dumps(spec.document(), indent=2, ensure_ascii=False))
    else:
        click.echo(spec.yaml_text(), nl=False)
