"""What the pytest plugin costs: at start-up, for a fixture, and for a call."""

import importlib
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter

from benchmarks.row import Row, in_turn, median, ratio

CALLS, FIXTURES = 400, 1000


def rows() -> list[Row]:
    """Measure every row of this subject."""
    return [_import(), _start(), _fixture(), _call("httpx"), _call("httpx2")]


def _each(run: Callable[[], object], times: int) -> float:
    """Return the microseconds of one of many runs."""
    began = perf_counter()
    for _ in range(times):
        run()
    return (perf_counter() - began) / times * 1e6


def _row(measure: str, pairs: list[tuple[float, float]], target: str, unit: str = "µs") -> Row:
    ours, other = median([a for a, _ in pairs]), median([b for _, b in pairs])
    return Row(measure, f"{ours:.1f} {unit}", f"{other:.1f} {unit}", ratio(pairs), target)


def _import() -> Row:
    code = "import pytest; from time import perf_counter as now; began = now(); import {}; print(now() - began)"

    def once(module: str) -> float:
        command = [sys.executable, "-c", code.format(module)]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) * 1000

    pairs = in_turn(lambda: once("plugproof_pytest.plugin"), lambda: once("respx.plugin"))
    return _row("importing the plugin, against importing respx's", pairs, "≤ 5 ms", "ms")


def _start() -> Row:
    """A suite of one test that uses no plugin; the other has an empty one, for `-p` alone takes 3 ms."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_nothing.py").write_text("def test_nothing(): pass\n")
        (Path(folder) / "empty_plugin.py").touch()
        environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": ":".join([*sys.path, folder])}

        def once(plugin: str) -> float:
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", plugin, folder]
            before = getrusage(RUSAGE_CHILDREN)
            subprocess.run(command, capture_output=True, check=True, cwd=folder, env=environment)
            after = getrusage(RUSAGE_CHILDREN)
            return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000

        pairs = in_turn(lambda: once("plugproof_pytest.plugin"), lambda: once("empty_plugin"), rounds=21)
    more = median([a - b for a, b in pairs])
    row = _row(
        "processor time of a suite that does not use it, against one with an empty plugin",
        pairs,
        "≤ 5 ms more",
        "ms",
    )
    return row._replace(ratio=f"{row.ratio}; {more:+.1f} ms")


def _fixture() -> Row:
    """A fresh fake before the host and away again, against a router of respx; both outside of pytest."""
    import respx

    from plugproof_mockserver import FakePlugchoice
    from plugproof_pytest.interception.host_interception import intercepting

    def ours() -> None:
        with intercepting(FakePlugchoice()):
            pass

    def other() -> None:
        with respx.mock:
            pass

    pairs = in_turn(lambda: _each(ours, FIXTURES), lambda: _each(other, FIXTURES // 10))
    return _row("a fresh fixture, against starting and stopping respx", pairs, "≤ 50 µs")


def _call(name: str) -> Row:
    """One confirm on the fake through httpx or httpx2, against respx, which knows only httpx."""
    import httpx
    import respx

    from plugproof_mockserver import FakePlugchoice
    from plugproof_pytest.interception.host_interception import intercepting

    fake = FakePlugchoice(rate_limit="off")
    session = fake.seed_session("captured")
    url, answer = session.url("confirm"), {"data": session.data}

    def ours() -> float:
        with intercepting(fake), importlib.import_module(name).Client() as client:
            return _each(lambda: client.post(url), CALLS)

    def other() -> float:
        with respx.mock, httpx.Client() as client:
            respx.post(url).respond(200, json=answer)
            return _each(lambda: client.post(url), CALLS)

    return _row(f"one call through {name}, against respx with a constant answer", in_turn(ours, other), "≤ 1.1 ×")
