"""The exchanges of a recording, each once, in the order in which they were sent as far as that is known."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from plugproof_contracts.adapters.recorded.recorded_entry import COPY, RecordedEntry, RecordingError
from plugproof_contracts.adapters.recording import opened
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.parsing.date_times import http_date

Progress = Callable[[int, int], None]
"""Called with the bytes of a file that were read, and its size."""


class ReadRecording(NamedTuple):
    """What could be read of a file: `numbers` are the entries of the exchanges.

    `problems` say why the rest could not be read, each with its entry, None for the file; `skipped` counts what
    is none of the exchanges that are looked for.
    """

    format: str
    exchanges: tuple[Exchange, ...]
    numbers: tuple[int, ...]
    skipped: Counter[str]
    problems: tuple[tuple[str, int | None], ...]

    @property
    def problem(self) -> str:
        """The first problem, empty if there is none."""
        return self.problems[0][0] if self.problems else ""


class _Taken(NamedTuple):
    number: int
    exchange: Exchange
    is_copy: bool


class _RecordingSoFar:
    """What was read so far."""

    def __init__(self) -> None:
        self.format = "unknown"
        self.taken: list[_Taken] = []
        self.skipped = Counter[str]()
        self.problems: list[tuple[str, int | None]] = []

    def take(self, number: int, entry: RecordedEntry) -> None:
        """Keep the exchange of an entry if it is one to look at, and count everything else."""
        if entry.skipped:
            self.skipped[entry.skipped] += 1
        if entry.problem:
            self.problems.append((entry.problem, number))
        if entry.exchange:
            self.taken.append(_Taken(number, entry.exchange, entry.is_copy))


def read_recording(path: Path, progress: Progress = lambda done, size: None) -> ReadRecording:
    """Read a HAR file, a VCR cassette or NDJSON; what stands before a damage is kept."""
    reader = _RecordingSoFar()
    try:
        with opened(path) as recording:
            reader.format = recording.format
            for number, entry in enumerate(recording.entries, 1):
                progress(entry.end, recording.size)
                reader.take(number, entry)
    except RecordingError as error:
        reader.problems.append((str(error), None))
    taken = _in_order(list(_without_copies(reader.taken, reader.skipped)))
    exchanges, numbers = tuple(one.exchange for one in taken), tuple(one.number for one in taken)
    return ReadRecording(reader.format, exchanges, numbers, reader.skipped, tuple(reader.problems))


def _without_copies(taken: list[_Taken], skipped: Counter[str]) -> Iterator[_Taken]:
    """Leave out what a service worker or a cache gave again, and what two joined recordings both have.

    No two requests have equal answers at one moment: each leaves fewer of the limit than the one before.
    """
    originals = {_what_came(one.exchange) for one in taken if not one.is_copy}
    seen: dict[object, _Taken] = {}
    for one in taken:
        known = seen.setdefault(_all_but_time(one.exchange), one)
        if (one.is_copy and _what_came(one.exchange) in originals) or (known is not one and _is_same(known, one)):
            skipped[COPY] += 1
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
