"""Snapshots that can't be: refused in one line that names the field, and never the cause of a broken answer."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugproof_contracts import Status
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver import FakePlugchoice, WorldSnapshot
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.world import pipeline


def full():
    """Return the document of a fake in which there is one of everything."""
    fake = FakePlugchoice(seed=1)
    for status in Status:
        fake.seed_session(status)
    fake.set_charger("X1", name="here")
    fake.faults.add("confirm", "html", rate=0.5)
    fake.respond("charger", first=1, json={"a": 1})
    pipeline.answer(fake.world, Request("GET", "/v3/public-charging/chargers/HAPPY", [], b"", "10.0.0.1"))
    pipeline.answer(fake.world, Request("POST", f"/v3/public-charging/sessions/{'0' * 40}/confirm", [], b"", "a"))
    return json.loads(fake.snapshot().to_json())


DOCUMENT = full()
ODD = st.sampled_from(
    [None, -1, 0, 2**53, 2**62, 10**30, 0.5, "", "x", "happy", "charging", "é" * 300, [], {}, True]
)


def paths(value, path=()):
    """Yield the way to every value of a document."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*path, key)
        yield from paths(part, (*path, key))


PATHS = sorted(paths(DOCUMENT), key=str)


def changed(path, value):
    document = json.loads(json.dumps(DOCUMENT))
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return json.dumps(document)


def refusal_of(fake, document):
    try:
        fake.restore(WorldSnapshot.from_json(document))
    except ValueError as error:
        return str(error)
    return None


@pytest.mark.breaches
@settings(deadline=None, max_examples=300)
@given(path=st.sampled_from(PATHS), value=ODD)
def test_whatever_is_restored_never_breaks_an_answer(path, value):
    """A changed document is refused in one line, and then nothing has changed; or every request is answered."""
    fake = FakePlugchoice(seed=1)
    before = fake.snapshot()
    refusal = refusal_of(fake, changed(path, value))
    if refusal is not None:
        assert "\n" not in refusal
        assert str(path[0]) in refusal
        assert fake.snapshot() == before
        return
    for token in fake.world.sessions.tokens():
        for operation in OPERATIONS.values():
            asked = operation.template.replace("{token}", token).replace("{code}", "X1")
            pipeline.answer(fake.world, Request(operation.method, asked, [], b"", token))
    fake.clock.advance(days=1)
    assert all(one.data for one in fake.sessions)
    assert [entry.describe() for entry in fake.journal]
    fake.snapshot().to_json()


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("version",), 2, "version of {} can't be 2; this plugproof reads version 1"),
        (("clock", "now"), -1, "clock of {} can't be so: the clock can show the years 1971 to 9999"),
        (("sessions", 0, "scenario"), "NONE", "sessions[0].scenario of {} can't be 'NONE'; it must be one"),
        (("sessions", 1, "status"), "odd", "sessions[1].status of {} can't be so: invalid enum value 'odd'"),
        (("sessions", 0, "token"), "a", "sessions[0].token of {} can't be '…'; it must be 16 to 128"),
        (("sessions", 0, "created"), "a", "sessions[0].created of {} can't be so: expected `int`"),
        (("sessions", 0, "created"), 2**60, "sessions[0].created of {} can't be 1152921504606846976; it"),
        (("faults", 0, "rate"), 2, "faults[0] of {} can't be so: the rate of a fault can't be 2.0"),
        (("chargers", "X1", "name"), "", "chargers.X1 of {} can't be so: name can't be ''"),
        (("prepared", 0, "status"), 99, "prepared[0] of {} can't be so: the status"),
        (("windows", 0, "hits"), 0, "windows[0].hits of {} can't be 0; it must be a whole number from 1"),
        (("journal", 0, 0), -1, "journal[0][0] of {} can't be -1; it must be microseconds since 1970"),
        (("journal", 0, 5), 2**64, "journal[0][5] of {} can't be 18446744073709551616; it must be the status"),
        (("sessions", 0, "overlay"), {"pricing": [2**64]}, "sessions[0].overlay of {} can't be '…'; it must be"),
        (("violations",), [{"rule": -(2**64)}], "violations[0] of {} can't be '…'; it must be what JSON can"),
        (("faults", 0, "first"), 2**64, "faults[0] of {} can't be so: the first of a fault can't be"),
        (("chance",), [1, 2], "chance of {} can't be so: "),
        (("more",), 1, "{} can't be so: object contains unknown field `more`"),
    ],
)
def test_a_bad_snapshot_is_one_line_with_the_field(path, value, words):
    refusal = refusal_of(FakePlugchoice(), changed(path, value))
    assert refusal is not None
    assert refusal.startswith(words.format("the snapshot"))
    assert "\n" not in refusal


def test_two_sessions_of_one_token_are_refused():
    with pytest.raises(ValueError, match=r"sessions\[1\].token"):
        FakePlugchoice().restore(WorldSnapshot.from_json(changed(("sessions", 1), DOCUMENT["sessions"][0])))
