"""A fake in a container for tests in Python: `pip install testcontainers`, then use the fixture.

The image is the one of `docker build --tag plugproof .` in this repository.
"""

import json
from collections.abc import Iterator
from secrets import token_hex
from urllib.request import Request, urlopen

import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

PORT = 8000


class FakeContainer(DockerContainer):
    """One fake; its control plane demands `secret`."""

    def __init__(self, image: str = "plugproof") -> None:
        super().__init__(image)
        self.secret = token_hex(16)
        self.with_exposed_ports(PORT).with_env("PLUGPROOF_CONTROL_SECRET", self.secret)
        self.waiting_for(HttpWaitStrategy(PORT, "/_plugproof/health").for_status_code(200))

    @property
    def origin(self) -> str:
        """The start of every URL; the fake answers loopback addresses, and others with `--allow-host`."""
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(PORT)}"

    def world(self, name: str) -> str:
        """Make a world that lives for an hour, and return the base URL of its API."""
        request = Request(
            f"{self.origin}/_plugproof/worlds/{name}",
            json.dumps({"ttl": "1h"}).encode(),
            {"Content-Type": "application/json", "X-Plugproof-Secret": self.secret},
            method="PUT",
        )
        with urlopen(request):
            return f"{self.origin}/worlds/{name}/api"


@pytest.fixture(scope="session")
def fake_container() -> Iterator[FakeContainer]:
    """One container for all tests; each test takes a world of its own."""
    with FakeContainer() as container:
        yield container
