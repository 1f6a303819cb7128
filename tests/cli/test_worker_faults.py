"""Faults over several worker processes: what is counted and drawn is counted and drawn once for all of them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from threading import Barrier

import httpx2
import pytest

from plugproof import FakePlugchoice

WORKERS, CLIENTS, EACH, SEED, RATE = 2, 12, 4, 7, 0.3
FAULTS = ("confirm:502:first=3", f"charger:500:{RATE}", "get:504:before:since=5m:until=10m")
CHARGER = "/chargers/HAPPY"


@pytest.fixture(scope="module", params=["sqlite", "redis"])
def pool(request, serving, tmp_path_factory):
    """Two workers on one store, each of whose worlds begins with the same faults; its clocks stand."""
    state = f"sqlite:///{tmp_path_factory.mktemp('pool')}/worlds.db"
    if request.param == "redis":
        state = request.getfixturevalue("redis_url")
    faults = [word for fault in FAULTS for word in ("--fault", fault)]
    options = ("--rate-limit", "off", "--seed", str(SEED), "--speed", "0")
    with serving("--workers", str(WORKERS), "--state", state, *options, *faults) as server:
        yield server


def ask_at_once(server, method, path):
    """Return how often each status was answered to clients that ask at once, over connections of their own.

    A store that others write to for long is answered with 503 and nothing has happened; those ask again.
    """
    together = Barrier(CLIENTS)

    def ask(_):
        found = Counter()
        with closing(HTTPConnection(*server.address, timeout=60)) as connection:
            connection.connect()
            together.wait(60)
            while sum(found.values()) < EACH:
                connection.request(method, server.path(path))
                response = connection.getresponse()
                response.read()
                if not response.headers["X-Plugproof-Store"]:
                    found[response.status] += 1
        return found

    with ThreadPoolExecutor(CLIENTS) as threads:
        return sum(threads.map(ask, range(CLIENTS)), Counter())


def control(server, method, path, **body):
    url = f"http://127.0.0.1:{server.place['port']}/worlds/{server.world}/_plugproof{path}"
    reply = server.client.request(method, url, **({"json": body} if body else {}))
    assert reply.status_code < 300, reply.text
    return reply.json() if reply.content else None


def test_the_first_calls_are_counted_over_all_workers(pool):
    """Exactly three confirmations of 48 fail, whichever workers they reach, and so do those of another fault."""
    server = pool.fresh()
    path = f"/sessions/{server.start()}/confirm"
    assert ask_at_once(server, "POST", path) == {502: 3, 200: CLIENTS * EACH - 3}
    control(server, "POST", "/faults", operation="confirm", kind="504", first=5)
    assert ask_at_once(server, "POST", path) == {504: 5, 200: CLIENTS * EACH - 5}


def test_a_rate_is_drawn_from_one_row_for_all_workers(pool):
    """With a seed exactly as many calls fail as in one process, which draws the same numbers."""
    server = pool.fresh()
    fake = FakePlugchoice(seed=SEED, rate_limit="off")
    fake.faults.add("charger", "500", rate=RATE)
    with httpx2.Client(transport=fake.transport(), base_url="http://127.0.0.1/api/v3/public-charging") as client:
        alone = Counter(client.get(CHARGER).status_code for _ in range(CLIENTS * EACH))
    assert alone.keys() == {200, 500}
    assert ask_at_once(server, "GET", CHARGER) == alone


def test_a_window_of_time_is_the_same_for_all_workers(pool):
    """Before it no worker fails, within it all do, and behind it none, by the clock that all share."""
    server = pool.fresh()
    path = f"/sessions/{server.start()}"
    found = [ask_at_once(server, "GET", path)]
    for seconds in (300, 299, 1):
        control(server, "POST", "/clock/advance", seconds=seconds)
        found.append(ask_at_once(server, "GET", path))
    every = CLIENTS * EACH
    assert found == [{200: every}, {504: every}, {504: every}, {200: every}]
