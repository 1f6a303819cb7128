"""Judging recordings: files in, one report out, without a request sent."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from plugproof_contracts.adapters.recording_reader import Progress, read_recording
from plugproof_contracts.checking.checker import judge_trace
from plugproof_contracts.conformance.ledger.ledger_feed import add_to_ledger
from plugproof_contracts.conformance.ledger.lessons import assumption_notes, lessons_of
from plugproof_contracts.evidence.ledger_entry import SourceKind
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.route import origin, redacted
from plugproof_contracts.facts.session import Status
from plugproof_contracts.parsing.parsed_response import parsed
from plugproof_contracts.parsing.redactions import secrets_of
from plugproof_contracts.reports.builder import Evidence, ReportPolicy, report_of
from plugproof_contracts.reports.report_model import Report
from plugproof_contracts.secrets.escaping import escape


def inspect(
    paths: Iterable[Path],
    terms: ReportPolicy,
    progress: Progress = lambda done, size: None,
    *,
    ledger: str | None = None,
) -> Report:
    """Judge recordings and report on all of them; a file that cannot be read is a problem in the report.

    `ledger` is the URL of a ledger that what they show is added to, None for none.
    """
    files = [gather(path, progress) for path in paths]
    report = report_of("plugproof inspect", files, terms)
    now = time.time()
    lessons = [lesson for one in files for lesson in lessons_of(one.judged, now)]
    told = ledger and add_to_ledger(ledger, SourceKind.INSPECT, lessons, now)
    return msgspec.structs.replace(report, notes=assumption_notes(lessons), ledger=escape(told or ""))


def gather(path: Path, progress: Progress = lambda done, size: None) -> Evidence:
    """Read and judge one recording; what was read before it breaks off is judged all the same."""
    read = read_recording(path, progress)
    found = Evidence(str(path), format=read.format, skipped=read.skipped)
    for reason, entry in read.problems:
        found.note(reason, entry)
    if read.exchanges:
        found.numbers = list(read.numbers)
        _judge(found, read.exchanges)
    return found


def _judge(found: Evidence, exchanges: Sequence[Exchange]) -> None:
    found.judged = judge_trace(exchanges)
    found.result = found.judged.whole
    found.bases = {redacted(origin(exchange.base)) for exchange in exchanges if exchange.base is not None}
    found.secrets = {secret for exchange in exchanges for secret in secrets_of(exchange)}
    found.seen = {status for exchange in exchanges if (status := _status(exchange))}
    if found.result.unchecked:
        found.note(found.result.unchecked)


class _Data(msgspec.Struct):
    status: Status


class _Success(msgspec.Struct):
    data: _Data


_SUCCESS = msgspec.json.Decoder(_Success)


def _status(exchange: Exchange) -> Status | None:
    found = parsed(exchange).status
    if found is not None:
        return found
    try:
        return _SUCCESS.decode(exchange.body or b"").data.status
    except (ValueError, RecursionError):
        return None
