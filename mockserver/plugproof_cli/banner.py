"""What `plugproof serve` says once it is ready: to people, and to programs."""

import json
from typing import NamedTuple
from urllib.parse import urlsplit

from plugproof_contracts.facts.operations import PREFIX
from plugproof_contracts.version import VERSION
from plugproof_mockserver.engine import scenario_outcomes as catalogue


class Place(NamedTuple):
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


class Step(NamedTuple):
    """One thing to try: what it does, and the command that does it."""

    title: str
    command: str


def steps(place: Place) -> tuple[Step, ...]:
    """Return the happy path as commands for any POSIX shell with curl and sed."""
    sessions = f"{place.base_url}{PREFIX}/sessions"
    session = f"{sessions}/$TOKEN"
    return (
        Step("start a session, and keep its token without showing it", _start(sessions)),
        Step("pay, as the driver does in the browser", _event(place, "paid")),
        Step("confirm the payment", f'curl -sS -X POST "{session}/confirm"'),
        Step("set the receipt address", f'curl -sS "{session}/receipt-email" -d email=driver@example.com'),
        Step("let five minutes pass", _advance(place, 300)),
        Step("see it charging", f'curl -sS "{session}"'),
        Step("stop it", f'curl -sS -X POST "{session}/stop"'),
        Step("let a minute pass", _advance(place, 60)),
        Step("see what was captured", f'curl -sS "{session}"'),
    )


def _start(sessions: str) -> str:
    keep = r"""sed 's/.*"session_token":"\([^"]*\)".*/\1/'"""
    return f'TOKEN=$(curl -sS "{sessions}" -d code=HAPPY -d connector_id=1 | {keep})'


def _event(place: Place, event: str) -> str:
    return _control(place, "sessions/$TOKEN/events", f'{{"event": "{event}"}}')


def _advance(place: Place, seconds: int) -> str:
    return _control(place, "clock/advance", f'{{"seconds": {seconds}}}')


def _control(place: Place, path: str, body: str) -> str:
    secret = ' -H "X-Plugproof-Secret: $PLUGPROOF_CONTROL_SECRET"' if place.has_secret else ""
    return f"curl -sS \"{place.control_url}/{path}\"{secret} -H 'Content-Type: application/json' -d '{body}'"


def for_people(place: Place) -> str:
    """Return the banner: where everything is, the happy path ready to copy, and the charger codes."""
    walk = [line for step in steps(place) for line in (f"# {step.title}", step.command)]
    return "\n".join(
        (
            f"plugproof {VERSION} is ready. Unofficial: a fake of Plugchoice's public-charging API.",
            "",
            f"  Base URL       {place.base_url}",
            f"  Console        {place.control_url}/",
            f"  Pay page       {place.origin}/pay/HAPPY",
            "",
            "A driver's whole life, ready to copy:",
            "",
            *walk,
            "",
            "Charger codes, and what each stands for:",
            "",
            *catalogue.lines(),
            "",
            "Ctrl-C ends it.",
        )
    )


def as_json(place: Place) -> str:
    """Return the same for programs, as one line of JSON."""
    return json.dumps(
        {
            "base_url": place.base_url,
            "control_url": place.control_url,
            "port": urlsplit(place.origin).port,
            "pid": place.pid,
            "identity": place.identity,
            "version": VERSION,
        }
    )
