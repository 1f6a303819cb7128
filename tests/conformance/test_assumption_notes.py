"""Every assumed setting that a recording contradicts is told, with what was seen instead."""

import pytest
from tests.contracts.learning.recorded_worlds import RecordedWorld

from plugproof_contracts.checking.checker import judge_trace
from plugproof_contracts.conformance.ledger.lessons import assumption_notes, lessons_of


def notes(world):
    """Return the notes on a world's recording by their facts."""
    return {one.fact: one for one in assumption_notes(lessons_of(judge_trace(world.exchanges), 0.0))}


def billed(**settings):
    world = RecordedWorld(**settings)
    world.bill()
    return world


def unpaid(seconds, times, **settings):
    world = RecordedWorld(**settings)
    world.poll(world.start("UNPAID"), seconds, times)
    return world


def counted(**settings):
    """Return a world that was asked by turns, so that its counts tell who shares them."""
    world = RecordedWorld(**settings)
    token = world.start("UNPAID")
    for _ in range(4):
        world.get(token)
        world.send("POST", f"/sessions/{token}/confirm")
    return world


@pytest.mark.parametrize(
    ("fact", "assumed", "world"),
    [
        ("setting.vat", "21 %", lambda: billed(vat=19)),
        ("setting.hold", "5000 minor units", lambda: billed(hold=3000)),
        ("setting.payment_window", "900 s", lambda: unpaid(40, 9, payment_window=300)),
        ("setting.token_ttl", "86400 s", lambda: unpaid(1000, 8, token_ttl=7200)),
        ("setting.limiter", "endpoint", lambda: counted(rate_limit="shared")),
    ],
)
def test_a_setting_that_is_otherwise_is_told(fact, assumed, world):
    """The note has both values, how often it was seen, and the way on."""
    note = notes(world())[fact]
    assert note.assumed == assumed
    assert note.n >= 1
    assert "plugproof learn" in str(note)


def test_a_shared_count_is_named_as_such():
    """One count for all endpoints: the word is told, not a number."""
    assert notes(counted(rate_limit="shared"))["setting.limiter"].seen == "shared"
    assert "setting.limiter" not in notes(counted())


def test_a_token_that_outlives_the_assumption_has_a_bound():
    """It was known longer than assumed: only the lower end is certain."""
    note = notes(unpaid(10_000, 10, token_ttl=200_000))["setting.token_ttl"]
    assert note.seen.startswith("≥ ")
