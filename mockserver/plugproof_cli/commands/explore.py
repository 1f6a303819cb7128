"""`plugproof explore MODULE:ADAPTER`: a client in every status, with every button and every fault."""

import sys
from contextlib import ExitStack, contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from plugproof_cli.command_help import command
from plugproof_cli.completion import complete_files, complete_formats
from plugproof_cli.output.progress import shows_progress
from plugproof_cli.output.reporting import goes_to_stdout, hide_traceback, refuse_unwritable
from plugproof_contracts.reports import formats
from plugproof_contracts.reports.report_model import Verdict
from plugproof_contracts.reports.writing import write
from plugproof_contracts.secrets.filenames import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugproof_harness import Adapter, Exploration
    from plugproof_harness.exploration.exploration import Notice

FORMATS = ("text", "json", "html", "junit")
TO_STDOUT = formats.ReportTarget("json", None)


class ExploreOptions(NamedTuple):
    """The options as they were given."""

    adapter: str | None
    command: str | None
    depth: int
    then: tuple[str, ...]
    only: tuple[str, ...]
    rare: bool
    fail_fast: bool
    resume: str | None
    random: int
    seed: int
    time_limit: float
    as_json: bool
    targets: tuple[formats.ReportTarget, ...]


def _target(text: str) -> formats.ReportTarget:
    try:
        return formats.target(text, FORMATS)
    except ValueError as error:
        raise click.BadParameter(plain_name(str(error))) from None


_target.__name__ = "format=path"


@command("Try a client in every status, with every button and every fault.")
@click.argument("adapter", metavar="MODULE:ADAPTER", required=False)
@click.option(
    "--command",
    metavar="COMMAND",
    envvar="PLUGPROOF_COMMAND",
    help="A client in any language: a command that speaks the client protocol, such as 'node client.mjs'.",
)
@click.option(
    "--depth",
    type=click.IntRange(1, 4),
    default=1,
    show_default=True,
    metavar="N",
    envvar="PLUGPROOF_DEPTH",
    help="Presses of a button in a row.",
)
@click.option(
    "--then",
    multiple=True,
    metavar="BUTTON",
    envvar="PLUGPROOF_THEN",
    help="Only this button as a second or later press; repeatable.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="CELL",
    envvar="PLUGPROOF_ONLY",
    help="Only this cell, such as charging/stop/504 or 'charging/*'; repeatable.",
)
@click.option("--rare", is_flag=True, envvar="PLUGPROOF_RARE", help="Troubles that come rarely as well.")
@click.option("--fail-fast", is_flag=True, envvar="PLUGPROOF_FAIL_FAST", help="End with the first broken law.")
@click.option(
    "--resume",
    metavar="FILE",
    shell_complete=complete_files,
    envvar="PLUGPROOF_RESUME",
    help="Keep the progress in FILE, and do not try again what it says was fine.",
)
@click.option(
    "--random",
    type=click.IntRange(0, 1_000_000),
    default=0,
    show_default=True,
    metavar="N",
    envvar="PLUGPROOF_RANDOM",
    help="When every cell is fine, this many random runs of two sessions with races.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    metavar="N",
    envvar="PLUGPROOF_SEED",
    help="The seed of the random runs: the same one brings the same runs.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(0.1, 600),
    default=10.0,
    show_default=True,
    metavar="S",
    envvar="PLUGPROOF_TIME_LIMIT",
    help="Seconds that one call of the client may take.",
)
@click.option("--json", "as_json", is_flag=True, help="Write the map to standard output as JSON.")
@click.option(
    "--report",
    "targets",
    multiple=True,
    type=_target,
    shell_complete=complete_formats(FORMATS),
    envvar="PLUGPROOF_REPORT",
    help=f"Write the map; repeatable. Formats: {', '.join(FORMATS)}; the path - is standard output.",
)
def explore(**given: Any) -> None:
    """Try the cells, write the maps, and end with the verdict's exit code."""
    options = ExploreOptions(**given)
    targets = (*options.targets, *([TO_STDOUT] if options.as_json else []))
    goes_to_stdout(targets)
    refuse_unwritable(options.targets, options.resume)
    with hide_traceback():
        found = _explored(options)
        _write_maps(found, targets)
    sys.exit(found.verdict.exit_code)


