"""Three hundred tests on both fixtures of the plugin, twenty times: `python -m benchmarks.soak [TIMES]`.

Two workers, a new random order each time. Says how it went, and fails with the first run that does.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

TESTS, TIMES = 300, 20

SUITE = """
import anyio, httpx, httpx2, pytest

PATH = "/v3/public-charging/sessions"
LIVE = "https://app.plugchoice.com/api"
START = {"code": "HAPPY", "connector_id": 1}
CLIENT = httpx.Client()

@pytest.mark.parametrize("time", range(75))
def test_sync(plugchoice, time):
    token = CLIENT.post(LIVE + PATH, json=START).json()["session_token"]
    for _ in range(10):
        assert CLIENT.post(f"{LIVE}{PATH}/{token}/confirm").status_code == 200
    assert CLIENT.post(f"{LIVE}{PATH}/{token}/confirm").status_code == 429
    assert len(plugchoice.sessions) == 1

@pytest.mark.parametrize("time", range(75))
def test_async(plugchoice, time):
    async def start():
        async with httpx2.AsyncClient(verify=False) as client:
            return (await client.post(LIVE + PATH, json=START)).status_code
    assert anyio.run(start) == 201
    assert len(plugchoice.sessions) == 1

@pytest.mark.parametrize("time", range(75))
def test_server(plugchoice_server, time):
    url = plugchoice_server.url + PATH
    token = CLIENT.post(url, json=START).json()["session_token"]
    for _ in range(10):
        assert CLIENT.post(f"{url}/{token}/confirm").status_code == 200
    assert CLIENT.post(f"{url}/{token}/confirm").status_code == 429
    assert len(plugchoice_server.fake.sessions) == 1

@pytest.mark.parametrize("time", range(75))
def test_both(plugchoice, plugchoice_server, time):
    token = CLIENT.post(LIVE + PATH, json=START).json()["session_token"]
    plugchoice.clock.advance(minutes=16)
    answer = CLIENT.get(f"{plugchoice_server.url}{PATH}/{token}")
    assert answer.json()["data"]["status"] == "expired"
"""

OPTIONS = ("-q", "-n", "2", "-p", "no:plugproof", "-p", "plugproof_pytest.plugin", "-p", "no:cacheprovider")
"""With pytest-randomly, which is among the project's own tools, each run takes another order."""


def main(times: int) -> None:
    """Run the suite so many times."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_soak.py").write_text(SUITE)
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        for number in range(1, times + 1):
            began = perf_counter()
            command = [sys.executable, "-m", "pytest", *OPTIONS, folder]
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
            if done.returncode or f"{TESTS} passed" not in done.stdout:
                sys.exit(f"run {number} of {times} failed:\n{done.stdout}\n{done.stderr}")
            print(f"run {number} of {times}: {TESTS} passed in {perf_counter() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else TIMES)
