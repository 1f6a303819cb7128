import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import httpx2
import pytest

from plugproof_contracts import Exchange
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.rules.examples import success

PLUGPROOF = Path(sys.executable).parent / "plugproof"
INSTALLED = Path(__file__).parents[2] / ".venv/npm/node_modules/.bin"


def _peer(command: Path, advice: str = "") -> Path:
    """Return a command that npm installs; where it is absent the test is skipped, and under `CI=true` it fails."""
    if command.is_file():
        return command
    absent = f"there is no {command}: `make peers` installs it{advice}"
    return pytest.fail(absent) if os.environ.get("CI") == "true" else pytest.skip(absent)


@pytest.fixture(scope="session")
def prism() -> Path:
    """The command of Prism."""
    return _peer(Path(os.environ.get("PLUGPROOF_PRISM") or INSTALLED / "prism"), ", PLUGPROOF_PRISM names another")


@pytest.fixture(scope="session")
def redocly() -> Path:
    """The command of Redocly."""
    return _peer(INSTALLED / "redocly")


@pytest.fixture(scope="session")
def spectral() -> Path:
    """The command of Spectral."""
    return _peer(INSTALLED / "spectral")


class Fake(NamedTuple):
    """A running fake: where its API is, and its control plane."""

    api: str
    control: str

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Ask the control plane."""
        answer = httpx2.request(method, self.control + path, json=body, headers={"X-Plugproof": "test"})
        assert answer.is_success, answer.text
        return answer.json() if answer.content else {}

    def advance(self) -> None:
        """Let the next thing happen that happens by itself."""
        self.ask("POST", "/clock/advance", {"to": "next"})


@contextmanager
def _process(*command: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Run a command until the block ends."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        try:
            yield running
        finally:
            running.terminate()


@contextmanager
def serving(*options: str) -> Iterator[Fake]:
    with _process(PLUGPROOF, "serve", "--auto-pay", "--json", "--port", "0", "--speed", "0", *options) as running:
        assert running.stdout
        ready = json.loads(running.stdout.readline())
        yield Fake(ready["base_url"], ready["control_url"])


@contextmanager
def _lying(answer: Callable[[Exchange], Exchange]) -> Iterator[str]:
    """Serve the answers that a function gives to requests, and yield the base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in two packets waits for an acknowledgement in between

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self.reply
            raise AttributeError(name)

        def reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told = answer(success().replace(method=self.command, url=f"http://x{self.path}", request_body=body))
            content = told.body or b""
            self.send_response_only(told.status)
            for name, value in told.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else content)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def lying() -> Any:
    """Serves, as long as a block lasts, whatever answer a function gives to a request."""
    return _lying


@pytest.fixture(scope="session")
def process() -> Any:
    """Runs a command as long as a block lasts."""
    return _process


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    """A fake with the documented limits, and a clock that stands still."""
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def quick() -> Iterator[Fake]:
    """A fake whose minutes pass in ten milliseconds, so that its documented limits seldom bite."""
    with serving("--speed", "6000", "--token-ttl", "9999d", "--sessions-per-charger", "1000000") as running:
        yield running


@pytest.fixture(scope="module")
def unlimited() -> Iterator[Fake]:
    """A fake with limits that nobody reaches, and a charger behind every code."""
    limits = (option for name in OPERATIONS for option in ("--limit", f"{name}=1000000/60"))
    with serving(*limits, "--sessions-per-charger", "1000000", "--scenario", "HAPPY") as running:
        yield running


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contract document as a file, as `plugproof openapi` prints it."""
    path = tmp_path_factory.mktemp("contract") / "openapi.yaml"
    path.write_text(subprocess.run([PLUGPROOF, "openapi"], check=True, capture_output=True, text=True).stdout)
    return path


@pytest.fixture(scope="session")
def plugproof_links(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contract document with the link that only some tools read."""
    path = tmp_path_factory.mktemp("links") / "openapi.yaml"
    command = [PLUGPROOF, "openapi", "--links"]
    path.write_text(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return path
