"""`plugproof report`: the history of checks as a page."""

import sys
from pathlib import Path

import click

from plugproof_cli.command_help import command
from plugproof_cli.completion import complete_files
from plugproof_cli.output.reporting import hide_traceback
from plugproof_contracts.reports.writing import write
from plugproof_contracts.secrets.filenames import plain_name


@command("Show the history of checks as a page with charts.")
@click.option(
    "--history",
    metavar="URL",
    envvar="PLUGPROOF_HISTORY",
    help="sqlite:///FILE or postgresql://HOST/DATABASE.  [default: a file of the user's]",
)
@click.option(
    "--output",
    default="-",
    metavar="F",
    shell_complete=complete_files,
    help="Where the page goes; - is standard output.",
)
def report(history: str | None, output: str) -> None:
    """Render the page."""
    with hide_traceback():
        page = _page(history)
        _write(page, output)


def _page(url: str | None) -> bytes:
    from plugproof_contracts.conformance.history import trends
    from plugproof_contracts.conformance.history.check_history import History
    from plugproof_contracts.evidence.database import HistoryError

    try:
        history = History(url)
        page = trends.page(history)
    except HistoryError as error:
        raise click.UsageError(f"the history cannot be used: {plain_name(str(error))}") from None
    history.close()
    return page


def _write(page: bytes, output: str) -> None:
    if output == "-":
        sys.stdout.buffer.write(page)
        sys.stdout.buffer.flush()
        return
    try:
        write(Path(output), page)
    except OSError as error:
        raise click.UsageError(f"the page was not written: {error.strerror}") from None
    click.echo(f"written: {plain_name(output)}")
