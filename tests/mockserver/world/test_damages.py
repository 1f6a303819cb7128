"""What a fault leaves of an answer, beyond the failures of transport and server."""

import json
from typing import Any

import pytest

from plugproof_contracts import Status
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session import NULLABLE
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.response import JSON
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.world import pipeline
from plugproof_mockserver.world.faults.faults import UNKNOWN, FaultTiming, make_fault
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.world import World


def test_a_refusal_without_headers_says_not_how_long_to_wait(confirm):
    """The fault 429 carries none of the headers of the limiter."""
    reply, status = confirm(make_fault("confirm", "429"), world=World(Settings(), clock=Clock(10**15, speed=0)))
    names = {name for name, _ in reply.headers}
    assert (reply.status, status) == (429, "created")
    assert not names & {b"retry-after", b"x-ratelimit-limit", b"x-ratelimit-remaining", b"x-ratelimit-reset"}


def test_a_body_that_drips_takes_its_time(confirm):
    """The body comes whole, a few bytes at a time, and takes as long as it was told."""
    whole, _ = confirm()
    reply, _ = confirm(make_fault("confirm", "drip", milliseconds=1234))
    drops = list(reply.drops())
    assert b"".join(drop for _, drop in drops) == reply.body == whole.body
    assert sum(pause for pause, _ in drops) == pytest.approx(1.234)
    assert max(len(drop) for _, drop in drops) <= 8
    assert confirm(make_fault("confirm", "drip"))[0].drip == 1


FIELD_FAULTS = [
    ("unknown-enum", "status", "/data/status"),
    ("unknown-enum", "connector_status", "/data/connector_status"),
    ("missing-field", "pricing.currency", "/data/pricing/currency"),
    ("missing-field", "data", "/data"),
    ("wrong-type", "connector_id", "/data/connector_id"),
    ("wrong-type", "charger", "/data/charger"),
    ("null", "created_at", "/data/created_at"),
]


@pytest.mark.parametrize(("kind", "field", "pointer"), FIELD_FAULTS)
@pytest.mark.parametrize("when", FaultTiming)
def test_a_fault_damages_one_field_and_no_other(confirm, kind, field, pointer, when):
    """Whether or not the handler has run, what else the answer says stays."""
    whole = json.loads(confirm()[0].body)
    if when is FaultTiming.BEFORE:
        whole["data"] |= {"status": "created", "authorized_at": None, "amount_authorized": None}
        whole["data"]["connector_status"] = "Preparing"
    found = json.loads(confirm(make_fault("confirm", kind, field=field, when=when))[0].body)
    differing = {
        path for path in {**leaves(whole), **leaves(found)} if leaves(whole).get(path) != leaves(found).get(path)
    }
    assert differing
    assert all(path.startswith(pointer) for path in differing)


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(value, dict):
        return {path: value}
    return {name: leaf for key, one in value.items() for name, leaf in leaves(one, f"{path}/{key}").items()}


def test_every_field_that_may_be_null_is(confirm):
    """Without a field, `null` is for all that may be."""
    data = json.loads(confirm(make_fault("confirm", "null"))[0].body)["data"]
    assert {name for name, value in data.items() if value is None} == NULLABLE


def test_a_field_of_every_item_of_a_list_is_damaged(make_world, status_of):
    world = make_world(rate_limit="off")
    world.inject(make_fault("charger", "unknown-enum"))
    answer = pipeline.answer(world, Request("GET", "/v3/public-charging/chargers/HAPPY"))
    assert {one["status"] for one in json.loads(answer.body)["data"]["connectors"]} == {UNKNOWN}
    assert world.journal[-1].faults == ("unknown-enum:connectors.status",)


def test_a_fault_that_finds_nothing_has_not_struck(make_world, status_of):
    """What has no such field is left alone, is not counted, and is not in the journal."""
    world = make_world(rate_limit="off")
    world.inject(make_fault("*", "missing-field", field="status", first=1))
    assert status_of(world, "get", "nobody") == 404
    assert (world.faults[0].applied_count, world.journal[-1].faults) == (0, ())
    token = world.seed_session(Status.CREATED).token
    assert [status_of(world, "get", token) and world.journal[-1].faults for _ in range(2)] == [
        ("missing-field:status",),
        (),
    ]


def test_a_start_before_its_handler_is_kept_by_nobody(make_world, status_of):
    world = make_world(rate_limit="off")
    world.inject(make_fault("start", "missing-field", when="before", field="pricing"))
    form = b'{"code":"HAPPY","connector_id":1}'
    answer = pipeline.answer(world, Request("POST", "/v3/public-charging/sessions", JSON, form))
    assert (answer.status, len(world.sessions)) == (201, 0)
    assert status_of(world, "get", json.loads(answer.body)["session_token"]) == 404


@pytest.mark.parametrize("kind", ["unknown-enum", "missing-field", "wrong-type", "null"])
@pytest.mark.parametrize("operation", ["*", *OPERATIONS])
def test_every_listed_field_can_be_damaged(kind, operation):
    """What a message lists as allowed is taken, for every operation."""
    with pytest.raises(ValueError, match="field of a fault can't be 'x'") as caught:
        make_fault(operation, kind, field="x")
    allowed = str(caught.value).partition("one of ")[2].split(", ") if "one of" in str(caught.value) else []
    assert [make_fault(operation, kind, field=field).field for field in allowed] == allowed
