"""`plugproof fuzz BASE_URL`: Schemathesis with our document, its checks and ours, against a fake or a staging."""

import secrets
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from plugproof_cli.command_help import command
from plugproof_cli.completion import complete_codes
from plugproof_cli.output.reporting import (
    accepts,
    base_url,
    baseline_option,
    goes_to_stdout,
    handle_interrupts,
    hide_traceback,
    refuse_unwritable,
    report_option,
    strict_option,
    write_reports,
)
from plugproof_contracts.conformance.probing import target
from plugproof_contracts.exchanges.route import redacted
from plugproof_contracts.extras import require
from plugproof_contracts.reports import formats

if TYPE_CHECKING:
    from plugproof_schemathesis.collector import Collector
    from plugproof_schemathesis.fuzz_config import FuzzConfig
    from plugproof_schemathesis.fuzz_report import FuzzOutcome

PHASES = ("examples", "coverage", "fuzzing", "stateful")


class FuzzOptions(NamedTuple):
    """The options as they were options."""

    base_url: str
    max_examples: int
    rate: str
    seed: int | None
    code: tuple[str, ...]
    phase: tuple[str, ...]
    timeout: float
    strict: bool
    baseline: str | None
    targets: tuple[formats.ReportTarget, ...]


@command("Fuzz a mock or staging server with Schemathesis.")
@click.argument("base_url", metavar="BASE_URL")
@click.option(
    "--max-examples",
    type=click.IntRange(1, 1_000_000),
    default=50,
    show_default=True,
    metavar="N",
    envvar="PLUGPROOF_MAX_EXAMPLES",
    help="Random requests to each operation, and random scenarios of several requests.",
)
@click.option(
    "--rate",
    type=click.Choice(["auto", "documented", "off"]),
    default="auto",
    show_default=True,
    envvar="PLUGPROOF_RATE",
    help="Keep each operation's documented limit, or none; auto keeps it beyond this machine.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), metavar="N", envvar="PLUGPROOF_SEED", help="Draw the same again."
)
@click.option(
    "--code",
    multiple=True,
    metavar="CODE",
    shell_complete=complete_codes,
    envvar="PLUGPROOF_CODE",
    help="A charger that exists there; repeatable.  [default: HAPPY]",
)
@click.option(
    "--phase",
    multiple=True,
    type=click.Choice(PHASES),
    envvar="PLUGPROOF_PHASE",
    help="Only this phase; repeatable.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 300),
    default=10.0,
    show_default=True,
    metavar="S",
    envvar="PLUGPROOF_TIMEOUT",
    help="Seconds that an answer may keep silent.",
)
@strict_option
@baseline_option
@report_option
def fuzz(**given: Any) -> None:
    """Send the requests, write the reports, and end with the verdict's exit code."""
    options = FuzzOptions(**given)
    goes_to_stdout(options.targets)
    with hide_traceback(), handle_interrupts():
        code = _fuzzed(options)
    sys.exit(code)


def _fuzzed(options: FuzzOptions) -> int:
    base = _base(options.base_url)
    accepted = accepts(options.baseline)
    refuse_unwritable(options.targets)
    require("schemathesis")
    from plugproof_schemathesis.fuzz_report import fuzz_outcome
    from plugproof_schemathesis.fuzz_run import run

    asked = _asked(options, base)
    to_stderr = goes_to_stdout(options.targets)
    click.echo(_announced(options, asked), err=to_stderr)
    harvest = run(asked, _progress)
    found = fuzz_outcome(harvest, asked, options.strict, accepted, datetime.now(UTC).date())
    for line in _lines(harvest, found):
        click.echo(line, err=to_stderr)
    write_reports(found.report, options.targets)
    return found.report.verdict.exit_code


def _base(text: str) -> str:
    base = base_url(text)
    if target.is_production(base):
        raise click.UsageError(f"the live API is never fuzzed; 'plugproof check {base}' asks it a few questions")
    return base


def _asked(options: FuzzOptions, base: str) -> "FuzzConfig":
    from plugproof_schemathesis.fuzz_config import EXAMPLE_CODES, FuzzConfig

    return FuzzConfig(
        base=base,
        max_examples=options.max_examples,
        seed=secrets.randbelow(2**32) if options.seed is None else options.seed,
        paced=options.rate == "documented" or (options.rate == "auto" and not target.is_loopback(base)),
        phases=options.phase or PHASES,
        codes=options.code or EXAMPLE_CODES,
        timeout=options.timeout,
    )


def _announced(options: FuzzOptions, asked: "FuzzConfig") -> str:
    rate = "the documented rate" if asked.paced else "no rate"
    return f"fuzzing {redacted(asked.base)} at {rate}, --max-examples {options.max_examples} --seed {asked.seed}"


def _progress(phase: str, harvest: "Collector") -> None:
    click.echo(f"  {phase:<10} {harvest.cases[phase]:>6} requests: {harvest.phases[phase]}", err=True)


def _lines(harvest: "Collector", found: "FuzzOutcome") -> Iterator[str]:
    from plugproof_schemathesis import answer_coverage

    phases = ", ".join(f"{phase} {times}" for phase, times in harvest.cases.items())
    yield f"requests: {harvest.cases.total()} ({phases})" if phases else "requests: 0"
    yield from answer_coverage.lines(found.answers)
    if found.replays:
        yield "to send again, with $PLUGPROOF_TOKEN as the token of a session of yours:"
    for rule, line in found.replays.items():
        yield f"  {rule}"
        yield f"    {line}"
    yield ""
