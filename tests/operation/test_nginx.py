"""The nginx example, on a real nginx with two real fakes behind it."""

import os
import re
import shutil
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from tests.servers import PATIENCE, free_port

EXAMPLE = Path(__file__).parents[2] / "examples/nginx/nginx.conf"
API = "/api/v3/public-charging"
START = {"code": "HAPPY", "connector_id": 1}
KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@pytest.fixture(scope="module")
def nginx():
    """The command; where it is absent the test is skipped, and under `CI=true` it fails."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    absent = "there is no nginx: Debian's package nginx brings it"
    return found or (pytest.fail(absent) if os.environ.get("CI") == "true" else pytest.skip(absent))


def written(folder, port, fakes):
    """Return the example with other ports, and what a test without rights needs besides."""
    text = EXAMPLE.read_text()
    for given, port_of_fake in zip(("127.0.0.1:8001", "127.0.0.1:8002"), fakes, strict=True):
        assert given in text
        text = text.replace(f"server {given}", f"server 127.0.0.1:{port_of_fake}")
    text = text.replace("listen 127.0.0.1:8000", f"listen 127.0.0.1:{port}")
    places = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in KINDS)
    path = folder / "nginx.conf"
    path.write_text(text.replace("http {", "http { " + places, 1))
    return path


@contextmanager
def running(nginx, folder, fakes, until):
    """Run nginx before the fakes until the block ends; yield a client of it."""
    port = free_port()
    path = written(folder, port, fakes)
    globals_ = f"daemon off; pid {folder}/pid; error_log stderr crit; worker_processes 1;"
    command = [nginx, "-p", str(folder), "-e", "stderr", "-c", str(path), "-g", globals_]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    with (
        subprocess.Popen(command) as process,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client,
    ):
        try:
            until(lambda: is_listening(port))
            yield client
        finally:
            process.terminate()


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def fakes(serving):
    with (
        serving("--trust-proxy", "127.0.0.1") as one,
        serving("--trust-proxy", "127.0.0.1") as other,
    ):
        yield one, other


@pytest.fixture(scope="module")
def front(nginx, fakes, until, tmp_path_factory):
    ports = [fake.place["port"] for fake in fakes]
    with running(nginx, tmp_path_factory.mktemp("nginx"), ports, until) as client:
        yield client


def worlds_of(fake):
    answer = fake.client.get(f"{fake.place['control_url']}/worlds").json()
    return {one["name"]: one["sessions"] for one in answer["worlds"]}


def test_a_world_lives_on_one_host_and_the_worlds_on_both(front, fakes):
    """Its API, its control plane, its lease and its forks meet on the host that its name chooses."""
    for number in range(24):
        name = f"job-{number}"
        assert front.put(f"/_plugproof/worlds/{name}", json={"ttl": "1h"}).json()["is_new"] is True
        token = front.post(f"/worlds/{name}{API}/sessions", json=START).json()["session_token"]
        assert front.get(f"/worlds/{name}.retry{API}/chargers/HAPPY").status_code == 200
        assert front.get(f"/worlds/{name}{API}/sessions/{token}").status_code == 200
        assert front.get(f"/worlds/{name}/_plugproof/health").json()["sessions"] == 1
    one, other = map(worlds_of, fakes)
    names = {f"job-{number}" for number in range(24)}
    assert names <= one.keys() ^ other.keys()
    assert min(len(names & one.keys()), len(names & other.keys())) >= 4
    assert all((f"{name}.retry" in one) == (name in one) for name in names)


def test_paths_dates_and_addresses_go_through_as_they_are(front, fakes):
    """Raw paths, the date of the world's clock, and the client's own address."""
    front.put("/worlds/raw/_plugproof/clock".replace("/clock", "/chargers/X1"), json={})
    front.patch("/worlds/raw/_plugproof/clock", json={"mode": "frozen", "now": "2030-01-01T00:00:00Z"})
    answer = front.get(f"/worlds/raw{API}/sessions/a%2Fb")
    assert (answer.status_code, answer.headers["date"]) == (404, "Tue, 01 Jan 2030 00:00:00 GMT")
    assert front.get(f"/worlds/raw{API}//sessions").status_code == 404
    long = front.get(f"/worlds/raw{API}/sessions/{'x' * 30_000}")
    assert (long.status_code, long.headers["content-type"]) == (404, "application/json")
    entry = front.get("/worlds/raw/_plugproof/journal").json()["journal"][0]
    assert entry["client"] == "127.0.0.1"


def test_the_stream_of_requests_comes_as_it_is_sent(front):
    with front.stream("GET", "/worlds/streamed/_plugproof/stream") as stream:
        front.get(f"/worlds/streamed{API}/chargers/HAPPY")
        text = ""
        for part in stream.iter_text():
            text += part
            if "chargers" in text:
                break
    assert '"status":200' in text


def test_worlds_of_a_host_that_is_away_go_to_no_other(nginx, serving, until, tmp_path):
    """They are refused with 502: a fake that has not the world would begin it anew, and lose what was in it."""
    with serving() as alive, running(nginx, tmp_path, [alive.place["port"], free_port()], until) as front:
        statuses = {
            number: front.get(f"/worlds/w{number}{API}/chargers/HAPPY").status_code for number in range(24)
        }
        assert set(statuses.values()) == {200, 502}
        assert statuses == {
            number: front.get(f"/worlds/w{number}{API}/chargers/HAPPY").status_code for number in range(24)
        }


def test_the_example_names_every_directive_once():
    """A directive that stands twice in one place would be refused, or worse, merged."""
    text = re.sub(r"#.*", "", EXAMPLE.read_text())
    assert text.count("proxy_next_upstream off") == 1
    assert text.count("max_fails=0") == 2
