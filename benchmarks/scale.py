"""What grows with the number of sessions and of client addresses: time of one answer, and memory.

Each size is measured in a process of its own: `python -m benchmarks.scale sessions 1000` prints the median
time of a confirm in microseconds, and the bytes that each session takes.
"""

import gc
import os
import subprocess
import sys
from random import Random
from statistics import median
from time import perf_counter

from benchmarks.row import Row
from benchmarks.servers import memory
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.request_bodies import StartBody
from plugproof_mockserver.model.settings import Limit, Settings
from plugproof_mockserver.model.state import SessionState
from plugproof_mockserver.model.timestamps import seconds
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.pipeline import answer
from plugproof_mockserver.world.world import World

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SAMPLE, ROUNDS = 1_000, 15
WINDOW = 60


def rows() -> list[Row]:
    """Measure every row of this subject."""
    return [*_rows("sessions", "≤ 1 KB each, ≤ 1.2 × the first"), *_rows("addresses", "≤ 200 MB in all")]


def _rows(kind: str, target: str) -> list[Row]:
    found = [(size, *_alone(kind, size)) for size in SIZES]
    first = found[0][1]
    return [_row(f"one confirm with {size:,} {kind}", time, text, first, target) for size, time, text in found]


def _row(measure: str, time: float, text: str, first: float, target: str) -> Row:
    return Row(measure, f"{time:.1f} µs, {text}", f"{first:.1f} µs", f"{time / first:.2f}", target)


def _alone(kind: str, size: int) -> tuple[float, str]:
    command = [sys.executable, "-m", "benchmarks.scale", kind, str(size)]
    time, text = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split(" ", 1)
    return float(time), text.strip()


def _world() -> World:
    world = World(Settings(limits={"confirm": Limit(10**9, 3600)}), clock=Clock(speed=0))
    gc.freeze()
    return world


def _start(world: World) -> str:
    started = world.start(StartBody("HAPPY", 1, None))
    assert isinstance(started, SessionState)
    return started.token


def _confirm(token: str, client: str = "127.0.0.1") -> Request:
    return Request("POST", f"/v3/public-charging/sessions/{token}/confirm", [], b"", client)


def _time(world: World, asked: list[Request]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = perf_counter()
        for request in asked:
            answer(world, request)
        times.append((perf_counter() - began) / len(asked) * 1e6)
    return median(times)


def _sessions(size: int) -> str:
    world = _world()
    before = _resident()
    tokens = [_start(world) for _ in range(size)][:: size // SAMPLE]
    each = (_resident() - before) / size
    return f"{_time(world, [_confirm(token) for token in Random(1).sample(tokens, SAMPLE)])} {each:.0f} bytes each"


def _addresses(size: int) -> str:
    world = _world()
    token = _start(world)
    before = _resident()
    for index in range(size):
        answer(world, _confirm(token, f"10.{index >> 16}.{index >> 8 & 255}.{index & 255}"))
    held = _resident() - before
    time = _time(world, [_confirm(token, f"11.0.{index >> 8}.{index & 255}") for index in range(SAMPLE)])
    world.advance(seconds(3601))
    others = size // 2
    for index in range(others):
        answer(world, _confirm(token, f"12.{index >> 16}.{index >> 8 & 255}.{index & 255}"))
    return (
        f"{time} {held / 1e6:.0f} MB; an hour and {others:,} other addresses later {len(world.limiter):,} are kept"
    )


def _resident() -> int:
    gc.collect()
    return memory(os.getpid())


if __name__ == "__main__":
    print({"sessions": _sessions, "addresses": _addresses}[sys.argv[1]](int(sys.argv[2])))
