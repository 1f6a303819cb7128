import json
import re
from typing import Any

import pytest

from plugproof_mockserver.http.request import Request
from plugproof_mockserver.model.settings import RateLimit, Settings
from plugproof_mockserver.world import pipeline
from plugproof_mockserver.world.faults.faults import (
    UNKNOWN,
    Fault,
    FaultKind,
    FaultTiming,
    make_fault,
    parse_fault,
)
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.world import World

ERRORS = {
    "429": "Too Many Attempts.",
    "500": "Server Error",
    "502": "Bad Gateway",
    "503": "Service Unavailable",
    "504": "The charger did not respond in time.",
}
BROKEN = {"reset", "empty", "truncate"}


def fault(kind: str, operation: str = "confirm", **options: Any) -> Fault:
    usual = {"latency": {"milliseconds": 250}, "violation": {"rule": "values.currency"}}
    return make_fault(operation, kind, **usual.get(kind, {}) | options)


@pytest.mark.parametrize("kind", FaultKind)
def test_a_fault_after_the_handler_harms_only_the_answer(confirm, kind):
    """After the handler everything has happened, and only the answer suffers."""
    reply, status = confirm(fault(kind, when="after"))
    assert status == "authorized"
    assert (reply.status, bool(reply.delay), bool(reply.connection_fault)) == (
        int(kind) if kind in ERRORS else 200,
        kind == "latency",
        kind in BROKEN,
    )


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind is not FaultKind.LATENCY])
def test_before_the_handler_nothing_has_happened(confirm, kind):
    reply, status = confirm(fault(kind, when="before"))
    assert status == "created"
    assert b'"authorized"' not in reply.body


@pytest.mark.parametrize("kind", FaultKind)
def test_who_does_not_say_when_gets_the_usual(kind):
    assert fault(kind).when == (FaultTiming.BEFORE if kind in {"429", "500", "502", "503"} else FaultTiming.AFTER)


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_is_written_as_every_error_is(confirm, kind):
    reply, _ = confirm(fault(kind))
    assert json.loads(reply.body) == {"message": ERRORS[kind]}
    assert dict(reply.headers)[b"content-type"] == b"application/json"


def test_a_fault_breaks_the_answer_that_is_sent_without_it(confirm):
    """The answer that a fault breaks is the one that is sent without the fault."""
    whole, _ = confirm()
    assert {kind: confirm(fault(kind))[0].body for kind in BROKEN} == dict.fromkeys(BROKEN, whole.body)


@pytest.mark.parametrize("kind", BROKEN)
def test_nothing_can_be_missing_from_a_body_that_is_not_sent(make_world, kind):
    """HEAD has the head only: a connection can break under it, and its answer can't be cut in half."""
    world = make_world()
    world.faults.append(fault(kind, "charger"))
    reply = pipeline.answer(world, Request("HEAD", "/v3/public-charging/chargers/HAPPY"))
    assert (reply.status, reply.connection_fault) == (200, None if kind == "truncate" else kind)
    assert world.journal[-1].faults == (kind,)


def test_malformed_json_can_not_be_read(confirm):
    for when in FaultTiming:
        reply, _ = confirm(fault("malformed", when=when))
        assert dict(reply.headers)[b"content-type"] == b"application/json"
        with pytest.raises(ValueError, match="line 1"):
            json.loads(reply.body)


def test_a_field_that_nobody_knows_is_added_and_no_other_changes(confirm):
    whole, found = (json.loads(confirm(*faults)[0].body) for faults in ((), (fault("unknown-field"),)))
    assert found.pop(UNKNOWN)
    assert found["data"].pop(UNKNOWN)
    assert found == whole


def test_a_page_has_no_fields_to_add_to(confirm):
    page, _ = confirm(fault("html"))
    assert confirm(fault("html"), fault("unknown-field"))[0].body == page.body


def test_a_page_stands_where_json_was_due(confirm):
    reply, _ = confirm(fault("html"))
    assert reply.body.startswith(b"<!DOCTYPE html>")
    assert dict(reply.headers)[b"content-type"] == b"text/html; charset=utf-8"


def test_latency_is_in_milliseconds_and_adds_up(confirm):
    reply, _ = confirm(fault("latency"), fault("latency"))
    assert reply.delay == 0.5


@pytest.mark.parametrize("kind", ["504", "html", "malformed", "reset"])
def test_an_answer_can_be_late_and_damaged(confirm, kind):
    for faults in ((fault("latency"), fault(kind)), (fault(kind), fault("latency"))):
        assert confirm(*faults)[0].delay == 0.25


def test_a_fault_strikes_its_operation_only_unless_it_is_for_all(confirm):
    assert confirm(fault("500", "get"))[0].status == 200
    assert confirm(fault("500", "*"))[0].status == 500


def test_a_fault_strikes_the_first_so_many_calls(make_world, confirm):
    world = make_world()
    statuses = [
        confirm(*([fault("503", first=2)] if not number else []), world=world)[0].status for number in range(4)
    ]
    assert statuses == [503, 503, 200, 200]


def rate_of(rate: float, seed: int | None, calls: int = 400) -> list[bool]:
    world = World(Settings(rate_limit=RateLimit.OFF), clock=Clock(10**15, speed=0), seed=seed)
    world.faults.append(make_fault("get", "500", rate=rate))
    path = "/v3/public-charging/sessions/none"
    return [pipeline.answer(world, Request("GET", path)).status == 500 for _ in range(calls)]


