import json
import subprocess
import sys

import jsonschema_rs
import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.openapi_document import document, json_text, yaml_text
from plugproof_contracts.facts.operations import BASE_URL, OPERATIONS, WINDOW_SECONDS
from plugproof_contracts.facts.session import PublicCharger, Session, Status

DOCUMENT = document(links=True)
PRINTED = document()
SCHEMAS = DOCUMENT["components"]["schemas"]
METHODS = ("get", "post", "put", "patch", "delete")
ANSWERS = {
    "start": "StartAnswer",
    "get": "SessionWithPayment",
    "confirm": "SessionAnswer",
    "stop": "SessionAnswer",
    "cancel": "SessionAnswer",
    "receipt-email": "SessionAnswer",
    "charger": "ChargerAnswer",
}
BODIES = {"start": "Start", "receipt-email": "ReceiptEmail"}
UNDOCUMENTED_STATUSES = {"405": "assumed", "413": "assumed", "504": "inferred"}
PAGES = {operation.page for operation in OPERATIONS.values()} | {"errors", "rate-limiting", "charger-settings"}
EXTENSIONS = {"x-level", "x-levels", "x-source", "x-plugproof-operation", "x-rate-limit", "x-enum-varnames"}


def resolve(node):
    while "$ref" in node:
        keys = node["$ref"].removeprefix("#/").split("/")
        node = DOCUMENT
        for key in keys:
            node = node[key]
    return node


def walk(node, pointer=""):
    """Every object of the document that is not part of an example's value, with its pointer."""
    if isinstance(node, dict):
        yield pointer, node
        for key, child in node.items():
            if key not in ("value", "example"):
                yield from walk(child, f"{pointer}/{key}")
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from walk(child, f"{pointer}/{index}")


