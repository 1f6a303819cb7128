"""`plugproof inspect FILE…`: the verdict on recordings, without a request sent."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from plugproof_contracts.reports import formats
from plugproof_contracts.reports.formats import Target
from plugproof_contracts.reports.report import Report
from plugproof_contracts.scrub import plain_name

INTERNAL_ERROR = 70
"""The exit code for a mistake of plugproof itself."""


def _target(text: str) -> Target:
    try:
        return formats.target(text)
    except ValueError as error:
        raise click.BadParameter(plain_name(str(error))) from None


_target.__name__ = "format=path"


@click.command(help="Judge recorded traffic: HAR files, VCR cassettes, NDJSON of exchanges.")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--strict", is_flag=True, envvar="PLUGPROOF_STRICT", help="Let inferred facts count too.")
@click.option("--baseline", metavar="F", envvar="PLUGPROOF_BASELINE", help="Accepted findings (TOML).")
@click.option(
    "--report",
    "targets",
    multiple=True,
    type=_target,
    envvar="PLUGPROOF_REPORT",
    help=f"Write a report; repeatable. Formats: {', '.join(formats.FORMATS)}; the path - is standard output.",
)
def inspect(files: tuple[str, ...], strict: bool, baseline: str | None, targets: tuple[Target, ...]) -> None:
    """Judge the files, write the reports, and end with the verdict's exit code."""
    if sum(target.path is None for target in targets) > 1:
        raise click.UsageError("only one report can go to standard output; give the others a path")
    with _no_traceback():
        report = _inspected([Path(file) for file in files], strict, baseline)
        _tell(report, targets)
    sys.exit(report.verdict.exit_code)


def _inspected(paths: Sequence[Path], strict: bool, baseline: str | None) -> Report:
    from plugproof_contracts.inspecting import inspect as inspect_files
    from plugproof_contracts.judging.baseline import BaselineError, read_baseline
    from plugproof_contracts.reports.gathering import Terms

    try:
        accepts = read_baseline(Path(baseline)) if baseline else ()
    except BaselineError as error:
        raise click.UsageError(f"the baseline {plain_name(baseline or '')}: {error}") from None
    with _progress(len(paths)) as advance:
        return inspect_files(paths, Terms(datetime.now(UTC).date(), strict, accepts), advance)


@contextmanager
def _progress(files: int) -> Iterator[Callable[[int, int], None]]:
    """Show how far the reading is, if somebody is watching."""
    if not sys.stderr.isatty():
        yield lambda done, size: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading" if files == 1 else f"reading {files} files")
        yield lambda done, size: bar.update(task, completed=done, total=size)


def _tell(report: Report, targets: Sequence[Target]) -> None:
    for target in targets:
        content = formats.render(target.format, report)
        if target.path is None:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            _write(target, content)
    to_stderr = any(target.path is None for target in targets)
    click.echo(formats.render("text", report), err=to_stderr, nl=False)


def _write(target: Target, content: bytes) -> None:
    try:
        formats.write(target.path or Path(), content)
    except OSError as error:
        raise click.UsageError(f"the {target.format} report was not written: {error.strerror}") from None


@contextmanager
def _no_traceback() -> Iterator[None]:
    """Tell of a mistake of our own by its kind and place only: its text and its frames may hold a secret."""
    try:
        yield
    except (click.ClickException, click.Abort, KeyboardInterrupt):
        raise
    except Exception as error:
        click.echo(f"internal error: {type(error).__name__} in {_place(error)}; please report it", err=True)
        sys.exit(INTERNAL_ERROR)


def _place(error: BaseException) -> str:
    trace: Any = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}"