def test_a_rate_is_the_share_of_the_calls_and_a_seed_repeats_it():
    assert 60 < sum(rate_of(0.25, 1)) < 140
    assert rate_of(0.25, 1) == rate_of(0.25, 1) != rate_of(0.25, 2)
    assert not any(rate_of(0, 1))
    assert all(rate_of(1, 1))


def test_a_fault_costs_a_hit_and_has_the_limiter_headers(confirm):
    """A fault costs a hit and carries the headers of the rate limiter."""
    world = World(Settings(), clock=Clock(10**15, speed=0))
    reply, _ = confirm(fault("500"), world=world)
    assert dict(reply.headers)[b"x-ratelimit-remaining"] == b"9"


def test_who_is_refused_by_the_limiter_meets_no_fault(confirm, make_world):
    world = make_world()
    statuses = [confirm(*([fault("500", first=11)] if not n else []), world=world)[0].status for n in range(11)]
    assert statuses == [500] * 10 + [429]
    assert world.faults[0].applied_count == 10


def test_a_reset_of_the_world_begins_with_the_first_faults_anew(confirm):
    world = World(clock=Clock(10**15, speed=0), faults=[fault("500", first=1)])
    for _ in range(2):
        assert [confirm(world=world)[0].status for _ in range(2)] == [500, 200]
        world.faults.append(fault("503"))
        world.reset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("confirm:reset", fault("reset")),
        ("*:500:0.1", fault("500", "*", rate=0.1)),
        ("get:503:first=3", fault("503", "get", first=3)),
        ("confirm:504:before", fault("504", when="before")),
        ("confirm:latency:250ms", fault("latency")),
        ("confirm:reset:0.5:first=2:before", fault("reset", rate=0.5, first=2, when="before")),
        ("confirm:drip", fault("drip", milliseconds=1000)),
        ("confirm:missing-field:field=status", fault("missing-field", field="status")),
        ("*:500:code=happy:since=10:until=5m", fault("500", "*", code="HAPPY", since=10, until=300)),
        (
            "get:502:since=2026-01-10T12:00:00+01:00:until=2026-01-10T12:00:00.5Z:0.5",
            fault("502", "get", since="2026-01-10T12:00:00+01:00", until="2026-01-10T12:00:00.5Z", rate=0.5),
        ),
    ],
)
def test_a_fault_can_be_written_in_one_word(text, expected):
    assert parse_fault(text) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "operation of a fault can't be ''; it must be one of *, confirm"),
        ("confirm", "kind of a fault can't be ''; it must be one of latency, 429, 500"),
        ("pay:500", "operation of a fault can't be 'pay'"),
        ("confirm:fire", "kind of a fault can't be 'fire'"),
        ("confirm:500:2", "rate of a fault can't be 2.0; it must be a number from 0 to 1"),
        ("confirm:500:nan", "rate of a fault can't be nan"),
        ("confirm:500:first=0", "first of a fault can't be 0; it must be a whole number from 1"),
        ("confirm:500:first=x", "'first=x' in the fault 'confirm:500:first=x' is not a rate"),
        ("confirm:500:soon", "'soon' in the fault"),
        ("confirm:500:10ms", "milliseconds of a fault can't be 10; it must be given for latency and drip only"),
        ("confirm:latency", "milliseconds of a fault can't be None; it must be a whole number from 0"),
        ("confirm:latency:600001ms", "milliseconds of a fault can't be 600001"),
        (
            "confirm:500:field=status",
            "field of a fault can't be 'status'; it must be given for unknown-enum",
        ),
        ("confirm:null:field=status", "field of a fault can't be 'status'; it must be one of failure_reason, "),
        (
            "confirm:unknown-enum:field=x",
            "field of a fault can't be 'x'; it must be one of status, ",
        ),
        ("charger:null:field=x", "field of a fault can't be 'x'; it must be left out: the answers of charger"),
        ("confirm:500:code=A-B", "code of a fault can't be 'A-B'; it must be 1 to 10 letters and digits"),
        ("start:500:token=T", "token of a fault can't be '…'; it must be left out: no call of start has a token"),
        ("confirm:500:since=soon", "since of a fault can't be 'soon'; it must be a date-time such as"),
        ("confirm:500:since=2026-01-10T12:00:00", "since of a fault can't be '2026-01-10T12:00:00'"),
        (
            "confirm:500:since=20:until=10",
            "until of a fault can't be 10.0; it must be more than since, which",
        ),
        ("confirm:500:until=0", "until of a fault can't be 0.0; it must be more than since, which is 0"),
        (
            "confirm:500:since=2026-01-10T12:00:00Z:until=2026-01-10T12:00:00Z",
            "until of a fault can't be '2026-01-10T12:00:00Z'; it must be later than since",
        ),
        ("confirm:latency:1ms:before", "when of a fault can't be 'before'; it must be after"),
    ],
)
def test_a_fault_that_can_not_be_is_refused_by_field_and_value(text, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        parse_fault(text)


@pytest.mark.parametrize(
    "options",
    [
        {"rate": True},
        {"rate": "1"},
        {"first": True},
        {"first": 1.5},
        {"when": "now"},
        {"code": 7},
        {"token": ""},
        {"token": 7},
        {"since": True},
        {"since": -1},
        {"since": float("nan")},
        {"until": float("inf")},
        {"until": []},
        {"field": 7},
    ],
)
def test_options_of_the_wrong_kind_are_refused(options):
    with pytest.raises(ValueError, match="of a fault can't be"):
        fault("500", **options)
