"""How fast the fake answers and starts, and what a session weighs."""

import json
import resource
import shutil
import sys

from benchmarks.row import Row, in_turn, median, ratio
from benchmarks.servers import BARE, CONFIRM, FAKE, STARLETTE, load, memory, request, running, script, seed

SESSIONS = 200_000


def rows() -> list[Row]:
    """Measure every row of this subject."""
    return [*_throughput(), _start(), _session_memory(), _world()]


def _command(path: str) -> tuple[str, ...]:
    return (sys.executable, path, "{port}")


def _throughput() -> list[Row]:
    if not shutil.which("wrk"):
        return [Row("confirm, everything on", "not measured: wrk is not installed", "", "", "≥ 1.0 ×")]
    with running((*FAKE, "--port", "{port}"), "/_plugproof/health") as fake:
        path = CONFIRM.format(token=seed(fake))
        answer = json.loads(request(fake.port, "POST", path))
        with (
            script(STARLETTE.format(answer=answer)) as starlette,
            script(BARE.format(body=json.dumps(answer).encode())) as bare,
            running(_command(starlette), "/") as constant,
            running(_command(bare), "/") as limit,
        ):
            against = in_turn(lambda: load(fake.port, path), lambda: load(constant.port, path))
            most = in_turn(lambda: load(fake.port, path), lambda: load(limit.port, path))
        held = memory(fake.pid)
    return [
        _rate_row("confirm, everything on, against Starlette's constant answer", against, "≥ 1.25 ×"),
        _rate_row("the same against a bare ASGI callable (the limit)", most, ""),
        Row("memory of the server after that", f"{held / 1e6:.0f} MB", "", "", ""),
    ]


def _rate_row(measure: str, pairs: list[tuple[float, float]], target: str) -> Row:
    ours, other = median([a for a, _ in pairs]), median([b for _, b in pairs])
    return Row(measure, f"{ours:,.0f} /s", f"{other:,.0f} /s", ratio(pairs), target)


def _start() -> Row:
    with script(STARLETTE.format(answer={})) as starlette:

        def fake() -> float:
            with running((*FAKE, "--port", "{port}"), "/_plugproof/health") as server:
                return server.ready_after

        def bare() -> float:
            with running(_command(starlette), "/") as server:
                return server.ready_after

        pairs = in_turn(fake, bare)
    ours, other = median([a for a, _ in pairs]), median([b for _, b in pairs])
    return Row("from start to first answer", f"{ours:.2f} s", f"{other:.2f} s", ratio(pairs), "≤ 1.3 ×")


def _session_memory() -> Row:
    from plugproof_mockserver.http.request_bodies import StartBody
    from plugproof_mockserver.world.world import World

    world = World()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(SESSIONS):
        world.start(StartBody("HAPPY", 1, None))
    each = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / SESSIONS
    return Row(f"memory of one of {SESSIONS:,} live sessions", f"{each:.0f} bytes", "", "", "≤ 1 KB")


def _world() -> Row:
    from time import perf_counter

    from plugproof_mockserver.world.world import World

    def once() -> float:
        began = perf_counter()
        for _ in range(1000):
            World()
        return (perf_counter() - began) * 1000

    return Row("a fresh isolated world", f"{median([once() for _ in range(7)]):.1f} µs", "", "", "≤ 50 µs")
