"""Judging recordings: files in, one report out, without a request sent."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from plugproof_contracts.adapters.recorded.recorded_entry import COPY, RecordedEntry, RecordingError
from plugproof_contracts.adapters.recording import opened
from plugproof_contracts.checking.checker import judge_trace
from plugproof_contracts.conformance.ledger_feed import add_to_ledger
from plugproof_contracts.conformance.lessons import assumption_notes, lessons_of
from plugproof_contracts.evidence.ledger_entry import SourceKind
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.route import origin, redacted
from plugproof_contracts.facts.session import Status
from plugproof_contracts.parsing.date_times import http_date
from plugproof_contracts.parsing.redactions import secrets_of
from plugproof_contracts.reports.builder import Evidence, ReportPolicy, report_of
from plugproof_contracts.reports.report_model import Report
from plugproof_contracts.secrets.escaping import escape

Progress = Callable[[int, int], None]
"""Called with the bytes of a file that were read, and its size."""


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


class _Taken(NamedTuple):
    number: int
    exchange: Exchange
    is_copy: bool


def gather(path: Path, progress: Progress = lambda done, size: None) -> Evidence:
    """Read and judge one recording; what was read before it breaks off is judged all the same."""
    found, taken = Evidence(str(path)), list[_Taken]()
    try:
        with opened(path) as recording:
            found.format = recording.format
            for number, entry in enumerate(recording.entries, 1):
                progress(entry.end, recording.size)
                taken += _taken(found, number, entry)
    except RecordingError as error:
        found.note(str(error))
    if taken:
        _judge(found, _in_order(list(_without_copies(found, taken))))
    return found


def _taken(found: Evidence, number: int, entry: RecordedEntry) -> Iterator[_Taken]:
    """Yield the exchange of an entry if it is one to judge, and count everything else."""
    if entry.skipped:
        found.skipped[entry.skipped] += 1
    if entry.problem:
        found.note(entry.problem, number)
    if entry.exchange:
        yield _Taken(number, entry.exchange, entry.is_copy)


def _without_copies(found: Evidence, taken: list[_Taken]) -> Iterator[_Taken]:
    """Leave out what a service worker or a cache gave again, and what two joined recordings both have.

    No two requests have equal answers at one moment: each leaves fewer of the limit than the one before.
    """
    originals = {_what_came(one.exchange) for one in taken if not one.is_copy}
    seen: dict[object, _Taken] = {}
    for one in taken:
        known = seen.setdefault(_all_but_time(one.exchange), one)
        if (one.is_copy and _what_came(one.exchange) in originals) or (known is not one and _is_same(known, one)):
            found.skipped[COPY] += 1
        else:
            yield one


def _what_came(exchange: Exchange) -> tuple[object, ...]:
    return exchange.method, exchange.url, exchange.status, exchange.body


def _all_but_time(exchange: Exchange) -> tuple[object, ...]:
    return *_what_came(exchange), exchange.headers, exchange.request_body


def _is_same(one: _Taken, other: _Taken) -> bool:
    """Return whether two equal answers are one: they tell a moment and a count, and were asked for at once."""
    marks = ("date", "x-ratelimit-remaining")
    first, second = one.exchange, other.exchange
    if not all(mark in first.headers for mark in marks):
        return False
    if first.at is None or second.at is None:
        return first.at is second.at
    return abs((first.at - second.at).total_seconds()) < 1


def _judge(found: Evidence, taken: list[_Taken]) -> None:
    exchanges = [one.exchange for one in taken]
    found.numbers = [one.number for one in taken]
    found.judged = judge_trace(exchanges)
    found.result = found.judged.whole
    found.bases = {redacted(origin(exchange.base)) for exchange in exchanges if exchange.base is not None}
    found.secrets = {secret for exchange in exchanges for secret in secrets_of(exchange)}
    found.seen = {status for exchange in exchanges if (status := _status(exchange))}
    if found.result.unchecked:
        found.note(found.result.unchecked)


def _in_order(taken: list[_Taken]) -> list[_Taken]:
    """Sort by the time of sending, else by the time of the answer, where all are known.

    Browsers list requests as they please, and some tools the newest first.
    """
    sent = [one.exchange.at for one in taken if one.exchange.at]
    if len(sent) == len(taken):
        return _sorted(taken, sent)
    answered = [date for one in taken if (date := http_date(one.exchange.headers.get("date")))]
    if len(answered) < len(taken):
        return taken
    if answered[0] > answered[-1] and answered == sorted(answered, reverse=True):
        taken, answered = taken[::-1], answered[::-1]
    return _sorted(taken, answered)


def _sorted(taken: list[_Taken], times: list[datetime]) -> list[_Taken]:
    return [taken[index] for index in sorted(range(len(taken)), key=lambda index: times[index])]


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
