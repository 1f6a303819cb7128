"""The fault `violation`: for every rule and operation that it takes, an answer that breaks this rule alone."""

import json
from typing import Any

import pytest

from plugproof_contracts import RULES, Status
from plugproof_contracts.facts.operations import INVENTED, OPERATIONS
from plugproof_contracts.mutations import BY_RULE
from plugproof_contracts.mutations.rule_breaking import breakable_rules, broken_rules
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.response import JSON
from plugproof_mockserver.world import pipeline
from plugproof_mockserver.world.faults.faults import make_fault, parse_fault
from plugproof_mockserver.world.self_check import to_exchange
from plugproof_mockserver.world.world import World

STATUSES = {"confirm": "created", "stop": "charging", "cancel": "authorized", "get": "charging"}
BODIES: dict[str, dict[str, Any]] = {
    "start": {"code": "HAPPY", "connector_id": 1, "email": "driver@example.org"},
    "receipt-email": {"email": "driver@example.org"},
}
ASKED = ((b"accept", b"application/json"), *JSON)
LESSER = {rule: frozenset().union(*(way.also for way in ways)) for rule, ways in BY_RULE.items()}


def request_for(rule: str, operation: str, token: str) -> Request:
    """Return a request to which the answer can break a rule: three ask for it."""
    row, body, headers = OPERATIONS[operation], BODIES.get(operation), ASKED
    if rule == "request.invalid-is-refused":
        body = {}
    if rule == "values.driver-email" and operation == "start":
        body = {"code": "HAPPY", "connector_id": 1}
    if rule == "errors.json-unasked":
        headers = ((b"accept", b"*/*"), *JSON)
    if rule == "http.unknown-token":
        token = f"{INVENTED}1a2b3c4d"
    path = row.template.format(token=token, code="HAPPY")
    return Request(row.method, path, headers, b"" if body is None else json.dumps(body).encode())


def find(world: World, rule: str, operation: str, **options: Any) -> tuple[frozenset[str], Status]:
    """Return the rules that an answer under the fault breaks, and the status of its session then."""
    state = world.seed_session(Status(STATUSES.get(operation, "charging")))
    world.inject(make_fault(operation, "violation", rule=rule, first=1, **options))
    request = request_for(rule, operation, state.token)
    answer = pipeline.answer(world, request)
    assert world.journal[-1].faults == (f"violation:{rule}",), (operation, rule)
    now = world.clock.now()
    return broken_rules(to_exchange(request, answer, now)), world.sessions.get(state.token, now).status


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_answer_breaks_the_rule_and_no_other(make_world, operation):
    """Every rule that the fault takes for an operation is broken alone, but for weaker ones that break with it."""
    for rule in breakable_rules(operation):
        broken, _ = find(make_world(), rule, operation)
        assert rule in broken
        assert broken - {rule} <= LESSER.get(rule, frozenset()), (operation, rule)


def test_nearly_every_rule_can_be_broken():
    """Left out are the rules on several answers, and the one on an answer that no operation gives."""
    left = set(RULES) - set(breakable_rules("*"))
    assert left == {rule.slug for rule in RULES.values() if rule.is_trace} | {"errors.allowed-methods"}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "rule", ["values.status", "errors.message", "money.capture-within-hold", "status.stop-stops"]
)
def test_a_rule_breaks_whether_or_not_the_handler_has_run(make_world, rule, when):
    broken, status = find(make_world(), rule, "stop", when=when)
    assert broken == {rule}
    assert status == ("stopping" if when == "after" else "charging")


@pytest.mark.parametrize("settings", [{"rate_limit": "off"}, {"errors": "negotiated"}])
@pytest.mark.parametrize("rule", ["values.status", "errors.message", "headers.content-type"])
def test_what_the_settings_break_is_no_part_of_it(make_world, settings, rule):
    """Where the settings break a rule on purpose, another can still be broken besides."""
    broken, _ = find(make_world(**settings), rule, "get")
    assert rule in broken


def test_a_started_session_is_the_one_that_the_answer_names(make_world):
    """The answer to a start that breaks a rule carries the token of the session that it has started."""
    world = make_world()
    world.inject(make_fault("start", "violation", rule="values.price-per-kwh"))
    answer = pipeline.answer(world, request_for("", "start", ""))
    assert world.sessions.get(json.loads(answer.body)["session_token"], world.clock.now())


def test_a_call_that_can_not_break_a_rule_is_left_alone(make_world):
    """A rule on a token of nobody is not broken by an answer about somebody's, and is not counted."""
    world = make_world()
    token = world.seed_session(Status.CHARGING).token
    world.inject(make_fault("*", "violation", rule="http.unknown-token", first=1))
    for operation in ("get", "charger"):
        assert pipeline.answer(world, request_for("", operation, token)).status == 200
    head = Request("HEAD", f"/v3/public-charging/sessions/{token}", ASKED)
    assert pipeline.answer(world, head).status == 200
    assert (world.faults[0].applied_count, world.journal[-1].faults) == (0, ())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("confirm:violation", "rule of a fault can't be None; it must be one of http.success-code, "),
        ("confirm:violation:rule=money.none", "rule of a fault can't be 'money.none'; it must be one of"),
        ("confirm:violation:rule=trace.lifecycle", "rule of a fault can't be 'trace.lifecycle'"),
        ("charger:violation:rule=values.status", "rule of a fault can't be 'values.status'"),
        (
            "confirm:500:rule=values.status",
            "rule of a fault can't be 'values.status'; it must be given for vio",
        ),
    ],
)
def test_a_rule_that_can_not_be_broken_is_refused(text, says):
    with pytest.raises(ValueError, match="rule of a fault can't be") as caught:
        parse_fault(text)
    assert says in str(caught.value)
