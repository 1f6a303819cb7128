"""`plugproof replay FILE`: a recording played at the fake, and the facts by which their answers differ."""

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plugproof_cli.command_help import command
from plugproof_cli.completion import complete_files
from plugproof_cli.output.reporting import hide_traceback
from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.secrets.filenames import plain_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugproof_contracts.adapters.recording_reader import ReadRecording
    from plugproof_contracts.exchanges.exchange import Exchange
    from plugproof_mockserver.replay.recording_replay import ReplayResult


@command("Play recorded traffic at the fake, and name each fact by which their answers differ.")
@click.argument("recording", metavar="RECORDING", shell_complete=complete_files)
@click.option(
    "--against",
    default="fake",
    show_default=True,
    metavar="fake|URL",
    help="The fake of this process, or one that is served.",
)
@click.option(
    "--facts",
    metavar="F",
    shell_complete=complete_files,
    help="A facts file of plugproof learn, by which the fake behaves.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
def replay(recording: str, against: str, facts: str | None, as_json: bool) -> None:
    """Replay the recording, print what differs, and end with the exit code."""
    with hide_traceback():
        read = _read(Path(recording))
        try:
            found = _played(read.exchanges, against, facts)
        except InvalidValueError as error:
            raise click.UsageError(str(error)) from None
        click.echo(_as_json(found) if as_json else _as_text(found))
    sys.exit(_exit_code(found, is_whole=not read.problem))


def _played(exchanges: "Sequence[Exchange]", against: str, facts: str | None) -> "ReplayResult":
    from plugproof_mockserver.replay.recording_replay import replay as replay_at_fake
    from plugproof_mockserver.replay.remote_fake import RemoteFake

    if against == "fake":
        return replay_at_fake(exchanges, facts)
    with closing(RemoteFake(against)) as fake:
        return replay_at_fake(exchanges, facts, fake.answer)


def _read(path: Path) -> "ReadRecording":
    from plugproof_contracts.adapters.recording_reader import read_recording

    found = read_recording(path)
    if found.problem:
        click.echo(f"{plain_name(str(path))}: {found.problem}", err=True)
    if found.problem and not found.exchanges:
        sys.exit(2)
    return found


def _exit_code(found: "ReplayResult", is_whole: bool) -> int:
    if not found.compared:
        click.echo("nothing was compared: the recording holds no exchange with the API", err=True)
        return 5
    if found.differences:
        return 1
    return 0 if is_whole else 3  # what could not be read may differ


def _as_json(found: "ReplayResult") -> str:
    rows = [one._asdict() for one in found.differences]
    return json.dumps({"compared": found.compared, "facts": found.by_fact, "differences": rows}, indent=2)


def _as_text(found: "ReplayResult") -> str:
    lines = [f"{found.compared} answers compared, {len(found.differences)} differences"]
    for fact, count in found.by_fact.most_common():
        first = next(one for one in found.differences if one.fact == fact)
        lines += [
            "",
            f"{fact}: {count} times, first in exchange {first.position + 1}",
            f"  {first.where}",
            f"  {first.subject}: recorded {first.recorded}, the fake says {first.replayed}",
        ]
    return "\n".join(lines)
