"""`plugproof check BASE_URL`: the verdict on a live API, with a handful of careful requests."""

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from plugproof_cli.command_help import command
from plugproof_cli.completion import complete_codes, complete_files
from plugproof_cli.options.life_options import life_terms
from plugproof_cli.output.reporting import (
    base_url,
    goes_to_stdout,
    handle_interrupts,
    hide_traceback,
    refuse_unwritable,
    report_option,
    strict_option,
    write_reports,
)
from plugproof_contracts.conformance.probing import target
from plugproof_contracts.errors import InvalidValueError, PlugproofError
from plugproof_contracts.extras import require
from plugproof_contracts.reports import formats
from plugproof_contracts.secrets.filenames import plain_name
from plugproof_contracts.secrets.scrubber import Scrubber
from plugproof_contracts.secrets.token import Token

if TYPE_CHECKING:
    from plugproof_contracts.conformance.check_run import ProbeResult
    from plugproof_contracts.conformance.conformance_check import CheckOptions
    from plugproof_contracts.conformance.probing.probe import Probe
    from plugproof_contracts.reports.report_model import Report

DEFAULT_TOKEN_ENV = "PLUGPROOF_TOKEN"  # noqa: S105 - a variable's name
MOST_FILE = 64 * 1024
"""Bytes of a file of tokens; what is longer is another file."""


class CheckArguments(NamedTuple):
    """The options as they were given."""

    base_url: str
    token_env: str | None
    token_file: str | None
    strict: bool
    budget: int
    probe_rate_limit: bool
    probe_cancel: bool
    timeout: float
    patience: float
    allow_http: bool
    targets: tuple[formats.ReportTarget, ...]
    history: str | None
    baseline: tuple[str, ...]
    save_shape: str | None
    fail_on: str | None
    lift_pause: bool
    life: str | None
    spend_cap: int | None
    pay: str | None
    life_in_production: bool
    dry_run: bool
    explain: bool
    ledger: str | None
    no_ledger: bool


@command("Check a live API with a handful of careful requests.")
@click.argument("base_url", metavar="BASE_URL")
@click.option(
    "--token-env",
    metavar="NAME",
    help=f"The variable that holds tokens of live sessions, one a line.  [default: {DEFAULT_TOKEN_ENV}]",
)
@click.option(
    "--token-file",
    metavar="F",
    shell_complete=complete_files,
    help="A file with such tokens; - is standard input.",
)
@strict_option
@click.option(
    "--budget",
    type=click.IntRange(1, 1000),
    default=32,
    show_default=True,
    envvar="PLUGPROOF_BUDGET",
    help="Requests to this API in any hour, over all checks that share the history.",
)
@click.option(
    "--probe-rate-limit/--no-probe-rate-limit",
    default=False,
    envvar="PLUGPROOF_PROBE_RATE_LIMIT",
    help="Find out where the limit is, with unknown tokens, as the last step.",
)
@click.option("--probe-cancel", is_flag=True, help="Ask to cancel captured sessions, which has to be refused.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 300),
    default=10.0,
    show_default=True,
    metavar="S",
    envvar="PLUGPROOF_TIMEOUT",
    help="Seconds that one request may take, from the host's lookup to the last byte.",
)
@click.option(
    "--patience",
    type=click.FloatRange(0, 3600),
    default=90.0,
    show_default=True,
    metavar="S",
    envvar="PLUGPROOF_PATIENCE",
    help="Seconds to wait in all where the API or the documented rate asks for it.",
)
@click.option("--allow-http", is_flag=True, help="Send tokens over plain HTTP to another host.")
@report_option
@click.option(
    "--history",
    metavar="URL",
    envvar="PLUGPROOF_HISTORY",
    help="sqlite:///FILE or postgresql://HOST/DATABASE.  [default: ~/.local/state/plugproof/history.sqlite3]",
)
@click.option(
    "--baseline",
    multiple=True,
    metavar="F",
    shell_complete=complete_files,
    envvar="PLUGPROOF_BASELINE",
    help="Accepted findings (TOML), or a shape to compare with (JSON, from --save-shape); repeatable.",
)
@click.option(
    "--save-shape",
    metavar="F",
    shell_complete=complete_files,
    help="Write what the answers look like, for --baseline.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["drift"]),
    envvar="PLUGPROOF_FAIL_ON",
    help="What counts besides broken facts: drift, any change since the last check or the baseline.",
)
@click.option("--lift-pause", is_flag=True, help="Ask although the API asked to be left alone (Retry-After).")
@click.option(
    "--ledger",
    metavar="URL",
    envvar="PLUGPROOF_LEDGER",
    help="Where what was seen of each fact is added to.  [default: the history]",
)
@click.option("--no-ledger", is_flag=True, help="Add what was seen to no ledger.")
@click.option(
    "--life",
    metavar="CODE",
    shell_complete=complete_codes,
    help="Then play a whole life on this test charger; it costs money.",
)
@click.option(
    "--spend-cap", type=click.IntRange(min=1), metavar="N", help="Minor units that a life may hold or cost."
)
@click.option("--pay", metavar="COMMAND", help="What pays in a life; it reads the answer of start (JSON).")
@click.option("--life-in-production", is_flag=True, help="Let --life start sessions on the live API.")
@click.option("--dry-run", is_flag=True, help="Print the plan and send nothing.")
@click.option("--explain", is_flag=True, help="Say of each request of the plan why it was chosen.")
def check(**given: Any) -> None:
    """Send the plan, write the reports, and end with the verdict's exit code."""
    arguments = CheckArguments(**given)
    goes_to_stdout(arguments.targets)
    with hide_traceback(), handle_interrupts():
        code = _checked(arguments)
    sys.exit(code)


