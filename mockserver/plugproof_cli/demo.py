"""A driver's whole life with the fake, over HTTP, for people to read: `make demo`."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPMessage
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from plugproof_contracts import Status, Token
from plugproof_contracts.errors import PlugproofError
from plugproof_contracts.extras import EXTRAS, exit_without_extra, require
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.secrets.token import fingerprint

SERVE = (
    "serve",
    "--auto-pay",
    "--host",
    "127.0.0.1",
    "--port",
    "0",
    "--json",
    "--speed",
    "0",
    "--clock",
    "2026-01-10T12:00:00Z",
)
SECRETS = ("session_token", "client_secret")

Fields = dict[str, Any]


class UnexpectedError(PlugproofError):
    """An answer that the story does not have."""


class DemoAnswer(NamedTuple):
    """What the fake answered."""

    status: int
    reason: str
    headers: HTTPMessage
    body: bytes


def ask(method: str, url: str, body: Fields | None = None) -> DemoAnswer:
    """Send one request, with a JSON body if there is one; raises `OSError` or `HTTPException`."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        sent = None if body is None else json.dumps(body)
        connection.request(method, parts.path, sent, {"content-type": "application/json"} if sent else {})
        response = connection.getresponse()
        return DemoAnswer(response.status, response.reason, response.headers, response.read())
    finally:
        connection.close()


class Driver:
    """Walks through the API and says what it sees; `place` is what the fake announced."""

    def __init__(self, place: Mapping[str, Any]) -> None:
        self._place = place
        self._token = Token("")
        self._seen: Fields = {}

    def call(self, title: str, operation: str, status: int, **body: Any) -> Fields:
        """Call one operation, print the exchange, and return its data; raise if the status is another."""
        response = self._send(operation, body or None)
        print(f"\n{title}")
        print(f"  {OPERATIONS[operation].method:<5}{self._path(operation, str(self._token))}")
        if body:
            print(f"       {json.dumps(body)}")
        print(f"    -> {response.status} {response.reason}{_limits(response)}")
        content = self._expect(response, status)
        self._keep_token(content)
        self._show(content)
        return content

    def advance(self, title: str, **by: Any) -> None:
        """Let time pass on the fake's clock and print what happened in it."""
        response = ask("POST", f"{self._place['control_url']}/clock/advance", by)
        passed = self._expect(response, 200)
        print(f"\n{title}\n  the clock shows {passed['now']}")
        for move in passed["moves"]:
            print(f"       {move['source']} -> {move['target']}  ({move['event']})")

    def confirm_quietly(self, times: int) -> None:
        """Confirm again and again, printing nothing; raise unless every answer is a 200."""
        for _ in range(times):
            self._expect(self._send("confirm", None), 200)

    def _send(self, operation: str, body: Fields | None) -> DemoAnswer:
        path = self._path(operation, self._token.reveal())
        return ask(OPERATIONS[operation].method, self._place["base_url"] + path, body)

    def _path(self, operation: str, token: str) -> str:
        return OPERATIONS[operation].template.replace("{token}", token).replace("{code}", "HAPPY")

    def _expect(self, response: DemoAnswer, status: int) -> Fields:
        if response.status != status:
            # Without the URL, which holds the token.
            text = response.body.decode(errors="backslashreplace")
            raise UnexpectedError(f"expected {status}, and it was {response.status}: {text}")
        return dict(json.loads(response.body))

    def _keep_token(self, content: Fields) -> None:
        if "session_token" in content:
            self._token = Token(content["session_token"])

    def _show(self, content: Fields) -> None:
        """Print the fields that are not as they were before."""
        fields = _flat(content)
        for name, value in fields.items():
            if name not in self._seen or self._seen[name] != value:
                _print_field(name, value, self._seen.get(name))
        self._seen |= fields


def _flat(content: Any, name: str = "") -> Fields:
    """Return what JSON holds by dotted name, with secrets as their fingerprints; `data` goes without saying."""
    if not isinstance(content, dict):
        return {name: fingerprint(content) if name.rpartition(".")[2] in SECRETS else content}
    prefix = f"{name}." if name and name != "data" else ""
    return {key: value for part in content for key, value in _flat(content[part], prefix + part).items()}


def _print_field(name: str, value: Any, before: Any) -> None:
    if value is None and before is None:
        return
    was = "" if before is None else f"  (was {before})"
    print(f"       {name:<28}{_text(value)}{was}")


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} of them"
    return value if isinstance(value, str) else json.dumps(value)


def _limits(response: DemoAnswer) -> str:
    left = f"{response.headers['x-ratelimit-remaining']} of {response.headers['x-ratelimit-limit']} calls left"
    wait = response.headers.get("retry-after")
    return f"   {left}" + (f", Retry-After: {wait}" if wait else "")


def walk(driver: Driver) -> None:
    """Live one life: pay, charge, be billed, and ask too often."""
    _pay(driver)
    _charge(driver)
    _be_billed(driver)
    _ask_too_often(driver)


def _pay(driver: Driver) -> None:
    driver.call("Look at the charger", "charger", 200)
    driver.call("Start a session", "start", 201, code="HAPPY", connector_id=1)
    driver.call("Look at it: it waits for the payment", "get", 200)
    driver.call("Confirm the payment, once the browser is done with Stripe", "confirm", 200)
    driver.call("Say where the receipt goes", "receipt-email", 200, email="driver@example.com")


def _charge(driver: Driver) -> None:
    driver.advance("Wait until the next thing happens by itself", to="next")
    driver.call("Poll: the charger was asked to start", "get", 200)
    driver.advance("Wait again", to="next")
    driver.call("Poll: it charges", "get", 200)
    driver.advance("Charge for five minutes", seconds=300)
    driver.call("Poll: energy and cost so far", "get", 200)
    driver.call("Stop", "stop", 200)


def _be_billed(driver: Driver) -> None:
    driver.advance("Wait for the charger", to="next")
    driver.call("Poll: it is being settled", "get", 200)
    driver.advance("Wait for the capture", to="next")
    final = driver.call("Poll: it is paid", "get", 200)
    if final["data"]["status"] != Status.CAPTURED:
        raise UnexpectedError(f"expected the session to be captured, and it is {final['data']['status']}")


def _ask_too_often(driver: Driver) -> None:
    driver.confirm_quietly(9)
    driver.call("Confirm ten times more: the tenth is answered, and changes nothing", "confirm", 200)
    driver.call("The eleventh within a minute is refused", "confirm", 429)


@contextmanager
def served() -> Iterator[dict[str, Any]]:
    """Run the fake on a free port, and yield what it announced."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLUGPROOF_")}
    command = [sys.executable, "-m", "plugproof_mockserver", *SERVE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603 - ours
        try:
            yield json.loads(process.stdout.readline() if process.stdout else "")
        finally:
            process.terminate()


def main() -> None:
    """Tell the story; exit with 1 and one line if the fake tells another, with 2 if an extra is missing."""
    with exit_without_extra():
        for package in EXTRAS["serve"]:
            require(package)
    try:
        with served() as place:
            print(f"The fake runs at {place['base_url']}.")
            print("Its clock stands still until it is told to move.")
            walk(Driver(place))
    except (UnexpectedError, HTTPException, OSError, ValueError) as error:
        sys.exit(f"The demo failed: {error}")
    print("\nThat was a driver's whole life.")


if __name__ == "__main__":
    main()
