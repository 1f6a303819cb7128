"""What `plugproof serve` says once it is ready: to people, and to programs."""

import json
from typing import NamedTuple
from urllib.parse import urlsplit

from plugproof_contracts.facts.operations import PREFIX
from plugproof_contracts.version import VERSION
from plugproof_mockserver.engine import scenario_outcomes


class ServerAddress(NamedTuple):
    """Where the fake is served; `origin` is the start of every URL, `identity` what its health answers with."""

    origin: str
    pid: int
    identity: str
    has_secret: bool

    @property
    def base_url(self) -> str:
        """The base URL of the API, as a client is given it."""
        return self.origin + "/api"

    @property
    def control_url(self) -> str:
        """The base URL of the control plane."""
        return self.origin + "/_plugproof"


class DemoStep(NamedTuple):
    """One thing to try: what it does, and the command that does it."""

    title: str
    command: str


def steps(address: ServerAddress) -> tuple[DemoStep, ...]:
    """Return the happy path as commands for any POSIX shell with curl and sed."""
    sessions = f"{address.base_url}{PREFIX}/sessions"
    session = f"{sessions}/$TOKEN"
    return (
        DemoStep("start a session, and keep its token without showing it", _start(sessions)),
        DemoStep("pay, as the driver does in the browser", _event(address, "paid")),
        DemoStep("confirm the payment", f'curl -sS -X POST "{session}/confirm"'),
        DemoStep("set the receipt address", f'curl -sS "{session}/receipt-email" -d email=driver@example.com'),
        DemoStep("let five minutes pass", _advance(address, 300)),
        DemoStep("see it charging", f'curl -sS "{session}"'),
        DemoStep("stop it", f'curl -sS -X POST "{session}/stop"'),
        DemoStep("let a minute pass", _advance(address, 60)),
        DemoStep("see what was captured", f'curl -sS "{session}"'),
    )


def _start(sessions: str) -> str:
    keep = r"""sed 's/.*"session_token":"\([^"]*\)".*/\1/'"""
    return f'TOKEN=$(curl -sS "{sessions}" -d code=HAPPY -d connector_id=1 | {keep})'


def _event(address: ServerAddress, event: str) -> str:
    return _control(address, "sessions/$TOKEN/events", f'{{"event": "{event}"}}')


def _advance(address: ServerAddress, seconds: int) -> str:
    return _control(address, "clock/advance", f'{{"seconds": {seconds}}}')


def _control(address: ServerAddress, path: str, body: str) -> str:
    secret = ' -H "X-Plugproof-Secret: $PLUGPROOF_CONTROL_SECRET"' if address.has_secret else ""
    return f"curl -sS \"{address.control_url}/{path}\"{secret} -H 'Content-Type: application/json' -d '{body}'"


def for_people(address: ServerAddress) -> str:
    """Return the banner: where everything is, the happy path ready to copy, and the charger codes."""
    walk = [line for step in steps(address) for line in (f"# {step.title}", step.command)]
    return "\n".join(
        (
            f"plugproof {VERSION} is ready. Unofficial: a fake of Plugchoice's public-charging API.",
            "",
            f"  Base URL       {address.base_url}",
            f"  Console        {address.control_url}/",
            f"  Pay page       {address.origin}/pay/HAPPY",
            "",
            "A driver's whole life, ready to copy:",
            "",
            *walk,
            "",
            "Charger codes, and what each stands for:",
            "",
            *scenario_outcomes.table_lines(),
            "",
            "Ctrl-C ends it.",
        )
    )


def as_json(address: ServerAddress) -> str:
    """Return the same for programs, as one line of JSON."""
    return json.dumps(
        {
            "base_url": address.base_url,
            "control_url": address.control_url,
            "port": urlsplit(address.origin).port,
            "pid": address.pid,
            "identity": address.identity,
            "version": VERSION,
        }
    )
