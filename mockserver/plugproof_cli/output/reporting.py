"""What the commands share that end in a verdict: their options, their reports, and how they end."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT, SIGTERM, default_int_handler, signal
from typing import TYPE_CHECKING, Any

import click

from plugproof_cli.completion import complete_files, complete_formats
from plugproof_cli.output.standard_output import is_lost
from plugproof_contracts.extras import MissingPackageError, name_missing_extra
from plugproof_contracts.reports import formats
from plugproof_contracts.reports.formats import ReportTarget
from plugproof_contracts.reports.report_model import Report
from plugproof_contracts.reports.writing import is_writable, write
from plugproof_contracts.secrets.filenames import plain_name

if TYPE_CHECKING:
    from plugproof_contracts.checking.baseline import Accept

INTERNAL_ERROR = 70
"""The exit code for a mistake of plugproof itself."""


# Options.


def _target(text: str) -> ReportTarget:
    try:
        return formats.target(text)
    except ValueError as error:
        raise click.BadParameter(plain_name(str(error))) from None


_target.__name__ = "format=path"

strict_option = click.option(
    "--strict", is_flag=True, envvar="PLUGPROOF_STRICT", help="Let inferred facts count too."
)
baseline_option = click.option(
    "--baseline",
    metavar="F",
    shell_complete=complete_files,
    envvar="PLUGPROOF_BASELINE",
    help="Accepted findings (TOML).",
)
ledger_option = click.option(
    "--ledger",
    metavar="URL",
    envvar="PLUGPROOF_LEDGER",
    help="Add what was seen of each fact: sqlite:///FILE or postgresql://HOST/DATABASE.",
)
report_option = click.option(
    "--report",
    "targets",
    multiple=True,
    type=_target,
    shell_complete=complete_formats(formats.FORMATS),
    envvar="PLUGPROOF_REPORT",
    help=f"Write a report; repeatable. Formats: {', '.join(formats.FORMATS)}; the path - is standard output.",
)


def base_url(text: str, *, named: str = "BASE_URL") -> str:
    """Read the base URL of an argument or option, or tell what is wrong with it."""
    from plugproof_contracts.conformance.probing import target

    try:
        return target.base_url(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=named) from None


def accepts(baseline: str | None) -> "tuple[Accept, ...]":
    """Read the accepted findings of a baseline, none without one."""
    if baseline is None:
        return ()
    from plugproof_contracts.checking.baseline import BaselineError, read_baseline

    try:
        return read_baseline(Path(baseline))
    except BaselineError as error:
        raise click.UsageError(f"the baseline {plain_name(baseline)}: {error}") from None


# Reports.


def goes_to_stdout(targets: Sequence[ReportTarget]) -> bool:
    """Return whether a report takes standard output, so that all else has to go beside; refuse two of them."""
    taken = sum(target.path is None for target in targets)
    if taken > 1:
        raise click.UsageError("only one report can go to standard output; give the others a path")
    return taken == 1


def refuse_unwritable(targets: Iterable[ReportTarget], *others: str | None) -> None:
    """Find out before the first request whether its outcome can be written down."""
    paths = [one.path for one in targets if one.path] + [Path(other) for other in others if other]
    for path in paths:
        if not is_writable(path):
            raise click.UsageError(f"{plain_name(str(path))} cannot be written; name a file in a folder that can")


def write_reports(report: Report, targets: Sequence[ReportTarget]) -> None:
    """Write the reports, and tell what they say."""
    for target in targets:
        content = formats.render(target.format, report)
        if target.path is None:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            _write(target, content)
    click.echo(formats.render("text", report), err=goes_to_stdout(targets), nl=False)


def _write(target: ReportTarget, content: bytes) -> None:
    try:
        write(target.path or Path(), content)
    except OSError as error:
        raise click.UsageError(f"the {target.format} report was not written: {error.strerror}") from None


# How they end.


@contextmanager
def hide_traceback() -> Iterator[None]:
    """Tell of a mistake of our own by its kind and place only: its text and its frames may hold a secret."""
    try:
        with name_missing_extra():
            yield
    except (click.ClickException, click.Abort, KeyboardInterrupt, MissingPackageError):
        raise
    except Exception as error:
        if is_lost(error):
            raise
        click.echo(f"internal error: {type(error).__name__} in {_place(error)}; please report it", err=True)
        sys.exit(INTERNAL_ERROR)


def _place(error: BaseException) -> str:
    trace: Any = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}"


@contextmanager
def handle_interrupts() -> Iterator[None]:
    """Let both signals end the command as an interruption, of which the report tells."""
    before = {number: signal(number, default_int_handler) for number in (SIGINT, SIGTERM)}
    try:
        yield
    except KeyboardInterrupt:
        click.echo("interrupted before anything was checked", err=True)
        sys.exit(3)
    finally:
        for number, handler in before.items():
            signal(number, handler)
