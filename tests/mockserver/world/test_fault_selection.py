"""Which calls a fault strikes: those of a session, of a charger, and within a window of time."""

import pytest

from plugproof_contracts import Status
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.response import JSON
from plugproof_mockserver.model.settings import RateLimit, Settings
from plugproof_mockserver.world import pipeline
from plugproof_mockserver.world.faults.faults import make_fault
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.world import World


def test_a_fault_for_a_session_spares_every_other(make_world, status_of):
    """A fault with a token strikes the calls for that session alone."""
    world = make_world(rate_limit="off")
    mine, other = (world.seed_session(Status.CREATED).token for _ in range(2))
    world.inject(make_fault("*", "500", token=mine))
    assert [status_of(world, "get", token) for token in (mine, other, mine)] == [500, 200, 500]
    assert (mine in repr(world.faults), mine in str(world.faults)) == (False, False)


def test_a_fault_for_a_charger_spares_every_other(make_world, status_of):
    """A fault with a code strikes what is asked of that charger: itself, a start at it, and its sessions."""
    world = make_world(rate_limit="off")
    slow, happy = (world.seed_session(Status.CREATED, code=code).token for code in ("SLOW", "HAPPY"))
    world.inject(make_fault("*", "503", code="slow"))
    assert [status_of(world, "get", token) for token in (slow, happy, "nobody")] == [503, 200, 404]
    paths = [Request("GET", f"/v3/public-charging/chargers/{code}") for code in ("sLoW", "HAPPY")]
    starts = [
        Request("POST", "/v3/public-charging/sessions", JSON, b'{"code":"%b","connector_id":1}' % code)
        for code in (b"Slow", b"HAPPY")
    ]
    assert [pipeline.answer(world, one).status for one in (*paths, *starts)] == [503, 200, 503, 201]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, [500, 500, 500, 500]),
        (10, None, [200, 500, 500, 500]),
        (None, 20, [500, 500, 200, 200]),
        ("10s", "30s", [200, 500, 500, 200]),
        ("2026-01-10T12:00:10Z", "2026-01-10T13:00:20+01:00", [200, 500, 200, 200]),
        (10, "2026-01-10T12:00:20Z", [200, 500, 200, 200]),
    ],
)
def test_a_fault_strikes_within_its_window(make_world, status_of, since, until, expected):
    """On the clock of the world, from `since` on and before `until`, each a moment or seconds from now."""
    world = World(Settings(rate_limit=RateLimit.OFF), clock=Clock(1_768_046_400 * 10**6, speed=0))
    token = world.seed_session(Status.CREATED).token
    world.inject(make_fault("get", "500", since=since, until=until))
    found = []
    for _ in range(4):
        found.append(status_of(world, "get", token))
        world.advance(10_000_000)
    assert found == expected


def test_the_window_of_a_first_fault_begins_with_its_world(status_of):
    """Seconds are counted from when the world begins, and anew when it is reset."""
    world = World(clock=Clock(10**15, speed=0), faults=[make_fault("get", "500", since=10)])
    for _ in range(2):
        assert status_of(world, "get", "nobody") == 404
        world.advance(10_000_000)
        assert status_of(world, "get", "nobody") == 500
        world.reset()
