"""How long it takes to read and to judge a HAR file of 10,000 entries, and what memory that takes.

Three files are made: one in which every entry is of the API, and two as a browser records a visit, nine in ten
entries being of other hosts, with bodies of 20 KB; the larger of these has 1 GB. Reading gives the exchanges;
inspecting is all that `plugproof inspect` does, a report in HTML included. The anchors are decoding the whole file
with msgspec and with `json`. Memory is the peak of a fresh process beyond its start.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import msgspec

from benchmarks.row import Row
from plugproof_contracts.adapters.recording import opened
from plugproof_contracts.conformance.recordings import inspect
from plugproof_contracts.reports.builder import ReportPolicy
from plugproof_contracts.reports.formats import render
from plugproof_contracts.rules.examples import NOON, TOKEN, success

ENTRIES, RUNS, POLLS = 10_000, 5, 20
ENTRIES_OF_1_GB = 57_000
BROWSER = {"user-agent": "Mozilla/5.0 " + "x" * 90, "accept-language": "en", "sec-fetch-mode": "cors"}


def entry(index: int, foreign: bool) -> dict[str, object]:
    """Return one entry; each session is polled a few times."""
    life, poll = divmod(index, POLLS)
    after = life * 120 + poll * 3
    one = success("get", "charging", after=after, remaining=29 - poll, energy_kwh=f"{poll}.5", cost_amount=poll)
    url = "https://example.org/app.js" if foreign else one.url.replace(TOKEN, f"{TOKEN}-{life}")
    text = "x" * 20_000 if foreign else (one.body or b"").decode()
    return {
        "startedDateTime": (NOON + timedelta(seconds=after)).isoformat(),
        "time": 12.5,
        "request": {
            "method": "GET",
            "url": url,
            "httpVersion": "HTTP/2",
            "headers": pairs(BROWSER),
            "cookies": [],
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "headers": pairs(dict(one.headers)),
            "content": {"size": len(text), "mimeType": "application/json", "text": text},
            "redirectURL": "",
        },
        "cache": {},
        "timings": {"send": 0.1, "wait": 12, "receive": 0.4},
    }


def pairs(headers: dict[str, str]) -> list[dict[str, str]]:
    """Return headers as HAR has them."""
    return [{"name": name, "value": value} for name, value in headers.items()]


def make(path: Path, entries: int, foreign_of_ten: int) -> Path:
    """Write a HAR file, in one line as browsers do."""
    with path.open("wb") as file:
        file.write(b'{"log":{"version":"1.2","creator":{},"entries":[')
        for index in range(entries):
            file.write(b"," * bool(index) + msgspec.json.encode(entry(index, index % 10 < foreign_of_ten)))
        file.write(b"]}}")
    return path


def read(path: Path) -> int:
    """Read all exchanges."""
    with opened(path) as recording:
        return sum(one.exchange is not None for one in recording.entries)


def judge(path: Path) -> int:
    """Inspect, and render a report."""
    report = inspect([path], ReportPolicy(date(2026, 1, 1)))
    assert report.verdict.exit_code == 0, report.breaches[:1]
    return len(render("html", report))


WORK: dict[str, Callable[[Path], object]] = {
    "read": read,
    "inspect": judge,
    "msgspec, whole file": lambda path: msgspec.json.decode(path.read_bytes()),
    "json, whole file": lambda path: json.loads(path.read_bytes()),
}


def seconds(work: Callable[[Path], object], path: Path) -> float:
    """Return how long one run takes."""
    start = perf_counter()
    work(path)
    return perf_counter() - start


def memory(name: str, path: Path) -> str:
    """Return the peak memory of one run in a fresh process, in MB beyond what its imports take."""
    command = [sys.executable, "-m", "benchmarks.har", name, str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def alone(name: str, path: Path) -> None:
    """Run once and print the peak memory beyond the start; the pages of the file that are mapped count too."""
    before = peak()
    WORK[name](path)
    print((peak() - before) // 1024)


def peak() -> int:
    """Return the peak of this process' memory in KB, as Linux tells it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def rows() -> list[Row]:
    """Measure every row of this subject."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for title, foreign in (("all of the API", 0), ("nine in ten of other hosts", 9)):
            path = make(Path(folder) / f"{foreign}.har", ENTRIES, foreign)
            size = f"{ENTRIES:,} entries, {title}, {path.stat().st_size / 2**20:.0f} MB"
            times = [{name: seconds(work, path) for name, work in WORK.items()} for _ in range(RUNS)]
            found += [_row(f"{name}: {size}", [run[name] for run in times], memory(name, path)) for name in WORK]
        path = make(Path(folder) / "large.har", ENTRIES_OF_1_GB, 9)
        size = f"{ENTRIES_OF_1_GB:,} entries, nine in ten of other hosts, {path.stat().st_size / 1e9:.1f} GB"
        for name in ("read", "inspect"):
            time, used = seconds(WORK[name], path), memory(name, path)
            found.append(Row(f"{name}: {size}", f"{time:.1f} s, {used} MB", "", "", "≤ 200 MB"))
    return found


def _row(measure: str, times: list[float], peak_memory: str) -> Row:
    target = "≤ 2 s" if measure.startswith("read") else ""
    return Row(measure, f"{median(times):.2f} s, {peak_memory} MB", "", "", target)


if __name__ == "__main__":
    alone(sys.argv[1], Path(sys.argv[2]))
