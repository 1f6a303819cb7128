"""The exchanges of a recording, in the order in which they were sent as far as that is known."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from plugproof_contracts.adapters.recorded.recorded_entry import RecordingError
from plugproof_contracts.adapters.recording import opened
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.parsing.date_times import http_date


class ReadRecording(NamedTuple):
    """What could be read of a file; `problem` says why the rest could not be, and is empty if there is none."""

    exchanges: tuple[Exchange, ...]
    problem: str = ""


_CLOCKS: tuple[Callable[[Exchange], datetime | None], ...] = (
    lambda one: one.at,
    lambda one: http_date(one.headers.get("date")),
)


def read_recording(path: Path) -> ReadRecording:
    """Read a HAR file, a VCR cassette or NDJSON; what stands before a damage is kept."""
    found: list[Exchange] = []
    problem = ""
    try:
        with opened(path) as recording:
            for entry in recording.entries:
                problem = problem or entry.problem
                found += [entry.exchange] if entry.exchange and not entry.is_copy else []
    except RecordingError as error:
        problem = str(error)
    return ReadRecording(_in_order(found), problem)


def _in_order(exchanges: list[Exchange]) -> tuple[Exchange, ...]:
    for clock in _CLOCKS:
        moments = [moment for one in exchanges if (moment := clock(one))]
        if len(moments) == len(exchanges):
            return tuple(one for _, one in sorted(zip(moments, exchanges, strict=True), key=lambda pair: pair[0]))
    return tuple(exchanges)
