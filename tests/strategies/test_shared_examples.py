"""The recipe for a fleet: what one machine finds fails first on the next, and Redis learns no secret."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from redis import Redis

ROOT = Path(__file__).parents[2]
(RECIPE,) = re.findall(
    r"```python\n((?:(?!```).)*RedisExampleDatabase.*?)```",
    (ROOT / "docs/reference/strategies.md").read_text(),
    re.DOTALL,
)
CANARY = "sk-canary-3c0f7e1d9a5b48260011"
SUITE = (
    RECIPE
    + """
import json
from hypothesis import given
from plugproof_mockserver import FakePlugchoice
from plugproof_strategies import amounts, tokens

fake = FakePlugchoice()
drawn, issued = [], []

@given(tokens(), amounts())
def run(token, amount):
    drawn.append([token, amount])
    issued.append(fake.start_session().token)
    assert os.environ["PLUGPROOF_TOKEN"] and amount < 90_000

try:
    run()
except BaseException as error:
    failed = True
else:
    failed = False
print(json.dumps({"failed": failed, "drawn": drawn, "issued": issued}))
"""
)


@pytest.fixture(scope="module")
def redis_server() -> Iterator[str]:
    """A Redis of this module's own, on a socket file; where there is none, skip, and fail under `CI=true`."""
    command = shutil.which("redis-server")
    if command is None:
        absent = "there is no redis-server: Debian's package redis-server brings it"
        pytest.fail(absent) if os.environ.get("CI") == "true" else pytest.skip(absent)
    with tempfile.TemporaryDirectory(prefix="redis") as folder:
        place = f"{folder}/socket"
        options = ["--port", "0", "--unixsocket", place, "--save", "", "--appendonly", "no", "--dir", folder]
        with subprocess.Popen([command, *options], stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout
                assert any("eady to accept connections" in line for line in process.stdout), "Redis did not start"
                yield f"unix://{place}"
            finally:
                process.terminate()


def everything(redis: "Redis[bytes]") -> bytes:
    """Return every byte that Redis holds."""
    return b"\n".join(b"\n".join((key, *sorted(redis.smembers(key)))) for key in sorted(redis.scan_iter()))


def forms(secret: str) -> list[bytes]:
    """Return a secret as it might be written."""
    raw = secret.encode()
    return [raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"="), quote(secret).encode(), raw[::-1]]


class Run(NamedTuple):
    """What one machine drew and was issued, and every byte that Redis held afterwards."""

    drawn: list[list[Any]]
    issued: list[str]
    kept: bytes


def run(folder: Path, redis: "Redis[bytes]", url: str, **environment: str) -> Run:
    """Run the suite in a folder of its own, in a process of its own; it has to fail."""
    folder.mkdir()
    (folder / "suite.py").write_text(SUITE)
    paths = os.pathsep.join(str(ROOT / room) for room in ("contracts", "strategies", "mockserver"))
    known = {name: value for name, value in os.environ.items() if name != "CI"}
    known |= {"PYTHONPATH": paths, "EXAMPLES_REDIS_URL": url, "PLUGPROOF_TOKEN": CANARY}
    done = subprocess.run(
        [sys.executable, "suite.py"],
        cwd=folder,
        env=known | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["failed"]
    return Run(found["drawn"], found["issued"], everything(redis))


@pytest.fixture(scope="module")
def runs(redis_server: str, tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """A developer's run, then one of CI, then another developer's."""
    machines = tmp_path_factory.mktemp("machines")
    with Redis.from_url(redis_server) as redis:
        return [
            run(machines / "before", redis, redis_server),
            run(machines / "ci", redis, redis_server, CI="true"),
            run(machines / "after", redis, redis_server),
        ]


def test_another_machine_tries_first_what_ci_has_found(runs):
    """What CI has found is the first thing that another machine tries."""
    before, ci, after = runs
    least = ci.drawn[-1]
    assert least[1] == 90_000
    assert least not in (before.drawn[0], ci.drawn[0])
    assert after.drawn[0] == least


def test_a_developer_s_machine_reads_and_does_not_write(runs):
    before, ci, after = runs
    assert before.kept == b""
    assert ci.kept == after.kept != b""


def test_redis_holds_what_was_drawn_and_no_token_that_is_one(runs):
    """A drawn text is kept as it is, as the page says; so the search would find a secret that was there."""
    for found in runs[1:]:
        assert found.drawn[-1][0].encode() in found.kept
        assert len(found.issued) > 1
        assert not [form for secret in (CANARY, *found.issued) for form in forms(secret) if form in found.kept]