def _explored(options: ExploreOptions) -> "Exploration":
    from plugproof_harness import AdapterError
    from plugproof_harness import explore as explore_client
    from plugproof_harness.exploration.cells import BUTTONS, cells, choose, depth_of

    then = options.then or BUTTONS
    try:
        adapter = _adapter(options)
        depth = depth_of(options.only, options.depth)
        chosen = choose(list(cells(depth, then, rare=options.rare)), options.only)
        with ExitStack() as stack:
            # What the client prints is no part of the map.
            stack.enter_context(redirect_stdout(sys.stderr))
            known, keep = stack.enter_context(_progress(options.resume, adapter))
            notice = stack.enter_context(_bar(len(chosen) - len(known), keep))
            found = explore_client(
                adapter,
                options.depth,
                only=options.only,
                then=then,
                rare=options.rare,
                fail_fast=options.fail_fast,
                time_limit=options.time_limit,
                known=known,
                notice=notice,
            )
            return _with_random_runs(found, adapter, options)
    except (AdapterError, ValueError) as error:
        raise click.UsageError(str(error)) from None


def _with_random_runs(found: "Exploration", adapter: "type[Adapter]", options: ExploreOptions) -> "Exploration":
    """Add the random runs, as one more cell, to an exploration that has found nothing."""
    if not options.random or found.verdict is not Verdict.CONFORMS:
        return found
    from plugproof_harness import simulate
    from plugproof_harness.exploration.visit import CellResult, CellState

    simulation = simulate(adapter, options.random, seed=options.seed, time_limit=options.time_limit)
    state = CellState.BROKEN if simulation.failure else CellState.MET
    cell = f"random/{options.seed}/{options.random if simulation.number is None else simulation.number}"
    return found._replace(results=(*found.results, CellResult(cell, state, failure=simulation.failure)))


def _adapter(options: ExploreOptions) -> "type[Adapter]":
    from plugproof_harness.client.loading import load_adapter

    if options.adapter is not None and options.command is not None:
        raise click.UsageError("two clients are given: name either MODULE:ADAPTER or --command")
    if options.command is not None:
        return _command_adapter(options.command, options.time_limit)
    if options.adapter is None:
        raise click.UsageError("no client is given: name its adapter as MODULE:ADAPTER, or a --command")
    return load_adapter(options.adapter)


def _command_adapter(command: str, time_limit: float) -> "type[Adapter]":
    from plugproof_harness import AdapterError
    from plugproof_harness.protocol.command_adapter import command_adapter

    try:
        return command_adapter(command, time_limit=time_limit)
    except AdapterError as error:
        click.echo(f"could not check: {error}", err=True)
        sys.exit(Verdict.UNCHECKED.exit_code)


@contextmanager
def _progress(resume: str | None, adapter: "type[Adapter]") -> "Iterator[tuple[dict[str, Any], Notice | None]]":
    if resume is None:
        yield {}, None
        return
    from plugproof_harness.exploration.progress_file import ProgressError, keep_progress, read_progress

    name = adapter.expression or adapter.__name__
    try:
        known = read_progress(Path(resume), name)
        with keep_progress(Path(resume), name) as keep:
            yield known, keep
    except ProgressError as error:
        raise click.UsageError(f"{plain_name(resume)}: {error}") from None
    except OSError as error:
        raise click.UsageError(f"{plain_name(resume)} can't be used: {error.strerror}") from None


@contextmanager
def _bar(total: int, keep: "Notice | None") -> "Iterator[Notice | None]":
    """Show how far the exploration is, if somebody is watching."""
    if not shows_progress():
        yield keep
        return
    with click.progressbar(length=total, label="exploring", file=sys.stderr) as bar:

        def notice(result: Any) -> None:
            bar.update(1)
            if keep:
                keep(result)

        yield notice


def _write_maps(found: "Exploration", targets: tuple[formats.ReportTarget, ...]) -> None:
    from plugproof_harness.maps import render_map

    for target in targets:
        content = render_map(target.format, found)
        if target.path is None:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            _write(target, content)
    click.echo(render_map("text", found), err=goes_to_stdout(targets), nl=False)


def _write(target: formats.ReportTarget, content: bytes) -> None:
    try:
        write(target.path or Path(), content)
    except OSError as error:
        raise click.UsageError(f"the {target.format} map was not written: {error.strerror}") from None
