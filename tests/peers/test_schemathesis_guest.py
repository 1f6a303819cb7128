"""Our rules as a guest in runs of Schemathesis that are not ours."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from schemathesis.checks import CheckContext
from schemathesis.config import ChecksConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.engine.run import PhaseName

from plugproof_contracts import RULES
from plugproof_contracts.facts import openapi_document as spec
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.rules.examples import failure, success
from plugproof_schemathesis import plugproof_rules

ONLY_OURS = ["--checks", "plugproof_rules", "--phases", "examples", "--generation-database", "none"]


@pytest.fixture
def case():
    """Make a request to an operation of an API, as a generated test would."""

    def case(base, operation, document=None, **parts):
        config = schemathesis.Config.from_dict({"base-url": base})
        schema = schemathesis.openapi.from_dict(document or spec.document(), config=config)
        row = OPERATIONS[operation]
        return schema[row.template][row.method].Case(**parts)

    return case


def broken_rules(raised):
    return sorted(one.rule for one in raised.value.exceptions)


def test_a_session_that_cannot_be_is_one_failure_for_each_rule(fake, case):
    token = fake.ask("POST", "/sessions", {"status": "charging"})["token"]
    asked = case(fake.api, "get", path_parameters={"token": token})
    asked.call_and_validate(checks=[plugproof_rules])
    fake.ask("PATCH", f"/sessions/{token}", {"cost_amount": 5001, "status": "melting", "connector_id": None})
    with pytest.raises(FailureGroup) as raised:
        asked.call_and_validate(checks=[plugproof_rules])
    assert broken_rules(raised) == ["money.cost-within-hold", "nulls.only-where-documented", "values.status"]
    assert len(set(raised.value.exceptions)) == 3, "Schemathesis keeps those that differ"
    one: Any
    for one in raised.value.exceptions:
        assert one.title == f"documented: {one.rule}"
        assert {"expected", "actual", "source"} <= set(one.message.split())
        assert token not in f"{one} {one!r}"


def test_the_rules_are_among_the_checks_of_every_validation(fake, case):
    token = fake.ask("POST", "/sessions", {"status": "charging", "cost_amount": 5001})["token"]
    with pytest.raises(FailureGroup, match=r"documented: money\.cost-within-hold"):
        case(fake.api, "get", path_parameters={"token": token}).call_and_validate()


FEW = {"generation": {"max-examples": 3}, "phases": {"coverage": {"enabled": False}}}
SCHEMA = schemathesis.openapi.from_dict(spec.document(), config=schemathesis.Config.from_dict(FEW))


@pytest.fixture(scope="module")
def impossible(fake):
    """The token of a session that costs more than its hold."""
    return fake.ask("POST", "/sessions", {"status": "charging", "cost_amount": 5001})["token"]


@SCHEMA.include(operation_id="getSession").parametrize()
def test_generated_tests_are_judged_by_the_rules(case, fake, impossible):
    case.call_and_validate(base_url=fake.api)
    case.path_parameters = {"token": impossible}
    with pytest.raises(FailureGroup, match=r"documented: money\.cost-within-hold"):
        case.call_and_validate(base_url=fake.api)


@pytest.mark.parametrize(
    ("strict", "rules"), [("", []), ("0", []), ("1", ["money.not-negative"]), ("yes", ["money.not-negative"])]
)
def test_inferred_facts_count_if_that_is_asked_for(fake, case, monkeypatch, strict, rules):
    monkeypatch.setenv("PLUGPROOF_STRICT", strict)
    token = fake.ask("POST", "/sessions", {"status": "charging", "cost_amount": -1})["token"]
    asked = case(fake.api, "get", path_parameters={"token": token})
    if not rules:
        asked.call_and_validate(checks=[plugproof_rules])
        return
    with pytest.raises(FailureGroup) as raised:
        asked.call_and_validate(checks=[plugproof_rules])
    assert broken_rules(raised) == rules


def test_assumed_facts_never_count(lying, case, monkeypatch):
    monkeypatch.setenv("PLUGPROOF_STRICT", "1")
    with lying(
        lambda request: success("get", "charging", headers={"access-control-allow-origin": "https://a.test"})
    ) as base:
        case(base, "get", path_parameters={"token": "T"}).call_and_validate(checks=[plugproof_rules])


def test_other_apis_are_passed_over(lying, case):
    other = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {"/pets": {"get": {"responses": {}}}},
    }
    config = schemathesis.Config()
    with lying(lambda request: failure(400).replace(body=b"<oops>")) as base:
        config.projects.default.update(base_url=base)
        asked = schemathesis.openapi.from_dict(other, config=config)["/pets"]["GET"].Case()
        asked.call_and_validate(checks=[plugproof_rules])


def answered(exchange):
    """Return an answer as Schemathesis has it."""
    sent = requests.Request(exchange.method, exchange.url, headers=dict(exchange.request_headers)).prepare()
    headers = {name: [value] for name, value in exchange.headers}
    return schemathesis.Response(exchange.status, headers, exchange.body, sent, 0.0, True)


def steps(case, *exchanges):
    """Give the answers of one scenario to the check, as Schemathesis does; return what the last one raised."""
    recorder = ScenarioRecorder(label="steps")
    for exchange in exchanges:
        one = case("http://127.0.0.1:1/api", exchange.operation.name, path_parameters={"token": "T"})
        recorder.record_case(case=one)
        recorder.record_response(case_id=one.id, response=answered(exchange))
        ctx = CheckContext(
            None,
            None,
            None,
            ChecksConfig(),
            None,
            recorder,
            response_checks=None,
            phase=PhaseName.STATEFUL_TESTING,
        )
        plugproof_rules(ctx, answered(exchange), one)


def test_the_steps_of_a_scenario_are_judged_together(case, monkeypatch):
    """A status that went back shows over the steps only; that it can't is inferred."""
    steps(case, success("get", "created"), success("confirm", "authorized"), success("get", "authorized"))
    monkeypatch.setenv("PLUGPROOF_STRICT", "1")
    with pytest.raises(FailureGroup) as raised:
        steps(case, success("get", "captured"), success("get", "created"), success("get", "charging"))
    assert any(rule.startswith("trace.") for rule in broken_rules(raised))


