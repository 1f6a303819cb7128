"""A ledger tells what learning tells, as far as it keeps it, and joins with recordings."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.contracts.learning.recorded_worlds import RecordedWorld

from plugproof_contracts.checking.checker import judge_trace
from plugproof_contracts.conformance.ledger.ledger_facts import NOT_KEPT, learn_with_ledger
from plugproof_contracts.conformance.ledger.ledger_feed import feed_ledger
from plugproof_contracts.conformance.ledger.lessons import lessons_of
from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.evidence.ledger_entry import SourceKind
from plugproof_contracts.facts.operations import BASE_URL
from plugproof_contracts.learning.estimation import learn

NOW = 1_768_100_000.0


def recorded(**settings):
    """Return a recording of a paid session and of one that nobody pays."""
    world = RecordedWorld(**settings)
    world.bill()
    world.poll(world.start("UNPAID"), 50, 20)
    world.get("f" * 40)
    return world.exchanges


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'ledger.db'}"


def test_postgresql_keeps_a_ledger_as_sqlite_does(postgres, url):
    """Several writers at once, a recording twice, and the same is learned from both."""
    recording = recorded(vat=19, hold=3000)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: add(postgres, recording, SourceKind.CHECK), range(4)))
    for _ in range(4):
        add(url, recording, SourceKind.CHECK)
    for place in (postgres, url):
        add(place, recording)
        add(place, recording)
    assert learn_with_ledger([], postgres) == learn_with_ledger([], url)
    assert learn_with_ledger([recording], postgres).repeated == 1


def add(url, exchanges, source=SourceKind.INSPECT):
    feed_ledger(url, source, lessons_of(judge_trace(exchanges), NOW), NOW)


def claim(fact):
    return fact.low, fact.high, fact.value, fact.n, fact.contradicts


def facts(url, *recordings, base=None):
    return {fact.name: fact for fact in learn_with_ledger(recordings, url, base).facts}


def test_a_ledger_tells_what_the_recording_taught(url):
    """Each fact that it keeps has the same interval, word and count."""
    recording = recorded(vat=19, hold=3000)
    add(url, recording)
    found = facts(url)
    for fact in learn([recording]):
        kept = found[fact.name]
        if kept.note != NOT_KEPT:
            assert claim(kept) == claim(fact), fact.name


def test_what_a_ledger_cannot_tell_it_says(url):
    """Fields and texts are not in it, and no fact of them is claimed."""
    add(url, recorded())
    found = facts(url)
    assert (found["null.created"].is_known, found["null.created"].note) == (False, NOT_KEPT)


def test_sources_join_in_one_bracket(url):
    """A check and a recording each bound the tax; what fits both is left."""
    whole = recorded(vat=19)
    add(url, whole[:7], SourceKind.CHECK)
    add(url, whole)
    assert facts(url)["vat"].low == {fact.name: fact for fact in learn([whole])}["vat"].low


def test_a_varying_hold_spans_all_that_was_seen(url):
    """Chargers may differ: a hold between two others narrows nothing."""
    for hold in (2000, 7000, 5000):
        add(url, recorded(hold=hold))
    fact = facts(url)["hold"]
    assert (fact.low, fact.high) == (2000, 7000)


def test_sources_that_contradict_each_other_claim_nothing(url):
    """Two rates of one tax fit no bracket."""
    add(url, recorded(vat=19))
    add(url, recorded(vat=25))
    fact = facts(url)["vat"]
    assert not fact.is_known
    assert "contradict" in fact.note


def test_a_recording_that_the_ledger_knows_counts_once(url):
    """It adds only what a ledger does not keep."""
    recording = recorded()
    add(url, recording)
    joined = learn_with_ledger([recording], url)
    found = {fact.name: fact for fact in joined.facts}
    assert joined.repeated == 1
    assert found["vat"].n == 1
    assert found["null.created"].is_known


def test_a_recording_joins_with_the_ledger(url):
    """Counts add up, brackets are cut with each other."""
    add(url, recorded(vat=19))
    other = recorded(vat=19, hold=2000)
    assert facts(url, other)["vat"].n == 2


def test_each_base_url_is_learned_by_itself(url):
    """The live API comes first, another one by its name, and one that nobody knows is told."""
    other = [one.replace(url=one.url.replace(BASE_URL, "https://staging.example/api")) for one in recorded(vat=5)]
    add(url, other)
    assert learn_with_ledger([], url).base == "https://staging.example/api"
    add(url, recorded(vat=19))
    assert learn_with_ledger([], url).base == BASE_URL
    assert facts(url)["vat"].low > 15
    assert facts(url, base="https://staging.example/api/")["vat"].high < 15
    assert learn_with_ledger([other], url).left_out == len(other)
    with pytest.raises(InvalidValueError, match=r"nothing is known of https://x\.example/api; name"):
        facts(url, base="https://x.example/api")


def test_an_empty_ledger_teaches_nothing(url):
    """No fact is claimed, and no base URL is meant."""
    joined = learn_with_ledger([], url)
    assert joined.base == ""
    assert not [fact for fact in joined.facts if fact.is_known]
