"""The command line: one group, whose commands are imported when they are run."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from plugproof_cli.command_help import HELP_NAMES, epilog
from plugproof_cli.output.standard_output import ended_when_lost

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "serve": "Serve the fake on a socket.",
    "check": "Check a live API with a handful of careful requests.",
    "inspect": "Judge recorded traffic: HAR files, VCR cassettes, NDJSON of exchanges.",
    "learn": "Learn settings from recorded traffic (HAR files, VCR cassettes, NDJSON) and from a ledger.",
    "replay": "Play recorded traffic at the fake, and name each fact by which their answers differ.",
    "proxy": "Forward to the real API, and check what passes.",
    "fuzz": "Fuzz a mock or staging server with Schemathesis.",
    "explore": "Try a client in every status, with every button and every fault.",
    "mcp": "Serve tools for coding agents on standard input and output (Model Context Protocol).",
    "rules": "List the rules, or show the page of one.",
    "report": "Show the history of checks as a page with charts.",
    "scenarios": "List the charger codes and what each stands for.",
    "lifecycle": "Draw the lifecycle of a session.",
    "openapi": "Print the API's contract as an OpenAPI 3.1 document.",
}
"""Every command with its summary, which stands here so that `plugproof --help` has nothing to import.

The command NAME is the function NAME of the module `module_of(NAME)`.
"""
_FACTS = ("rules", "scenarios", "lifecycle", "openapi")


def module_of(name: str) -> str:
    """Return the module that holds a command."""
    return f"plugproof_cli.commands.{'facts.' if name in _FACTS else ''}{name}"


class LazyGroup(click.Group):
    """A group that imports a command when it is run, and puts a mistake of its user into one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(module_of(cmd_name)), cmd_name)
        command.epilog = epilog(cmd_name, command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete a command without importing any, or an option of the group."""
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=summary) for name, summary in COMMANDS.items() if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the group's own arguments."""
        with _in_one_line(), ended_when_lost():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Read a command's arguments and run it."""
        with _in_one_line(), ended_when_lost():
            return super().invoke(ctx)


@contextmanager
def _in_one_line() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except ModuleNotFoundError as error:
        raise _missing(error) from None
    except click.UsageError as error:
        # click shows the usage above the message of an error that knows its context.
        error.ctx = None
        raise


def _missing(error: ModuleNotFoundError) -> Exception:
    """Return what a user is told of a missing package, or the error itself for one that no extra brings."""
    from plugproof_contracts.extras import MissingPackageError, name_missing_extra

    try:
        with name_missing_extra():
            raise error
    except MissingPackageError as found:
        return click.UsageError(str(found))
    except ModuleNotFoundError:
        return error


def _print_version(ctx: click.Context, param: click.Parameter, is_wanted: bool) -> None:
    if is_wanted:
        from plugproof_cli import versions

        click.echo(versions.as_json() if ctx.params["as_json"] else versions.as_text())
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": HELP_NAMES})
@click.option("--version", is_flag=True, expose_value=False, callback=_print_version, help="Show the version.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    is_eager=True,  # read before --version, wherever it stands
    help="With --version: show the versions of all that matters as JSON.",
)
def main(as_json: bool) -> None:
    """A fake of Plugchoice's public-charging API, and the contract that keeps it honest. Unofficial."""
    if as_json:
        raise click.UsageError("--json before a command belongs to --version; put it behind the command")
