"""Servers for the benchmarks, each in a process of its own on its own port.

The load comes from `wrk` (Debian's package) on the other processor.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

CONFIRM = "/api/v3/public-charging/sessions/{token}/confirm"
CONNECTIONS = 32
SECONDS = 3

Pairs = tuple[tuple[str, str], ...]

STARLETTE = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

ANSWER = {answer!r}

async def confirm(request):
    return JSONResponse(ANSWER)

app = Starlette(routes=[Route("/api/v3/public-charging/sessions/{{token}}/confirm", confirm, methods=["POST"])])
uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", log_level="error", access_log=False)
"""

BARE = """
import sys, uvicorn

BODY = {body!r}
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]

async def app(scope, receive, send):
    await send({{"type": "http.response.start", "status": 200, "headers": HEADERS}})
    await send({{"type": "http.response.body", "body": BODY}})

options = dict(loop="uvloop", http="httptools", log_level="error", access_log=False, lifespan="off")
uvicorn.run(app, port=int(sys.argv[1]), **options)
"""

FAKE = (
    sys.executable, "-m", "plugproof_mockserver", "serve", "--auto-pay", "--json",
    "--limit", "confirm=999999999/3600",
)  # fmt: skip
"""Everything on; the limiter counts towards a limit that is too high to bite."""


class Server(NamedTuple):
    """A running server, and how long it took from its start to its first answer."""

    port: int
    pid: int
    ready_after: float


def free_port() -> int:
    """Return a port that is free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: tuple[str, ...], probe: str, port: int | None = None) -> Iterator[Server]:
    """Run a server on the first processor until the block ends; `{port}` in the command is a free port."""
    if port is None:
        port = free_port()
        command = tuple(part.format(port=port) for part in command)
    pin = ("taskset", "-c", "0") if shutil.which("taskset") else ()
    began = time.perf_counter()
    process = subprocess.Popen(
        [*pin, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    )
    try:
        _await_answer(port, probe, process)
        yield Server(port, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(10)


def _await_answer(port: int, probe: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                request(port, "GET", probe)
                return
        except OSError:
            time.sleep(0.002)
    raise RuntimeError(f"the server on port {port} did not answer")


def request(port: int, method: str, path: str, body: object = None, headers: Pairs = ()) -> bytes:
    """Send one request and return the body of its answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        sent = {"Content-Type": "application/json", **dict(headers)}
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        return connection.getresponse().read()
    finally:
        connection.close()


@contextmanager
def script(text: str) -> Iterator[str]:
    """Put a script into a file for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "server.py"
        path.write_text(text)
        yield str(path)


def seed(fake: Server) -> str:
    """Make a session that every confirm finds unchanged, and return its token."""
    answer = request(fake.port, "POST", "/_plugproof/sessions", {"status": "captured"})
    return str(json.loads(answer)["token"])


def load(port: int, path: str, method: str = "POST", headers: Pairs = ()) -> float:
    """Ask as fast as 32 keep-alive connections can, from the last processor; return requests per second."""
    lines = [f"wrk.method = {json.dumps(method)}"]
    lines += [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers]
    with script("\n".join(lines)) as lua:
        pin = ["taskset", "-c", str((os.cpu_count() or 1) - 1)] if shutil.which("taskset") else []
        url = f"http://127.0.0.1:{port}{path}"
        command = [*pin, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", lua, url]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output:
        raise RuntimeError(f"not every answer was a success:\n{output}")
    return float(re.findall(r"Requests/sec:\s+([\d.]+)", output)[0])


def memory(pid: int) -> int:
    """Return the resident bytes of a process."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGESIZE")
