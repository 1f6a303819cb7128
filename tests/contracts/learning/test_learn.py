"""What recordings teach: brackets that hold the truth, and nothing where nothing is known."""

from datetime import timedelta

import pytest
from tests.contracts.learning.recorded_worlds import RecordedWorld

from plugproof import Exchange
from plugproof_contracts.learning.estimation import ESTIMATORS, learn
from plugproof_contracts.learning.learned_fact import LearnedFact


def learned(*worlds: RecordedWorld) -> dict[str, LearnedFact]:
    return {fact.name: fact for fact in learn(world.exchanges for world in worlds)}


def redated(exchange: Exchange) -> list[tuple[str, str]]:
    """Return the headers with the `Date` of a clock that goes wrong."""
    others = [(name, value) for name, value in exchange.headers if name != "date"]
    return [*others, ("date", "Sat, 10 Jan 2026 13:00:00 GMT")]


def test_no_answers_teach_nothing():
    """Every fact is told, and none is claimed, where nothing was recorded."""
    facts = learn([])
    assert [fact.name for fact in facts] == list(ESTIMATORS)
    assert not [fact for fact in facts if fact.is_known or fact.contradicts or fact.n]


def test_the_rate_of_the_tax_is_bracketed():
    """The bracket holds the true rate, and leaves out the assumed one."""
    world = RecordedWorld(vat=19)
    world.bill()
    fact = learned(world)["vat"]
    assert fact.low < 19 < fact.high < 21
    assert fact.contradicts
    assert fact.value is None


def test_the_hold_is_known_exactly():
    """An amount that is shown is no estimate."""
    world = RecordedWorld(hold=4000)
    world.bill()
    fact = learned(world)["hold"]
    assert (fact.low, fact.high, fact.value, fact.contradicts) == (4000, 4000, 4000, True)


def test_a_confirmed_assumption_is_not_contradicted():
    """The fake's own defaults contradict nothing."""
    world = RecordedWorld()
    world.bill()
    world.poll(world.start("UNPAID"), 50, 20)
    assert not [fact for fact in learned(world).values() if fact.contradicts]


def test_the_payment_window_is_bracketed_by_polls():
    """It ended between the last answer that said `created` and the first that said `expired`."""
    world = RecordedWorld(payment_window=300)
    world.poll(world.start("UNPAID"), 40, 9)
    fact = learned(world)["payment_window"]
    assert 270 < fact.low < 300 < fact.high < 330


def test_the_life_of_a_token_is_bracketed_by_polls():
    """It ended between the last answer that knew the token and the first that did not."""
    world = RecordedWorld(token_ttl=7200)
    world.poll(world.start("UNPAID"), 1000, 8)
    fact = learned(world)["token_ttl"]
    assert 6900 < fact.low < 7200 < fact.high < 8100


def test_one_stand_in_for_all_tokens_ends_no_life():
    """Where a recorder wrote one word for every token, an unknown one is no old acquaintance."""
    world = RecordedWorld()
    token = world.start()
    world.get("f" * 40)
    stood_in = [
        one.replace(url=one.url.replace(token, "REDACTED").replace("f" * 40, "REDACTED"))
        for one in world.exchanges
    ]
    facts = {fact.name: fact for fact in learn([stood_in])}
    assert facts["token_ttl"].high is None


@pytest.mark.parametrize("errors", ["json", "negotiated"])
def test_the_way_of_errors_is_told(errors):
    """An error to a request that did not ask for JSON says how errors are written."""
    world = RecordedWorld(errors=errors)
    world.get("f" * 40)
    assert learned(world)["errors"].value == errors


def test_who_asks_for_json_learns_nothing_of_errors():
    """JSON for who asked for it is no evidence."""
    world = RecordedWorld(errors="negotiated")
    world.send("GET", f"/sessions/{'f' * 40}", headers={"accept": "application/json"})
    assert not learned(world)["errors"].is_known


def test_recordings_that_contradict_each_other_claim_nothing():
    """Two rates of one tax have no bracket in common."""
    worlds = [RecordedWorld(vat=19), RecordedWorld(vat=25)]
    for world in worlds:
        world.bill()
    fact = learned(*worlds)["vat"]
    assert not fact.is_known
    assert "contradict" in fact.note
    assert fact.n == 2


def test_clocks_that_disagree_claim_no_time():
    """Answers whose `Date` is not of the clock that stamps sessions say nothing of lengths of time."""
    world = RecordedWorld(payment_window=300)
    world.poll(world.start("UNPAID"), 40, 9)
    moved = [one.replace(headers=redated(one)) for one in world.exchanges]
    fact = {fact.name: fact for fact in learn([moved])}["payment_window"]
    assert not fact.is_known
    assert "clocks" in fact.note


def test_a_recorders_own_clock_does_not_matter():
    """A fake's clock jumps while the recorder's goes on; the server's `Date` is what counts."""
    world = RecordedWorld(payment_window=300)
    world.poll(world.start("UNPAID"), 40, 9)
    first = world.exchanges[0].at
    slow = [one.replace(at=first + timedelta(seconds=index)) for index, one in enumerate(world.exchanges)]
    fact = {fact.name: fact for fact in learn([slow])}["payment_window"]
    assert 270 < fact.low < 300 < fact.high < 330
