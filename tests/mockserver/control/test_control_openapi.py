"""The control plane's document and the control plane say the same."""

import httpx
import jsonschema_rs
import msgspec
import pytest
from openapi_spec_validator import validate

from plugproof_contracts import ConnectorStatus, Status
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.control.body_fields import MODES
from plugproof_mockserver.control.handlers import ROUTES, document
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.state import Stripe
from plugproof_mockserver.world.faults.faults import FaultKind, FaultTiming

DOCUMENT = msgspec.json.decode(document())
SCHEMAS = DOCUMENT["components"]["schemas"]

rows = pytest.mark.parametrize("row", ROUTES, ids=lambda row: f"{row.method} {row.path}")


@pytest.fixture
def anyio_backend():
    return "asyncio"


def described(row):
    return DOCUMENT["paths"][f"/_plugproof{row.path}"][row.method.lower()]


def resolved(schema):
    return SCHEMAS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def body_of(row):
    content = described(row).get("requestBody", {}).get("content", {"application/json": {"schema": {}}})
    return resolved(content["application/json"]["schema"])


def test_the_document_is_valid_openapi():
    validate(DOCUMENT)


def test_the_document_describes_the_routes_and_no_others():
    there = {
        (method.upper(), path.removeprefix("/_plugproof"))
        for path, item in DOCUMENT["paths"].items()
        for method in item.keys() - {"parameters"}
    }
    assert there == {(row.method, row.path) for row in ROUTES} | {("GET", "/stream"), ("GET", "/metrics")}


@rows
def test_a_body_has_the_fields_that_are_described(row):
    schema = body_of(row)
    assert schema.get("properties", {}).keys() == row.form.keys()
    assert set(schema.get("required", [])) == {name for name, field in row.form.items() if field.required}
    assert schema.get("additionalProperties", False) is False


@rows
def test_a_field_has_the_choices_that_are_described(row):
    properties = body_of(row).get("properties", {})
    for name, field in row.form.items():
        assert tuple(resolved(properties[name]).get("enum", ())) == field.choices


@rows
def test_a_success_has_the_status_that_is_described(row):
    assert {status for status in described(row)["responses"] if status not in ("4XX", "507")} == {str(row.status)}


@pytest.mark.parametrize(
    ("listed", "enum"),
    [
        (SCHEMAS["Status"]["enum"], Status),
        (SCHEMAS["ConnectorStatus"]["enum"], ConnectorStatus),
        (SCHEMAS["Event"]["enum"], Event),
        (SCHEMAS["FaultKind"]["enum"], FaultKind),
        (SCHEMAS["Fault"]["properties"]["when"]["enum"], FaultTiming),
        (SCHEMAS["Session"]["properties"]["stripe"]["enum"], Stripe),
        (SCHEMAS["Clock"]["properties"]["mode"]["enum"], MODES),
        (SCHEMAS["Operation"]["enum"], ["*", *OPERATIONS]),
    ],
)
def test_every_list_of_values_is_that_of_the_code(listed, enum):
    assert listed == list(enum)


BODIES = {
    "seed": {"status": "charging"},
    "advance": {"seconds": 30},
    "maintain": {"seconds": 60},
    "setClock": {"mode": "frozen"},
    "happen": {"event": "unplugged"},
    "amend": {"failure_reason": "x"},
    "putCharger": {"pricing": {"start_fee": 1}},
    "putWorld": {"ttl": "2h"},
    "forkWorld": {"name": "b"},
    "restoreWorld": {"version": 1, "clock": {"now": 1768046400000000, "speed": 0}},
    "inject": {"operation": "*", "kind": "latency", "milliseconds": 1},
}


@rows
@pytest.mark.anyio
async def test_a_success_is_what_is_described(row):
    fake = FakePlugchoice(seed=1)
    token = fake.seed_session("charging").token
    fake.faults.add("charger", "503", first=1)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(fake.asgi),
        base_url="http://localhost/_plugproof",
        headers={"X-Plugproof": "1"},
    ) as client:
        await client.get("http://localhost/api/v3/public-charging/chargers/HAPPY")
        await client.get("http://localhost/worlds/a/api/v3/public-charging/chargers/HAPPY")
        path = (
            row.path.replace("{token}", token)
            .replace("{code}", "HAPPY")
            .replace("{name}", "a")
            .replace("{place}", "0")
        )
        body = BODIES.get(described(row)["operationId"], {})
        answer = await client.request(row.method, path, json=body)
    assert answer.status_code == row.status
    if row.status == 204:
        assert answer.content == b""
    else:
        schema = described(row)["responses"][str(row.status)]["content"]["application/json"]["schema"]
        assert_described(schema, answer.json())


def assert_described(schema, instance):
    """Raise what is wrong with an instance; a field that is not described is wrong as well."""
    whole = {**schema, "components": {"schemas": closed(SCHEMAS)}}
    jsonschema_rs.validator_for(whole, validate_formats=True).validate(instance)


def closed(schema):
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {"additionalProperties": False} if schema.get("type") == "object" and "properties" in schema else {}
    return {name: closed(part) for name, part in schema.items()} | shut
