"""How much faster four workers are than one, on one Redis: `python -m benchmarks.reliability.scenarios.speed`.

Both are served at once and asked in turn, so that whatever else the machine does meets both alike; the ratio is
that of the medians. `wrk` asks over 32 connections, on the same processors: on two of them, twice as fast is all
there can be. A number behind the command is how many pairs are measured.
"""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import servers
from benchmarks.reliability.call import Caller
from benchmarks.reliability.outcome import Outcome
from benchmarks.reliability.process import Fake, RedisServer

PAIRS, WORKERS, TARGET = 5, 4, 1.6


def run(size: int) -> Outcome:
    """Measure so many pairs, with a Redis that writes to the disk before each answer and one that does not.

    The first is judged: compose.yaml starts it so, and it alone loses nothing that it acknowledged. The second is
    shown beside it.
    """
    durable, ratio = _measure(size, "always")
    plain, ratio_plain = _measure(size, "no")
    losses = (
        () if ratio >= TARGET else (f"{WORKERS} workers are {ratio:.2f} times as fast; {TARGET} are asked for",)
    )
    return Outcome(
        f"{ratio:.2f} times ({durable}); without a write to the disk {ratio_plain:.2f} ({plain})", losses
    )


def _measure(size: int, fsync: str) -> tuple[str, float]:
    with TemporaryDirectory() as folder, RedisServer(Path(folder)) as redis, ExitStack() as stack:
        with redis.client() as client:
            client.config_set("appendfsync", fsync)
        options = ("--rate-limit", "off", "--state", f"{redis.url}?socket_timeout=10")
        one, many = (stack.enter_context(Fake(*options, "--workers", str(count))) for count in (1, WORKERS))
        with Caller(one.port) as caller:
            reply = caller.call("POST", "/_plugproof/sessions", {"status": "captured"})
        path = servers.CONFIRM.format(token=json.loads(reply.body)["token"])
        rates = [(servers.load(one.port, path), servers.load(many.port, path)) for _ in range(size)]
    alone, together = (median(found) for found in zip(*rates, strict=True))
    return f"{alone:,.0f} and {together:,.0f} confirms a second", together / alone


def main(pairs: int = PAIRS) -> bool:
    """Print what came of so many pairs; return whether the target is missed."""
    outcome = run(pairs)
    print(outcome.report())
    return bool(outcome.losses)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
