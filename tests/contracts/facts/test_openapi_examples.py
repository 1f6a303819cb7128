"""Every example of the document is an answer that keeps every rule, with the headers that stand beside it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from plugproof_contracts import Exchange, check
from plugproof_contracts.facts.openapi_document import document
from plugproof_contracts.facts.operations import BASE_URL, OPERATIONS
from plugproof_contracts.facts.session import ConnectorStatus, Status

DOCUMENT = document(links=True)
NOON = datetime(2026, 1, 10, 14, 0, tzinfo=UTC)
ANY = {"access-control-allow-origin": "*", "cache-control": "no-cache, private"}


def resolve(node):
    while "$ref" in node:
        keys = node["$ref"].removeprefix("#/").split("/")
        node = DOCUMENT
        for key in keys:
            node = node[key]
    return node


def operation(name):
    row = OPERATIONS[name]
    return DOCUMENT["paths"][row.template][row.method.lower()]


def answers():
    for name in OPERATIONS:
        for status, response in operation(name)["responses"].items():
            for key, example in resolve(response)["content"]["application/json"]["examples"].items():
                yield pytest.param(name, int(status), resolve(example)["value"], id=f"{name}-{status}-{key}")


def headers(name, status):
    found = resolve(operation(name)["responses"][str(status)]).get("headers", {})
    return {header: str(resolve(spec)["example"]) for header, spec in found.items()}


def exchange(name, status, value):
    """The example as an exchange of a client that knows the token and asks for JSON."""
    row, sent = OPERATIONS[name], headers(name, status)
    body = operation(name).get("requestBody", {}).get("content", {}).get("application/json")
    at = NOON
    if "X-RateLimit-Reset" in sent:
        at = datetime.fromtimestamp(int(sent["X-RateLimit-Reset"]) - int(sent["Retry-After"]), UTC)
    code = value.get("data", {}).get("charger", value.get("data", {})).get("public_code", "HAPPY")
    return Exchange(
        "PUT" if status == 405 else row.method,
        BASE_URL + row.template.format(token="example-session-token", code=code),
        status,
        {**sent, **ANY, "content-type": "application/json", "date": f"{at:%a, %d %b %Y %H:%M:%S} GMT"},
        json.dumps(value).encode(),
        request_headers={"accept": "application/json"},
        request_body=json.dumps(next(iter(body["examples"].values()))["value"]).encode() if body else b"",
        at=at - timedelta(milliseconds=20),
    )


@pytest.mark.parametrize(("name", "status", "value"), list(answers()))
def test_every_example_keeps_every_rule(name, status, value):
    """No rule of any level finds anything in an example and the examples of its headers."""
    assert check(exchange(name, status, value)) == []


def test_the_rules_do_look_at_the_examples():
    """The control: the same exchange with another limit is found."""
    told = exchange("get", 200, resolve(DOCUMENT["components"]["examples"]["GotCharging"])["value"])
    wrong = dict(told.headers) | {"x-ratelimit-limit": "11"}
    assert check(told.replace(headers=wrong))


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_headers_of_an_operation_show_its_own_limit(name):
    """The examples are those of the documented limit, with none remaining on a 429."""
    for status in operation(name)["responses"]:
        shown = headers(name, status)
        if "X-RateLimit-Limit" in shown:
            limit = OPERATIONS[name].limit
            left = 0 if status == "429" else limit - 1
            assert (shown["X-RateLimit-Limit"], shown["X-RateLimit-Remaining"]) == (str(limit), str(left)), status


@pytest.mark.parametrize("enum", [Status, ConnectorStatus])
def test_an_enum_names_its_members_as_python_does(enum):
    """A generator that makes identifiers takes the names that stand beside the values."""
    schema = DOCUMENT["components"]["schemas"][enum.__name__]
    assert dict(zip(schema["x-enum-varnames"], schema["enum"], strict=True)) == {
        one.name: one.value for one in enum
    }
