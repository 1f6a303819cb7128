from collections.abc import Iterator

import pytest
from paying import Paying

from plugproof import LiveServer


@pytest.fixture
def paying(plugchoice_server: LiveServer) -> Iterator[Paying]:
    with Paying(plugchoice_server.url) as client:
        yield client


def test_a_refused_start_waits_as_long_as_the_api_asks_for(paying: Paying, plugchoice_sleep: list[float]) -> None:
    """urllib3 sleeps for `Retry-After`; the fixture lets that pass on the fake's clock, in no time."""
    paying.start("HAPPY")
    paying.start("HAPPY")
    assert plugchoice_sleep == [60]


@pytest.mark.plugchoice(limits={"start": (3, 60)})
def test_nobody_waits_below_the_limit(paying: Paying, plugchoice_sleep: list[float]) -> None:
    paying.start("HAPPY")
    paying.start("HAPPY")
    assert plugchoice_sleep == []
