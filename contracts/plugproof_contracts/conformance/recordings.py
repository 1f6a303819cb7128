"""Judging recordings: files in, one report out, without a request sent."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from plugproof_contracts.adapters.recorded_entry import RecordedEntry, RecordingError
from plugproof_contracts.adapters.recording import opened
from plugproof_contracts.checking.checker import examine_trace
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.route import redacted
from plugproof_contracts.facts.session import Status
from plugproof_contracts.parsing.redactions import secrets_of
from plugproof_contracts.reports.builder import Evidence, ReportPolicy, report_of
from plugproof_contracts.reports.report import Report

Progress = Callable[[int, int], None]
"""Called with the bytes of a file that were read, and its size."""


def inspect(paths: Iterable[Path], terms: ReportPolicy, progress: Progress = lambda done, size: None) -> Report:
    """Judge recordings and report on all of them; a file that cannot be read is a problem in the report."""
    return report_of("plugproof inspect", [gather(path, progress) for path in paths], terms)


def gather(path: Path, progress: Progress = lambda done, size: None) -> Evidence:
    """Read and judge one recording; what was read before it breaks off is judged all the same."""
    found, exchanges = Evidence(str(path)), list[Exchange]()
    try:
        with opened(path) as recording:
            found.format = recording.format
            for number, entry in enumerate(recording.entries, 1):
                progress(entry.end, recording.size)
                exchanges += _taken(found, number, entry)
    except RecordingError as error:
        found.note(str(error))
    if exchanges:
        _judge(found, exchanges)
    return found


def _taken(found: Evidence, number: int, entry: RecordedEntry) -> Iterator[Exchange]:
    """Yield the exchange of an entry if it is one to judge, and count everything else."""
    if entry.skipped:
        found.skipped[entry.skipped] += 1
        return
    if entry.problem:
        found.note(entry.problem, number)
    if entry.exchange:
        found.numbers.append(number)
        yield entry.exchange


def _judge(found: Evidence, exchanges: list[Exchange]) -> None:
    exchanges = _in_order(found, exchanges)
    found.result = examine_trace(exchanges)
    found.bases = {redacted(exchange.base) for exchange in exchanges if exchange.base is not None}
    found.secrets = {secret for exchange in exchanges for secret in secrets_of(exchange)}
    found.seen = {status for exchange in exchanges if (status := _status(exchange))}
    if found.result.unchecked:
        found.note(found.result.unchecked)


def _in_order(found: Evidence, exchanges: list[Exchange]) -> list[Exchange]:
    """Sort by the time of sending where all are known; browsers list requests as they please."""
    times = [exchange.at for exchange in exchanges if exchange.at]
    if len(times) < len(exchanges):
        return exchanges
    order = sorted(range(len(exchanges)), key=lambda index: times[index])
    found.numbers = [found.numbers[index] for index in order]
    return [exchanges[index] for index in order]


class _Data(msgspec.Struct):
    status: Status


class _Success(msgspec.Struct):
    data: _Data


_SUCCESS = msgspec.json.Decoder(_Success)


def _status(exchange: Exchange) -> Status | None:
    try:
        return _SUCCESS.decode(exchange.body or b"").data.status
    except (ValueError, RecursionError):
        return None
