"""The document and the structs say the same."""

from enum import StrEnum
from typing import get_args, get_origin, get_type_hints

import msgspec
import pytest

from plugproof_contracts.facts import session as session_module
from plugproof_contracts.facts.openapi_document import document
from plugproof_contracts.facts.session import NULLABLE, TIMESTAMPS

SCHEMAS = document()["components"]["schemas"]
MODELS = [thing for thing in vars(session_module).values() if isinstance(thing, type)]
STRUCTS = [model for model in MODELS if issubclass(model, msgspec.Struct)]
ENUMS = [model for model in MODELS if issubclass(model, StrEnum) and len(model)]
JSON_NAMES = {str: "string", int: "integer", bool: "boolean", type(None): "null"}


def kinds_of_hint(hint):
    if get_origin(hint) is tuple:
        return {("array", *kinds_of_hint(get_args(hint)[0]))}
    if get_args(hint):
        return set().union(*map(kinds_of_hint, get_args(hint)))
    return {JSON_NAMES.get(hint) or hint.__name__}


def kinds_of_schema(schema):
    if "$ref" in schema:
        return {schema["$ref"].rpartition("/")[2]}
    if "oneOf" in schema:
        return set().union(*map(kinds_of_schema, schema["oneOf"]))
    if schema["type"] == "array":
        return {("array", *kinds_of_schema(schema["items"]))}
    return {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_a_struct_has_the_fields_types_and_nulls_of_its_schema(struct):
    """A struct has the fields of its schema, in the same order, with the same types and nulls."""
    fields = SCHEMAS[struct.__name__]["properties"]
    hints = get_type_hints(struct)
    assert [(name, kinds_of_schema(schema)) for name, schema in fields.items()] == [
        (name, kinds_of_hint(hints[name])) for name in struct.__struct_fields__
    ]


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_every_field_of_a_struct_is_required(struct):
    assert SCHEMAS[struct.__name__]["required"] == list(struct.__struct_fields__)


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_an_enum_has_the_schema_s_values_in_its_order(enum):
    assert SCHEMAS[enum.__name__]["enum"] == list(enum)


def test_only_timestamps_are_date_times_only_nullables_take_null():
    """Exactly the timestamps are date-times, and exactly the nullable fields take null."""
    fields = SCHEMAS["Session"]["properties"]
    assert tuple(name for name, schema in fields.items() if schema.get("format") == "date-time") == TIMESTAMPS
    assert {
        name for name, schema in fields.items() if {"null"} & kinds_of_schema(schema) or "oneOf" in schema
    } == NULLABLE