def described():
    return {
        operation["x-plugproof-operation"]: (path, method, operation)
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


DESCRIBED = described()


def all_responses():
    for name, (_, _, operation) in DESCRIBED.items():
        for status, response in operation["responses"].items():
            yield name, status, resolve(response)


RESPONSES = list(all_responses())


def media(content):
    return content["application/json"]


def path_parameters(name):
    found = [resolve(parameter) for parameter in DESCRIBED[name][2]["parameters"]]
    return {parameter["name"] for parameter in found if parameter["in"] == "path"}


def examples():
    """Every example as (where, schema, value)."""
    for pointer, node in walk(DOCUMENT):
        if "schema" in node:
            for name, example in node.get("examples", {}).items():
                yield f"{pointer}/{name}", node["schema"], resolve(example)["value"]
            if "example" in node:
                yield pointer, node["schema"], node["example"]


EXAMPLES = list(examples())


def validator(schema):
    return jsonschema_rs.Draft202012Validator(
        {**schema, "components": DOCUMENT["components"]}, validate_formats=True
    )


# --- the document by itself ---------------------------------------------------------------------


def test_the_document_is_valid_openapi_3_1():
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []
    assert DOCUMENT["openapi"] == "3.1.0"


def test_the_document_means_the_same_in_json():
    assert json.loads(json_text()) == PRINTED
    assert json.loads(json_text(links=True)) == DOCUMENT
    assert yaml_text().startswith("openapi: 3.1.0\n")


def test_importing_the_room_loads_no_document_and_no_parser():
    """Importing the room reads neither the document nor its parser."""
    script = "import sys, plugproof_contracts.facts.openapi_document; print('yaml' in sys.modules)"
    asked = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert asked.stdout == "False\n"


def test_every_reference_resolves_and_no_component_is_unused():
    """Every reference leads to a component, and every component is used."""
    named = {
        f"#/components/{kind}/{name}" for kind, components in DOCUMENT["components"].items() for name in components
    }
    assert {node["$ref"] for _, node in walk(DOCUMENT) if "$ref" in node} == named


def test_no_operation_asks_for_authentication():
    assert "securitySchemes" not in DOCUMENT["components"]
    assert {pointer: node["security"] for pointer, node in walk(DOCUMENT) if "security" in node} == {"": []}


# --- levels -------------------------------------------------------------------------------------


def test_every_level_is_one_and_stands_beside_what_it_marks():
    for pointer, node in walk(DOCUMENT):
        marks = node.get("x-levels", {})
        assert set(marks) <= set(node), pointer
        assert {*marks.values(), node.get("x-level", "documented")} <= set(Level), pointer


def test_every_source_names_a_page_of_the_reference():
    sources = [node["x-source"] for _, node in walk(DOCUMENT) if "x-source" in node]
    assert {source.split("#")[0] for source in sources} == PAGES


def test_no_extension_is_misspelt():
    used = {key for pointer, node in walk(DOCUMENT) for key in node if key.startswith("x-")}
    assert used == EXTENSIONS


@pytest.mark.parametrize("answer", sorted(set(ANSWERS.values())))
def test_that_an_answer_is_complete_is_inferred(answer):
    reached, waiting = set(), [f"#/components/schemas/{answer}"]
    while waiting:
        reference = waiting.pop()
        reached.add(reference)
        inside = {node["$ref"] for _, node in walk(resolve({"$ref": reference})) if "$ref" in node}
        waiting += inside - reached
    objects = [resolve({"$ref": reference}) for reference in reached]
    assert {schema["x-levels"]["required"] for schema in objects if "properties" in schema} == {"inferred"}


@pytest.mark.parametrize("keyword", ["minimum", "maximum", "pattern", "format", "minLength"])
@pytest.mark.parametrize("struct", ["Session", "Connector", "PublicCharger"])
def test_what_narrows_a_described_field_is_inferred(struct, keyword):
    """What narrows a field that is only described is inferred."""
    for field, schema in SCHEMAS[struct]["properties"].items():
        assert keyword not in schema or schema["x-levels"][keyword] == "inferred", field


# --- the document and the operations ------------------------------------------------------------


def test_the_document_has_exactly_the_live_operations():
    """The document describes exactly the operations on the live API."""
    assert set(DESCRIBED) == set(OPERATIONS)
    assert sum(method in METHODS for item in DOCUMENT["paths"].values() for method in item) == len(OPERATIONS)
    assert [server["url"] for server in DOCUMENT["servers"]] == [BASE_URL]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_document_and_table_agree_on_an_operation(operation):
    path, method, found = DESCRIBED[operation.name]
    assert (method.upper(), path, found["x-source"]) == (operation.method, operation.template, operation.page)
    assert found["x-rate-limit"] == {"hits": operation.limit, "seconds": WINDOW_SECONDS}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_exactly_the_documented_statuses_carry_no_mark(operation):
    found = DESCRIBED[operation.name][2]["responses"]
    marks = {status: resolve(response).get("x-level") for status, response in found.items()}
    documented = {int(status) for status, mark in marks.items() if mark is None}
    assert documented == {operation.success, *operation.failures, 429, 500}
    assert {status: mark for status, mark in marks.items() if mark}.items() <= UNDOCUMENTED_STATUSES.items()


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_answer_has_the_body_that_its_status_promises(name):
    for status, response in DESCRIBED[name][2]["responses"].items():
        expected = {"2": ANSWERS[name], "422": "ValidationError"}.get(
            status[0] if status < "3" else status, "ApiError"
        )
        assert media(resolve(response)["content"])["schema"]["$ref"] == f"#/components/schemas/{expected}", status


@pytest.mark.parametrize(("name", "status", "response"), RESPONSES, ids=lambda value: str(value)[:13])
def test_the_limit_headers_have_their_level_on_every_answer(name, status, response):
    """An answer carries the headers of the rate limit at the level at which they are known."""
    found = {header: resolve(spec) for header, spec in response.get("headers", {}).items()}
    limited = {"X-RateLimit-Limit": "documented", "X-RateLimit-Remaining": "documented"}
    expected = {
        "405": {"Allow": "assumed"},
        "413": {},
        "429": {**limited, "Retry-After": "documented", "X-RateLimit-Reset": "assumed"},
    }.get(status, limited if status < "3" else dict.fromkeys(limited, "assumed"))
    assert {header: spec.get("x-level", "documented") for header, spec in found.items()} == expected
    for spec in found.values():
        documented = "x-level" not in spec
        assert spec.get("required", False) is documented
        assert not documented or spec["schema"]["x-levels"] == {"minimum": "inferred"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_only_start_and_receipt_email_take_a_body(name):
    """Only start and receipt email take a body, as JSON or as a form."""
    body = DESCRIBED[name][2].get("requestBody")
    if name not in BODIES:
        assert body is None
        return
    json_body, form = body["content"]["application/json"], body["content"]["application/x-www-form-urlencoded"]
    request = {"$ref": f"#/components/schemas/{BODIES[name]}Request"}
    assert (body["required"], json_body["schema"], form["x-level"]) == (True, request, "assumed")
    assert form["schema"] == {"$ref": f"#/components/schemas/{BODIES[name]}Form"}


def without_null(schema):
    """The schema as a form can say it."""
    fields = {key: dict(value) for key, value in schema["properties"].items()}
    for field in fields.values():
        field.pop("x-levels", None)
        if isinstance(field["type"], list):
            (field["type"],) = set(field["type"]) - {"null"}
            field["anyOf"] = [choice | {"type": field["type"]} for choice in field["anyOf"]]
    return schema["required"], fields


@pytest.mark.parametrize("body", BODIES.values())
def test_a_form_has_the_fields_of_the_json_body_and_no_null(body):
    """Generated clients need a type of its own to tell a form from JSON, and a form says null by an empty text."""
    form = SCHEMAS[f"{body}Form"]
    assert (form["required"], form["properties"]) == without_null(SCHEMAS[f"{body}Request"])


EMAIL = {"type": "string", "format": "email", "maxLength": 255}
OPTIONAL_EMAIL = {
    "type": ["string", "null"],
    "anyOf": [EMAIL | {"type": ["string", "null"]}, {"type": "string", "maxLength": 0}],
    "x-levels": {"type": "assumed", "anyOf": "assumed"},
}
FIELDS = [
    (
        "StartRequest",
        "code",
        {"type": "string", "maxLength": 10, "minLength": 1, "x-levels": {"minLength": "inferred"}},
    ),
    ("StartRequest", "connector_id", {"type": "integer", "minimum": 1, "maximum": 100}),
    ("StartRequest", "email", OPTIONAL_EMAIL),
    ("ReceiptEmailRequest", "email", EMAIL),
]


@pytest.mark.parametrize(("request_name", "field", "expected"), FIELDS, ids=lambda value: str(value)[:20])
def test_a_request_field_has_its_documented_limits(request_name, field, expected):
    found = dict(SCHEMAS[request_name]["properties"][field])
    assert found.pop("description")
    assert found == expected


def test_a_request_needs_exactly_its_required_fields():
    assert SCHEMAS["StartRequest"]["required"] == ["code", "connector_id"]
    assert SCHEMAS["ReceiptEmailRequest"]["required"] == ["email"]
    listed = [
        (name, field) for name in ("StartRequest", "ReceiptEmailRequest") for field in SCHEMAS[name]["properties"]
    ]
    assert listed == [(name, field) for name, field, _ in FIELDS]


# --- examples -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("where", "schema", "value"), EXAMPLES, ids=[where for where, _, _ in EXAMPLES])
def test_every_example_is_valid(where, schema, value):
    validator(schema).validate(value)


@pytest.mark.parametrize(
    ("struct", "field", "value"),
    [
        ("Session", "created_at", "yesterday"),
        ("Session", "created_at", "2026-01-10T12:00:00"),
        ("Session", "energy_kwh", "1e3"),
        ("Session", "status", None),
        ("Session", "connector_status", "Broken"),
        ("Session", "cost_amount", 1.5),
        ("Pricing", "currency", "euro"),
        ("StartRequest", "email", "nobody"),
    ],
)
def test_what_the_examples_are_checked_with_can_say_no(struct, field, value):
    assert not validator(SCHEMAS[struct]["properties"][field]).is_valid(value)


def test_every_answer_body_and_header_has_an_example():
    """Every answer, every body and every header has an example."""
    shown = {pointer for pointer, node in walk(DOCUMENT) if node.get("examples") or "example" in node}
    lacking = [pointer for pointer, node in walk(DOCUMENT) if "schema" in node and pointer not in shown]
    assert lacking == []


def test_every_example_object_decodes_into_its_type():
    """Every example of a session or a charger decodes into its Python type."""
    models = {name: PublicCharger if name == "charger" else Session for name in OPERATIONS}
    for name, status, response in RESPONSES:
        for example in media(response["content"])["examples"].values() if status < "3" else ():
            msgspec.convert(resolve(example)["value"]["data"], models[name])


def test_an_example_has_a_payment_only_while_created():
    """An example shows a payment exactly while the session is created."""
    shown = [value for _, _, value in EXAMPLES if isinstance(value, dict) and "payment" in value]
    assert {value["data"]["status"] == Status.CREATED for value in shown} == {True, False}
    assert all((value["payment"] is not None) == (value["data"]["status"] == Status.CREATED) for value in shown)


# --- links --------------------------------------------------------------------------------------

LINKS = [
    (source, key, resolve(link), response)
    for source, _, response in RESPONSES
    for key, link in response.get("links", {}).items()
]


def test_start_and_get_lead_to_everything_that_takes_their_token():
    leads = {name: {key for source, key, _, _ in LINKS if source == name} for name in ("start", "get")}
    assert leads["start"] == {"get", "confirm", "stop", "cancel", "receipt-email", "charger"}
    assert leads["get"] == leads["start"] - {"get"}


def take(value, pointer):
    for key in pointer.removeprefix("/").split("/"):
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


@pytest.mark.parametrize(
    ("source", "key", "link", "response"), LINKS, ids=[f"{source}-{key}" for source, key, _, _ in LINKS]
)
def test_every_link_leads_to_an_operation_with_all_that_it_needs(source, key, link, response):
    assert DESCRIBED[key][2]["operationId"] == link["operationId"]
    assert set(link.get("parameters", {})) == path_parameters(key)
    for expression in [*link.get("parameters", {}).values(), *link.get("requestBody", {}).values()]:
        if expression.startswith("$request.path."):
            assert expression.removeprefix("$request.path.") in path_parameters(source)
        else:
            pointer = expression.removeprefix("$response.body#")
            for example in media(response["content"])["examples"].values():
                assert take(resolve(example)["value"], pointer) is not None


def test_the_link_to_start_fills_its_body():
    filled = DOCUMENT["components"]["links"]["StartHere"]["requestBody"]
    assert list(filled) == SCHEMAS["StartRequest"]["required"]
