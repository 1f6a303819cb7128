"""Texts, headers, steps and nulls: counted as they were seen, with nothing of a person in what is told."""

import json

import pytest
from tests.contracts.learning.recorded_worlds import RecordedWorld

from plugproof import Exchange
from plugproof_contracts.learning.estimation import learn
from plugproof_contracts.learning.learned_fact import LearnedFact


def learned(*recordings: list[Exchange]) -> dict[str, LearnedFact]:
    return {fact.name: fact for fact in learn(recordings)}


def lost(world: RecordedWorld, times: int = 3) -> list[Exchange]:
    """Return answers to unknown tokens."""
    for number in range(times):
        world.get(f"{number}" * 40)
    return world.exchanges


def reworded(exchange: Exchange, **members: object) -> Exchange:
    return exchange.replace(body=json.dumps(json.loads(exchange.body or b"{}") | members).encode())


def test_a_text_as_assumed_is_confirmed():
    """The text itself is told where it is said."""
    fact = learned(lost(RecordedWorld()))["text.not-found"]
    assert (fact.value, fact.n, fact.contradicts) == ("Not Found", 3, False)


def test_another_text_is_told_and_contradicts():
    """What stands in its place is told as it was said."""
    said = [reworded(one, message="Nothing here.") for one in lost(RecordedWorld())]
    fact = learned(said)["text.not-found"]
    assert (fact.value, fact.contradicts) == ("Nothing here.", True)


def test_a_text_that_repeats_a_token_is_told_without_it():
    """The identifier that was asked for is a gap, so that several answers agree, and no secret is shown."""
    facts = learned(lost(RecordedWorld(not_found="echo")))
    assert facts["text.not-found"].value.endswith("] {}")
    assert (facts["not_found"].value, facts["not_found"].contradicts) == ("echo", True)
    assert "0" * 40 not in str(facts)


def test_several_texts_claim_nothing():
    """Two texts in one place are no text of it."""
    first, second, third = lost(RecordedWorld())
    fact = learned([first, second, reworded(third, message="Nothing here.")])["text.not-found"]
    assert not fact.is_known
    assert fact.n == 3


@pytest.mark.parametrize(
    ("message", "told"),
    [(None, "the first error"), ("The given data was invalid.", "The given data was invalid.")],
)
def test_the_form_of_a_422_is_told(message, told):
    """Its message is the first of its errors, or a text of its own."""
    world = RecordedWorld()
    world.send("POST", "/sessions", json={}, headers={"accept": "application/json"})
    (answer,) = world.exchanges
    fact = learned([reworded(answer, message=message) if message else answer])["invalid_text"]
    assert (fact.value, fact.contradicts) == ("fixed" if message else "first", message is not None)


def test_a_header_has_the_bounds_of_its_share():
    """Ten of ten answers bound the share below; one without it bounds it above, and contradicts."""
    answers = lost(RecordedWorld(), 10)
    always = learned(answers)["header.cache-control"]
    assert (always.held, always.n, always.high, always.contradicts) == (10, 10, 100, False)
    assert always.low == pytest.approx(100 * 0.05**0.1)
    bare = answers[0].replace(headers=[(n, v) for n, v in answers[0].headers if n != "cache-control"])
    sometimes = learned([bare, *answers[1:]])["header.cache-control"]
    assert (sometimes.held, sometimes.contradicts) == (9, True)
    assert sometimes.low < 90 < sometimes.high < 100


def test_two_recordings_add_to_a_share():
    """Shares are counts, and counts add up."""
    fact = learned(lost(RecordedWorld(), 4), lost(RecordedWorld(), 5))["header.cache-control"]
    assert (fact.held, fact.n) == (9, 9)


def test_a_step_has_the_range_of_its_seconds():
    """Nobody paid for 300 s: the step is seen, and polls bound how long it took."""
    world = RecordedWorld(payment_window=300)
    world.poll(world.start("UNPAID"), 40, 9)
    fact = learned(world.exchanges)["arrow.created.expired"]
    assert fact.n == 1
    assert 270 < fact.low <= 300 <= fact.high < 330


def test_a_step_that_polls_may_have_missed_is_not_counted():
    """From created to captured many ways lead, so none of them is told."""
    world = RecordedWorld()
    world.bill()
    facts = learned(world.exchanges)
    seen = [name for name, fact in facts.items() if name.startswith("arrow.") and fact.n]
    assert "arrow.settling.captured" not in seen


def test_fields_are_told_by_status():
    """Which fields were null in a status, and which had a value."""
    world = RecordedWorld()
    world.start("UNPAID")
    facts = learned(world.exchanges)
    assert "amount_captured" in facts["null.created"].value.split(", ")
    assert "created_at" in facts["value.created"].value.split(", ")
    assert facts["null.captured"].n == 0
