"""`plugproof learn FILE…`: what recordings teach of the facts that no page tells."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plugproof_cli.command_help import command
from plugproof_cli.completion import complete_files
from plugproof_cli.reporting import hide_traceback, refuse_unwritable
from plugproof_contracts.secrets.filenames import plain_name

if TYPE_CHECKING:
    from plugproof_contracts.exchanges.exchange import Exchange
    from plugproof_contracts.learning.learned_fact import LearnedFact


@command("Learn settings from recorded traffic: HAR files, VCR cassettes, NDJSON of exchanges.")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", shell_complete=complete_files)
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
@click.option(
    "--output", metavar="F", shell_complete=complete_files, help="Write a facts file (TOML) for serve --facts."
)
def learn(files: tuple[str, ...], as_json: bool, output: str | None) -> None:
    """Read the files, print what they teach, and write the facts file."""
    refuse_unwritable((), output)
    with hide_traceback():
        from plugproof_contracts.learning.estimation import learn as learn_from

        recordings = _read([Path(file) for file in files])
        facts = learn_from(recordings)
        click.echo(_as_json(facts) if as_json else _as_table(facts))
        if output is not None:
            _write(Path(output), facts)
    if not any(recordings):
        click.echo("nothing was learned: the files hold no exchange with the API", err=True)
        sys.exit(5)


def _read(paths: Sequence[Path]) -> "list[tuple[Exchange, ...]]":
    from plugproof_contracts.learning.recording_reader import read_recording

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
    from plugproof_contracts.learning.facts_toml import shown

    ordered = sorted(facts, key=lambda fact: (not fact.contradicts, not fact.is_known))
    rows = [("FACT", "SEEN", "N", "HOLDS FOR", "ASSUMED", "")]
    for fact in ordered:
        share = "" if fact.holds_for is None else f">= {fact.holds_for:.0%}"
        note = "contradicts the assumption" if fact.contradicts else fact.note
        rows.append((fact.name, shown(fact), str(fact.n), share, str(fact.assumed), note))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _write(path: Path, facts: "Sequence[LearnedFact]") -> None:
    from plugproof_contracts.learning.facts_toml import facts_toml
    from plugproof_contracts.reports.writing import write

    try:
        write(path, facts_toml(facts).encode())
    except OSError as error:
        raise click.UsageError(f"the facts file was not written: {error.strerror}") from None
