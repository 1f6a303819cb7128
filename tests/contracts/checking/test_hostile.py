"""Whatever comes, the checker answers with a verdict and never fails."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugproof_contracts import RULES, check, check_trace
from plugproof_contracts.checking.checker import examine
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.operations import BASE_URL, OPERATIONS
from plugproof_contracts.rules.examples import NOON, exchange, failure, success

BOMBS = {
    "arrays": b"[" * 100_000,
    "objects": b'{"data":' * 100_000,
    "closed arrays": b"[" * 900 + b"]" * 900,
    "deep pricing": b'{"data":{"status":"charging","pricing":' + b'{"a":' * 800 + b"1" + b"}" * 802,
    "digits": b'{"data":{"cost_amount":' + b"9" * 5000 + b"}}",
    "negative digits": b'{"data":{"cost_amount":-' + b"9" * 5000 + b"}}",
    "exponent": b'{"data":{"cost_amount":1e999999}}',
    "energy": b'{"data":{"status":"charging","energy_kwh":"' + b"9" * 100_000 + b'"}}',
    "surrogate": b'{"data":{"status":"\\ud800","\\udfff":"\\ud800"}}',
    "status object": b'{"data":{"status":{},"connector_status":[],"charger":[],"pricing":"EUR"}}',
    "nothing": b"",
    "null": b"null",
    "zero": b"\x00",
    "utf-16": '{"data":null}'.encode("utf-16"),
    "many keys": json.dumps({str(number): None for number in range(20_000)}).encode(),
    "many connectors": json.dumps({"data": {"connectors": [{}] * 20_000}}).encode(),
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
members = [
    "status",
    "pricing",
    "charger",
    "created_at",
    "energy_kwh",
    "cost_amount",
    "connectors",
    "message",
    "errors",
]
objects = st.dictionaries(st.sampled_from(members), json_values | st.sampled_from(["charging", "created"]))
bodies = st.one_of(
    st.none(),
    st.binary(max_size=60),
    json_values.map(lambda value: json.dumps(value).encode()),
    st.builds(
        lambda **members: json.dumps(members).encode(),
        data=objects,
        payment=json_values,
        session_token=json_values,
    ),
    objects.map(lambda members: json.dumps(members).encode()),
)
texts = st.text(st.characters(max_codepoint=255), max_size=12)
names = st.sampled_from(
    ["content-type", "date", "retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]
)
values = (
    texts
    | st.integers(-1, 99).map(str)
    | st.sampled_from(["application/json", "Sat, 31 Feb 2026 12:00:00 GMT", "²"])
)
headers = st.lists(st.tuples(names | texts, values), max_size=8)
paths = st.sampled_from([row.template.format(token="tok3n", code="X") for row in OPERATIONS.values()]) | st.text(
    max_size=9
)
exchanges = st.builds(
    Exchange,
    st.sampled_from(["GET", "POST", "", "é"]),
    paths.map(lambda path: BASE_URL + path),
    st.sampled_from([200, 201, 302, 400, 404, 405, 409, 422, 429, 500, 504]) | st.integers(),
    headers,
    bodies,
    request_headers=headers,
    request_body=st.binary(max_size=9) | st.just(b'{"email":[],"code":1,"connector_id":"x"}'),
    at=st.none() | st.just(NOON),
)


@given(st.lists(exchanges, max_size=4))
def test_no_exchange_and_no_trace_makes_the_checker_fail(trace):
    for violation in check_trace(trace):
        assert violation.rule in RULES
        assert "tok3n" not in str(violation)
        str(violation).encode()


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("operation", ["confirm", "get", "charger"])  # one of each kind of success
def test_a_bomb_is_a_violation(operation, bomb):
    one = success(operation, "created").replace(body=bomb)
    found = check(one)
    assert found
    assert len(found) < 200
    assert check_trace([one, one, success(operation, "created")])
    assert check(failure(404, operation=operation).replace(body=bomb))
    examine(one.replace(request_body=bomb))


def test_a_bomb_names_its_kind():
    names = {
        "arrays": "json.shallow",
        "digits": "json.exact-numbers",
        "surrogate": "json.whole-characters",
        "nothing": "json.well-formed",
        "utf-16": "json.utf-8",
    }
    for bomb, slug in names.items():
        assert slug in {violation.rule for violation in check(exchange("get", 200, BOMBS[bomb], {}))}
