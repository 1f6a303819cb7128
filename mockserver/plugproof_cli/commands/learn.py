"""`plugproof learn FILE…`: what recordings teach of the facts that no page tells."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import shorten, wrap
from typing import TYPE_CHECKING

import click

from plugproof_cli.command_help import command
from plugproof_cli.completion import complete_files
from plugproof_cli.output.reporting import hide_traceback, refuse_unwritable
from plugproof_contracts.extras import require
from plugproof_contracts.secrets.filenames import plain_name

if TYPE_CHECKING:
    from plugproof_contracts.conformance.ledger.ledger_facts import JoinedFacts
    from plugproof_contracts.exchanges.exchange import Exchange
    from plugproof_contracts.learning.learned_fact import LearnedFact


WIDEST = 72
"""Characters of what was seen that the table has room for; JSON has all of it."""


@command("Learn settings from recorded traffic (HAR files, VCR cassettes, NDJSON) and from a ledger.")
@click.argument("files", nargs=-1, metavar="[FILE…]", shell_complete=complete_files)
@click.option(
    "--ledger",
    metavar="URL",
    envvar="PLUGPROOF_LEDGER",
    help="Add what a ledger knows: sqlite:///FILE or postgresql://HOST/DATABASE.",
)
@click.option("--base", metavar="URL", help="Of which base URL, where the ledger knows several.")
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
@click.option(
    "--output", metavar="F", shell_complete=complete_files, help="Write a facts file (TOML) for serve --facts."
)
def learn(files: tuple[str, ...], ledger: str | None, base: str | None, as_json: bool, output: str | None) -> None:
    """Read the files and the ledger, print what they teach, and write the facts file."""
    if not files and ledger is None:
        raise click.UsageError("nothing to learn from; name a recording, or a ledger with --ledger URL")
    if base is not None and ledger is None:
        raise click.UsageError("--base chooses what a ledger knows; name the ledger with --ledger URL")
    refuse_unwritable((), output)
    with hide_traceback():
        recordings = _read([Path(file) for file in files])
        facts = _learned(recordings, ledger, base)
        click.echo(_as_json(facts) if as_json else _as_table(facts))
        if output is not None:
            _write(Path(output), facts)
    if not any(fact.n for fact in facts):
        click.echo("nothing was learned: there is no exchange with the API", err=True)
        sys.exit(5)


def _learned(
    recordings: "Sequence[Sequence[Exchange]]", ledger: str | None, base: str | None
) -> "tuple[LearnedFact, ...]":
    from plugproof_contracts.learning.estimation import learn as learn_from

    if ledger is None:
        return learn_from(recordings)
    require("sqlalchemy")
    from plugproof_contracts.conformance.ledger.ledger_facts import learn_with_ledger
    from plugproof_contracts.errors import InvalidValueError
    from plugproof_contracts.evidence.ledger import LedgerError

    try:
        found = learn_with_ledger(recordings, ledger, base)
    except (LedgerError, InvalidValueError) as error:
        raise click.UsageError(f"nothing was learned: {error}") from None
    for line in _remarks(found):
        click.echo(line, err=True)
    return found.facts


def _remarks(found: "JoinedFacts") -> Iterator[str]:
    yield f"of {found.base}" if found.base else "the ledger is empty"
    if found.repeated:
        yield f"recordings that are in the ledger already, and add only what it does not keep: {found.repeated}"
    if found.left_out:
        yield f"exchanges with other base URLs, which are left out: {found.left_out}"


def _read(paths: Sequence[Path]) -> "list[tuple[Exchange, ...]]":
    from plugproof_contracts.adapters.recording_reader import read_recording

    found = []
    for path in paths:
        recording = read_recording(path)
        if recording.problem:
            click.echo(f"{plain_name(str(path))}: {recording.problem}", err=True)
        if recording.problem and not recording.exchanges:
            sys.exit(2)
        found.append(recording.exchanges)
    return found


def _as_json(facts: "Sequence[LearnedFact]") -> str:
    names = ("name", "low", "high", "value", "n", "contradicts", "assumed", "unit", "holds_for", "note")
    return json.dumps({"facts": [{name: getattr(fact, name) for name in names} for fact in facts]}, indent=2)


def _as_table(facts: "Sequence[LearnedFact]") -> str:
    """Return a row for each fact that is known or says why it isn't, and the names of the others."""
    ordered = sorted(facts, key=lambda fact: (not fact.contradicts, not fact.is_known))
    rows = [("FACT", "SEEN", "N", "HOLDS FOR", "ASSUMED", ""), *map(_row, filter(_is_told, ordered))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    silent = list(_silent([fact for fact in facts if not _is_told(fact)]))
    return "\n".join([*lines, "", *wrap(f"nothing is known of {', '.join(silent)}", 110)] if silent else lines)


def _silent(facts: "Sequence[LearnedFact]") -> Iterator[str]:
    """Yield the names of settings, texts and headers, and how many arrows and statuses there are besides."""
    yield from (fact.name for fact in facts if not fact.name.startswith(("arrow.", "null.", "value.")))
    for kind, word in (("arrow.", "arrows"), ("null.", "statuses")):
        number = sum(fact.name.startswith(kind) for fact in facts)
        if number:
            yield f"{number} {word}"


def _is_told(fact: "LearnedFact") -> bool:
    return fact.is_known or (bool(fact.note) and fact.n > 0)


def _row(fact: "LearnedFact") -> tuple[str, ...]:
    from plugproof_contracts.learning.facts_toml import plain, shown

    share = "" if fact.holds_for is None else f">= {fact.holds_for:.0%}"
    assumed = "" if fact.assumed is None else plain(fact.assumed)
    note = "contradicts the assumption" if fact.contradicts else fact.note
    return fact.name, shorten(shown(fact), WIDEST, placeholder=" …"), str(fact.n), share, assumed, note


def _write(path: Path, facts: "Sequence[LearnedFact]") -> None:
    from plugproof_contracts.learning.facts_toml import facts_toml
    from plugproof_contracts.reports.writing import write

    try:
        write(path, facts_toml(facts).encode())
    except OSError as error:
        raise click.UsageError(f"the facts file was not written: {error.strerror}") from None