def _checked(given: CheckArguments) -> int:
    base, tokens = base_url(given.base_url), _tokens(given)
    try:
        target.refuse_plain_http(base, tokens, allow_http=given.allow_http)
        if given.life is not None:
            target.refuse_life(base, in_production=given.life_in_production, allow_http=given.allow_http)
    except InvalidValueError as error:
        raise click.UsageError(str(error)) from None
    options = _options(given, tokens)
    if not given.dry_run:
        require("h11")
    planned = _tell_plan(base, options, to_stderr=goes_to_stdout(given.targets), explains=given.explain)
    if given.dry_run:
        return 0
    refuse_unwritable(given.targets, given.save_shape)
    return _run(given, base, options, planned)


def _tokens(given: CheckArguments) -> tuple[Token, ...]:
    if given.token_env and given.token_file:
        raise click.UsageError("tokens come from --token-env or from --token-file, not from both")
    place, text = _token_text(given)
    if text is None:
        return ()
    try:
        tokens = target.tokens(text)
    except ValueError as error:
        raise click.UsageError(f"{place}: {error}") from None
    if not tokens:
        raise click.UsageError(
            f"{place} is empty; give it a session's token, or leave it away to check without one"
        )
    return tokens


def _token_text(given: CheckArguments) -> tuple[str, str | None]:
    """Return where the tokens come from, and the text there; a variable that was named has to be there."""
    if given.token_file:
        return _file_place(given.token_file), _file_text(given.token_file)
    name = given.token_env or DEFAULT_TOKEN_ENV
    text = os.environ.get(name)
    if text is None and given.token_env:
        raise click.UsageError(f"the variable {plain_name(name)}, which --token-env names, is not set")
    return f"the variable {plain_name(name)}", text


def _file_place(path: str) -> str:
    return "standard input" if path == "-" else f"the file of tokens {plain_name(path)}"


def _file_text(path: str) -> str:
    try:
        if path == "-":
            content = sys.stdin.buffer.read(MOST_FILE + 1)
        else:
            with open(path, "rb") as file:
                content = file.read(MOST_FILE + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise click.UsageError(f"{_file_place(path)} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise click.UsageError(f"{_file_place(path)} is not text") from None
    if len(content) > MOST_FILE:
        raise click.UsageError(f"{_file_place(path)} has more than {MOST_FILE} bytes")
    return text


def _options(given: CheckArguments, tokens: tuple[Token, ...]) -> "CheckOptions":
    from plugproof_contracts.conformance.conformance_check import CheckOptions

    return CheckOptions(
        tokens=tokens,
        strict=given.strict,
        budget=given.budget,
        probe_rate_limit=given.probe_rate_limit,
        probe_cancel=given.probe_cancel,
        timeout=given.timeout,
        patience=given.patience,
        allow_http=given.allow_http,
        history=given.history,
        baselines=tuple(map(Path, given.baseline)),
        save_shape=Path(given.save_shape) if given.save_shape else None,
        fail_on_drift=given.fail_on == "drift",
        lift_pause=given.lift_pause,
        ledger=given.ledger,
        keeps_ledger=not given.no_ledger,
        life=life_terms(given.life, given.spend_cap, given.pay),
        life_in_production=given.life_in_production,
    )


def _tell_plan(base: str, options: "CheckOptions", *, to_stderr: bool, explains: bool) -> int:
    """Tell the plan and return its length; the base URL may hold a token where a folder was meant."""
    from plugproof_contracts.conformance.conformance_check import plan_check
    from plugproof_contracts.conformance.life_check import life_lines
    from plugproof_contracts.conformance.probing.plan import lines

    clean = Scrubber(token.reveal() for token in options.tokens)
    probes: tuple[Probe, ...] = plan_check(base, options, time.time())
    click.echo(clean(f"plan: {len(probes)} requests at most to {base}"), err=to_stderr)
    told = lines(probes, explains=explains) + (life_lines(options.life) if options.life else [])
    for line in told:
        click.echo(clean(f"  {line}"), err=to_stderr)
    return len(probes) + (options.life.budget if options.life else 0)


def _run(given: CheckArguments, base: str, options: "CheckOptions", planned: int) -> int:
    from plugproof_contracts.conformance.conformance_check import run_check
    from plugproof_contracts.evidence.database import HistoryError

    clean = Scrubber(token.reveal() for token in options.tokens)

    def progress(result: "ProbeResult") -> None:
        click.echo(clean(f"{result.number:>2}/{planned} {result.summary}"), err=True)

    try:
        report = run_check(base, options, progress=progress)
    except HistoryError as error:
        raise click.UsageError(f"the history cannot be used: {plain_name(str(error))}") from None
    except PlugproofError as error:
        raise click.UsageError(str(error)) from None
    write_reports(report, given.targets)
    click.echo(_sent(report), err=goes_to_stdout(given.targets))
    return report.verdict.exit_code


def _sent(report: "Report") -> str:
    return f"requests: {report.counts['requests planned']} planned, {report.counts['requests sent']} sent"
