"""Recordings that are broken, contradict themselves or mean harm: nothing false is claimed, and nothing fails."""

import json
from datetime import timedelta

import pytest
from tests.contracts.learning.recorded_worlds import RecordedWorld

from plugproof_contracts.adapters.ndjson import to_ndjson
from plugproof_contracts.adapters.recording_reader import read_recording
from plugproof_contracts.checking.checker import judge_trace
from plugproof_contracts.conformance.ledger.lessons import assumption_notes, lessons_of
from plugproof_contracts.learning.estimation import learn
from plugproof_contracts.learning.facts_toml import facts_toml, shown
from plugproof_mockserver.facts_file import read_facts
from plugproof_mockserver.replay.recording_replay import replay


@pytest.fixture(scope="module")
def ordinary():
    """A recording of a paid session, of one that nobody pays, and of refusals."""
    world = RecordedWorld(vat=19)
    world.bill()
    token = world.start("UNPAID")
    world.poll(token, 100, 12)
    world.get("f" * 40)
    world.send("POST", f"/sessions/{token}/receipt-email", json={"email": "x"})
    return world.exchanges


def with_data(exchange, **fields):
    """Return an exchange whose session says otherwise; of another answer, the error does."""
    document = json.loads(exchange.body)
    (document["data"] if isinstance(document.get("data"), dict) else document).update(fields)
    return exchange.replace(body=json.dumps(document).encode())


def with_header(exchange, name, value):
    return exchange.replace(headers=[*[one for one in exchange.headers if one[0] != name], (name, value)])


EVIL = "\x1b[2J::error::‮\n" + "A" * 5000
AMOUNTS = ("amount_authorized", "cost_amount", "amount_captured", "tax_amount")
MUTATIONS = {
    "amounts are texts": lambda one: with_data(one, **dict.fromkeys(AMOUNTS, "many")),
    "amounts are huge": lambda one: with_data(one, **dict.fromkeys(AMOUNTS, 10**300)),
    "amounts are negative": lambda one: with_data(one, **dict.fromkeys(AMOUNTS, -5)),
    "energy is no number": lambda one: with_data(one, energy_kwh="NaN"),
    "energy is endless": lambda one: with_data(one, energy_kwh="9" * 5000),
    "time stands at its end": lambda one: with_data(one, created_at="9999-12-31T23:59:59.999999Z"),
    "time has no offset": lambda one: with_data(one, created_at="2026-01-10T12:00:00"),
    "statuses are unknown": lambda one: with_data(one, status="dreaming"),
    "texts are orders": lambda one: with_data(one, message=EVIL, failure_reason=EVIL),
    "errors are lists": lambda one: with_data(one, errors={"email": [EVIL, None, {}]}),
    "limits are huge": lambda one: with_header(one, "x-ratelimit-limit", "9" * 30),
    "counts are negative": lambda one: with_header(one, "x-ratelimit-remaining", "-1"),
    "dates are words": lambda one: with_header(one, "date", EVIL.replace("\n", "")),
    "bodies are cut off": lambda one: one.replace(body=one.body[: len(one.body) // 2]),
    "bodies are deep": lambda one: one.replace(body=b"[" * 100_000),
    "bodies are bytes": lambda one: one.replace(body=bytes(range(256))),
    "bodies are missing": lambda one: one.replace(body=None),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_hostile_recording_fails_nowhere(ordinary, mutation, tmp_path):
    """It is learned from, noted, served and replayed; what is told holds no control sign and no endless text."""
    spoiled = [MUTATIONS[mutation](one) for one in ordinary]
    facts = learn([spoiled])
    told = [str(one) for one in assumption_notes(lessons_of(judge_trace(spoiled), 0.0))]
    told += [line for fact in facts for line in (shown(fact), fact.note)]
    assert not [line for line in told if not line.isprintable() or len(line) > 500]
    served = tmp_path / "plugproof.toml"
    served.write_text(facts_toml(facts), encoding="utf-8")
    read_facts(served)
    assert replay(spoiled, served).compared == len(spoiled)


def test_clocks_that_run_backwards_claim_no_time(ordinary):
    """Each answer an hour before the one that went before it: no length of time is known."""
    backwards = [
        with_header(one.replace(at=one.at - timedelta(hours=number)), "date", "Sat, 10 Jan 2026 13:00:00 GMT")
        for number, one in enumerate(ordinary)
    ]
    facts = {fact.name: fact for fact in learn([backwards])}
    assert not facts["payment_window"].is_known
    assert not facts["token_ttl"].is_known


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_a_file_that_was_cut_off_teaches_what_is_left(ordinary, part, tmp_path):
    """What stands before the damage is read, and the damage is told in a line."""
    whole = b"".join(map(to_ndjson, ordinary))
    path = tmp_path / "traffic.ndjson"
    path.write_bytes(whole[: int(len(whole) * part)])
    found = read_recording(path)
    assert found.problem
    assert "\n" not in found.problem
    assert 0 < len(found.exchanges) < len(ordinary)
    assert not [fact for fact in learn([found.exchanges]) if fact.contradicts and fact.name != "vat"]


def test_a_redacted_recording_teaches_no_life_of_tokens(ordinary):
    """One word for every token: what was unknown to the server may have been another one."""
    tokens = {one.token.reveal() for one in ordinary if one.token}
    redacted = []
    for one in ordinary:
        url, body = one.url, one.body
        for token in tokens:
            url, body = url.replace(token, "REDACTED"), body.replace(token.encode(), b"REDACTED")
        redacted.append(one.replace(url=url, body=body))
    assert {fact.name: fact for fact in learn([redacted])}["token_ttl"].high is None
