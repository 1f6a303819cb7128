"""Ten thousand worlds in one fake, as `python -m benchmarks.worlds` has them, held to their target."""

from statistics import quantiles

from benchmarks.reliability.outcome import Outcome
from benchmarks.reliability.process import Fake
from benchmarks.worlds import run_worlds

MOST_MS = 10.0


def run(size: int) -> Outcome:
    """Start a session in each of so many worlds, confirm each, and look for what bled or ended."""
    with Fake("--max-worlds", str(size)) as fake:
        done = run_worlds(fake.port, fake.process.pid, size)
    p99 = {
        name: quantiles(times, n=100)[98] for name, times in (("start", done.starts), ("confirm", done.confirms))
    }
    slow = [
        f"the p99 of a {name} is {took:.1f} ms; {MOST_MS:g} are allowed"
        for name, took in p99.items()
        if took > MOST_MS
    ]
    shown = ", ".join(f"{name} p99 {took:.1f} ms" for name, took in p99.items())
    figures = f"{size:,} worlds, {shown}, {len(done.faults)} bled or ended unsaid"
    return Outcome(figures, (*done.faults, *slow))
