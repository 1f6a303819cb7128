"""What contradicts an assumption is told, and what was seen goes into a ledger."""

import pytest

from plugproof_contracts.checking.checker import examine, judge_trace
from plugproof_contracts.conformance.ledger.ledger_feed import add_to_ledger
from plugproof_contracts.conformance.ledger.lessons import assumption_notes, lessons_of
from plugproof_contracts.conformance.ledger.proxy_evidence import ProxyEvidence
from plugproof_contracts.evidence.ledger import Ledger
from plugproof_contracts.evidence.ledger_entry import SourceKind
from plugproof_mockserver.fake import FakePlugchoice

from .conftest import START, Nights


def life(**settings):
    """Return the exchanges of a whole life on a fake, read every minute, and of one that nobody pays."""
    fake = FakePlugchoice(seed=7, clock=START, **settings)
    calls = Nights(fake)
    seen = []

    def ask(method, path, body=b""):
        from plugproof_contracts.conformance.probing.transport import OutgoingRequest
        from plugproof_contracts.facts.operations import BASE_URL

        headers = (("Accept", "application/json"), ("Content-Type", "application/json"))
        request = OutgoingRequest(method, f"{BASE_URL}/v3/public-charging{path}", headers, body)
        seen.append(calls.send(request, 1.0).exchange)

    paid, unpaid = fake.start_session("HAPPY"), fake.start_session("UNPAID")
    paid.pay()
    ask("POST", f"/sessions/{paid.token}/confirm")
    for _ in range(60):
        ask("GET", f"/sessions/{paid.token}")
        ask("GET", f"/sessions/{unpaid.token}")
        fake.clock.advance(minutes=1)
    return seen


def lessons(recording):
    return lessons_of(judge_trace(recording), START.timestamp())


@pytest.fixture(scope="module")
def other_world():
    """A recording of a world with other settings."""
    return life(vat=19, hold=3000, payment_window=1800)


def test_a_fake_with_its_defaults_contradicts_no_setting():
    notes = assumption_notes(lessons(life()))
    assert not [note for note in notes if not note.fact.startswith("header.")], notes


@pytest.mark.parametrize("setting", ["vat", "hold", "payment_window"])
def test_a_contradicted_setting_is_told_with_both_values(other_world, setting):
    (note,) = [one for one in assumption_notes(lessons(other_world)) if one.fact == f"setting.{setting}"]
    assumed = {"vat": "21 %", "hold": "5000 minor units", "payment_window": "900 s"}[setting]
    assert note.assumed == assumed
    assert "plugproof learn" in str(note)
    assert note.n >= 1


def test_a_recording_feeds_every_kind_of_fact(other_world):
    found = {one.fact: one for one in lessons(other_world)[0].all_sightings(START.timestamp())}
    assert found["setting.vat"].contradicted
    assert found["arrow.created.window_over.expired"].observed == 1
    assert found["header.x-ratelimit-limit"].observed == len(other_world)
    assert found["trace.lifecycle"].observed


def test_a_ledger_holds_nothing_of_a_person(other_world, tmp_path):
    """No token, code, address or amount of a session is in the database's bytes."""
    path = tmp_path / "ledger.db"
    told = add_to_ledger(f"sqlite:///{path}", SourceKind.INSPECT, lessons(other_world), START.timestamp())
    assert "facts were seen" in told
    content = path.read_bytes()
    for secret in {one.token.reveal() for one in other_world}:
        assert secret.encode() not in content
    assert b"HAPPY" not in content


def test_a_recording_that_was_added_before_is_named(other_world, tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    add_to_ledger(url, SourceKind.INSPECT, lessons(other_world), START.timestamp())
    assert "added before" in add_to_ledger(url, SourceKind.INSPECT, lessons(other_world), START.timestamp())


def test_a_proxy_tells_each_contradiction_once(other_world, tmp_path):
    url, lines = f"sqlite:///{tmp_path / 'ledger.db'}", []
    evidence = ProxyEvidence(url, lines.append)
    for exchange in other_world:
        evidence.see(exchange, examine(exchange))
    evidence.finish()
    assert sum("setting.hold" in line for line in lines) == 1
    ledger = Ledger(url)
    counts = {one.fact: one.observed for one in ledger.entries()}
    ledger.close()
    assert counts["header.x-ratelimit-limit"] == len(other_world)


def test_what_a_ledger_did_not_take_is_offered_again(other_world, tmp_path):
    """A ledger that cannot be opened is told of once, and loses nothing once it can."""
    folder, lines = tmp_path / "later", []
    evidence = ProxyEvidence(f"sqlite:///{folder / 'ledger.db'}", lines.append)
    for exchange in other_world[:20]:
        evidence.see(exchange, examine(exchange))
    evidence._worker.submit(lambda: None).result()
    folder.mkdir()
    for exchange in other_world[20:]:
        evidence.see(exchange, examine(exchange))
    evidence.finish()
    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
    counts = {one.fact: one.observed for one in ledger.entries()}
    ledger.close()
    assert sum("nothing was added" in line for line in lines) == 1
    assert counts["header.x-ratelimit-limit"] == len(other_world)