def test_a_stateful_run_has_the_steps_for_us(lying, case, monkeypatch):
    """The recorder is no stable part of Schemathesis: this fails when it goes."""
    monkeypatch.setenv("PLUGPROOF_STRICT", "1")

    def answer(request):
        name = request.operation.name if request.operation else ""
        changed = {"created_at": "2026-01-10T11:00:01.000000Z"} if name == "get" else {}
        return success(name, "created", **changed) if name in ("start", "get") else refused(name)

    def refused(name):
        return failure(404, operation=name) if name else failure(405)

    with lying(answer) as base:
        asked = case(base, "get", path_parameters={"token": "T"})
        schema = asked.operation.schema
        schema.config.checks.update(included_check_names=["plugproof_rules"])
        with pytest.raises(FailureGroup) as raised:
            schema.as_state_machine().run()
    assert all(RULES[rule].is_trace for rule in broken_rules(raised)), raised.value


def test_a_variable_is_all_that_a_run_needs(lying, document, tmp_path, monkeypatch):
    monkeypatch.setenv("SCHEMATHESIS_HOOKS", "plugproof_schemathesis")

    def answer(request):
        name = request.operation.name if request.operation else "get"
        status = {"start": "created", "stop": "stopping", "cancel": "abandoned"}.get(name, "authorized")
        return success(name, status, **({"cost_amount": 5001} if name == "confirm" else {}))

    with lying(answer) as base:
        command = [Path(sys.executable).parent / "schemathesis", "run", document, "--url", base, *ONLY_OURS]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "documented: money.cost-within-hold" in done.stdout
    assert "1 failure in" in done.stdout
