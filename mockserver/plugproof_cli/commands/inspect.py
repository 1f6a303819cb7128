"""`plugproof inspect FILE…`: the verdict on recordings, without a request sent."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plugproof_cli.command_help import command
from plugproof_cli.completion import complete_files
from plugproof_cli.output.progress import shows_progress
from plugproof_cli.output.reporting import (
    accepts,
    baseline_option,
    goes_to_stdout,
    hide_traceback,
    ledger_option,
    report_option,
    strict_option,
    write_reports,
)
from plugproof_contracts.reports.formats import ReportTarget
from plugproof_contracts.reports.report_model import Report

if TYPE_CHECKING:
    from plugproof_contracts.checking.baseline import Accept


@command("Judge recorded traffic: HAR files, VCR cassettes, NDJSON of exchanges.")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", shell_complete=complete_files)
@strict_option
@baseline_option
@ledger_option
@report_option
def inspect(
    files: tuple[str, ...],
    strict: bool,
    baseline: str | None,
    ledger: str | None,
    targets: tuple[ReportTarget, ...],
) -> None:
    """Judge the files, write the reports, and end with the verdict's exit code."""
    goes_to_stdout(targets)
    with hide_traceback():
        report = _inspected([Path(file) for file in files], strict, accepts(baseline), ledger)
        write_reports(report, targets)
    sys.exit(report.verdict.exit_code)


def _inspected(paths: Sequence[Path], strict: bool, accepted: "tuple[Accept, ...]", ledger: str | None) -> Report:
    from plugproof_contracts.conformance.recordings import inspect as inspect_files
    from plugproof_contracts.reports.builder import ReportPolicy

    with _progress(len(paths)) as advance:
        policy = ReportPolicy(datetime.now(UTC).date(), strict, accepted)
        return inspect_files(paths, policy, advance, ledger=ledger)


@contextmanager
def _progress(files: int) -> Iterator[Callable[[int, int], None]]:
    """Show how far the reading is, if somebody is watching."""
    if not shows_progress():
        yield lambda done, size: None
        return
    label = "reading" if files == 1 else f"reading {files} files"
    with click.progressbar(length=1000, label=label, file=sys.stderr) as bar:
        yield lambda done, size: bar.update(done * 1000 // max(size, 1) - bar.pos)
