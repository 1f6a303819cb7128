"""Servers of others: how each is started, and what it is asked."""

import json
import shutil
import sys
from base64 import b64encode
from pathlib import Path
from typing import NamedTuple

import plugproof_contracts
from benchmarks.servers import free_port

INSTALLED = Path(sys.prefix) / "bench"
CONFIRM = "/v3/public-charging/sessions/some-token/confirm"
_MODULES = INSTALLED / "node_modules"
_OPENAPI = str(Path(plugproof_contracts.__file__).parent / "openapi.yaml")


class Request(NamedTuple):
    """What a server is asked; `seed` is the method and path that make what it reads."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    seed: tuple[str, str] | None = None


class Peer(NamedTuple):
    """One server: its command, the request that is measured, and our target beside it."""

    name: str
    port: int
    command: tuple[str, ...]
    request: Request
    target: str = ""


def missing() -> str | None:
    """Return why nothing can be measured, or None."""
    needed = {"node": shutil.which("node"), "java": shutil.which("java"), "wrk": shutil.which("wrk")}
    absent = [name for name, path in needed.items() if path is None]
    if not _MODULES.is_dir():
        return "not measured: npm could not install the servers"
    return f"not measured: {', '.join(absent)} not installed" if absent else None


def peers(answer: object, folder: Path) -> list[Peer]:
    """Return all peers; the static ones give `answer`, and keep their files in `folder`."""
    return [_wiremock(answer, folder), _localstripe(), _prism(), _mountebank(answer, folder), _moto(), _mockoon()]


def _node(package: str, script: str) -> tuple[str, ...]:
    return ("node", str(_MODULES / package / script))


def _named(package: str) -> str:
    content = json.loads((_MODULES / package / "package.json").read_bytes())
    return f"{content['name'].removeprefix('@').replace('/', ' ')} {content['version']}"


def _wiremock(answer: object, folder: Path) -> Peer:
    mapping = {
        "request": {"method": "POST", "urlPathPattern": "/v3/public-charging/sessions/[^/]+/confirm"},
        "response": {"status": 200, "jsonBody": answer, "headers": {"Content-Type": "application/json"}},
    }
    (folder / "mappings").mkdir()
    (folder / "mappings" / "confirm.json").write_text(json.dumps(mapping))
    jar = str(next((_MODULES / "wiremock" / "build").glob("*.jar")))
    port, options = free_port(), ("--no-request-journal", "--disable-banner", "--root-dir", str(folder))
    command = ("java", "-jar", jar, "--port", str(port), *options)
    name = f"{_named('wiremock')}, a static answer, journal off"
    return Peer(name, port, command, Request("POST", CONFIRM), "≥ 2.6 ×")


def _prism() -> Peer:
    port, script = free_port(), _node("@stoplight/prism-cli", "dist/index.js")
    command = (*script, "mock", "--port", str(port), "--verboseLevel", "silent", _OPENAPI)
    name = f"{_named('@stoplight/prism-cli')}, from openapi.yaml"
    return Peer(name, port, command, Request("POST", CONFIRM), "≥ 6 ×")


def _mockoon() -> Peer:
    port, script = free_port(), _node("@mockoon/cli", "bin/run.js")
    command = (*script, "start", "--data", _OPENAPI, "--port", str(port), "--disable-log-to-file")
    name = f"{_named('@mockoon/cli')}, from openapi.yaml"
    return Peer(name, port, command, Request("POST", "/api" + CONFIRM))


def _mountebank(answer: object, folder: Path) -> Peer:
    port, script = free_port(), _node("mountebank", "bin/mb")
    response = {"is": {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": answer}}
    stub = {"predicates": [{"equals": {"method": "POST"}}], "responses": [response]}
    config = folder / "imposters.json"
    config.write_text(json.dumps({"imposters": [{"port": port, "protocol": "http", "stubs": [stub]}]}))
    options = ("--nologfile", "--loglevel", "error", "--configfile", str(config))
    command = (*script, "--port", str(free_port()), *options)
    return Peer(f"{_named('mountebank')}, a static answer", port, command, Request("POST", CONFIRM))


def _localstripe() -> Peer:
    port, basic = free_port(), b64encode(b"sk_test_1:").decode()
    asked = Request("GET", "/v1/customers", (("Authorization", f"Basic {basic}"),), ("POST", "/v1/customers"))
    name = f"localstripe {_release('localstripe')}, lists a customer"
    return Peer(name, port, (_script("localstripe"), "--port", str(port)), asked)


def _moto() -> Peer:
    port, asked = free_port(), Request("GET", "/bucket", (), ("PUT", "/bucket"))
    return Peer(
        f"moto {_release('moto')}, lists a bucket", port, (_script("moto_server"), "--port", str(port)), asked
    )


def _script(name: str) -> str:
    return str(INSTALLED / "bin" / name)


def _release(package: str) -> str:
    found = next((INSTALLED / "lib").glob(f"python3.*/site-packages/{package}-*.dist-info"))
    return found.name.removeprefix(f"{package}-").removesuffix(".dist-info")
