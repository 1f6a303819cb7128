"""What `plugproof serve` says once it is ready: to people, and to programs."""

import json
from typing import NamedTuple
from urllib.parse import urlsplit

from plugproof_contracts.facts.operations import PREFIX
from plugproof_contracts.version import VERSION


class ServerAddress(NamedTuple):
    """Where the fake is served; `origin` is the start of every URL, `identity` what its health answers with.

    `pid` is that of the process to be told to end, whichever of the `workers` answers.
    """

    origin: str
    pid: int
    identity: str
    workers: int = 1

    @property
    def base_url(self) -> str:
        """The base URL of the API, as a client is given it."""
        return self.origin + "/api"

    @property
    def control_url(self) -> str:
        """The base URL of the control plane."""
        return self.origin + "/_plugproof"


def for_people(address: ServerAddress) -> str:
    """Return the banner, of ten lines: where everything is, and a first request."""
    return "\n".join(
        (
            f"plugproof {VERSION} is ready. Unofficial: a fake of Plugchoice's public-charging API.",
            "",
            f"  Base URL       {address.base_url}",
            f"  Console        {address.control_url}/",
            f"  Pay page       {address.origin}/pay/HAPPY",
            "  Charger codes  plugproof scenarios",
            "",
            f'  curl -sS "{address.base_url}{PREFIX}/sessions" -d code=HAPPY -d connector_id=1',
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
            "workers": address.workers,
            "version": VERSION,
        }
    )
