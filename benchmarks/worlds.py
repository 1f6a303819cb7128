"""Many worlds in one server: time, memory, and whether anything bleeds or ends: `python -m benchmarks.worlds [N]`.

A session is started in each of N worlds (10,000) over a socket, and confirmed in each, in random order. Each world
then has to know its own token and not its neighbour's. One world more has to be refused, and none may have ended.
Says how it went, and fails when anything bled, was lost or ended.
"""

import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from json import dumps, loads
from random import Random
from statistics import quantiles
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks.servers import memory, running

MOST = 10_000
PATH = "/worlds/w{}/api/v3/public-charging/sessions"
START = {"code": "HAPPY", "connector_id": 1}
PROBE = "/_plugproof/health"


class Call(NamedTuple):
    """An answer: its status, what its JSON says, and the milliseconds that it took."""

    status: int
    content: Any
    took: float


class WorldRun(NamedTuple):
    """What came of a run: times in milliseconds, bytes of memory for a world, and what went wrong, in words."""

    starts: list[float]
    confirms: list[float]
    bytes_each: float
    faults: list[str]


def run_worlds(port: int, pid: int, most: int) -> WorldRun:
    """Use `most` worlds of a server that may have as many, and look at what became of them."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    before = memory(pid)
    started = [_call(connection, "POST", PATH.format(n), START) for n in range(most)]
    tokens = [call.content["session_token"] for call in started]
    order = Random(1).sample(range(most), most)
    confirmed = [_call(connection, "POST", f"{PATH.format(n)}/{tokens[n]}/confirm") for n in order]
    used = (memory(pid) - before) / most
    wrong = [*_wrong_confirms(confirmed), *_bled(connection, tokens), *_ended(connection, most)]
    connection.close()
    return WorldRun([call.took for call in started], [call.took for call in confirmed], used, wrong)


def _call(connection: HTTPConnection, method: str, path: str, body: object = None) -> Call:
    began = perf_counter()
    sent = None if body is None else dumps(body)
    connection.request(method, path, sent, {"Content-Type": "application/json", "X-Plugproof": "1"})
    answer = connection.getresponse()
    content = answer.read()
    return Call(answer.status, loads(content), (perf_counter() - began) * 1000)


def _wrong_confirms(calls: list[Call]) -> Iterator[str]:
    yield from (f"a confirm was answered {call.status}" for call in calls if call.status != 200)


def _bled(connection: HTTPConnection, tokens: list[str]) -> Iterator[str]:
    """Yield what a world does not know of its own, and what it knows of its neighbour's."""
    for n, token in enumerate(tokens):
        if _call(connection, "GET", f"{PATH.format(n)}/{token}").status != 200:
            yield f"world {n} has lost its session"
        if _call(connection, "GET", f"{PATH.format((n + 1) % len(tokens))}/{token}").status != 404:
            yield f"a session of world {n} is known next door"
        journal = _call(connection, "GET", f"/worlds/w{n}/_plugproof/journal").content["journal"]
        asked = [entry["operation"] for entry in journal]
        if asked != ["start", "confirm", "get", "get"][: len(asked)] or len(asked) < 3:
            yield f"the journal of world {n} has {asked}"


def _ended(connection: HTTPConnection, most: int) -> Iterator[str]:
    if (more := _call(connection, "GET", "/worlds/more/_plugproof/health")).status != 507:
        yield f"one world too many was answered {more.status}"
    listed = _call(connection, "GET", "/_plugproof/worlds").content
    if listed["total"] != most + 1 or any(listed["ended"].values()):
        yield f"there are {listed['total']} worlds, and ended have {listed['ended']}"


def main(most: int) -> None:
    """Run, say how it went, and fail when anything was wrong."""
    command = (sys.executable, "-m", "plugproof", "serve", "--port", "{port}", "--log", "off")
    with running((*command, "--max-worlds", str(most)), PROBE) as server:
        done = run_worlds(server.port, server.pid, most)
    for name, times in (("start", done.starts), ("confirm", done.confirms)):
        cuts = quantiles(times, n=100)
        print(f"{name}: median {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms, slowest {max(times):.1f} ms")
    print(f"{most:,} worlds with a session each: {done.bytes_each:,.0f} bytes each")
    sys.exit("\n".join(done.faults) or None)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MOST)
