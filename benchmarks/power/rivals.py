"""Other people's tools, asked about the same exchanges with the same document.

Each is given what it needs to be at its best: the parsed response and the operation it belongs to.
A tool that raises, in whatever way, has found something. None of the packages is needed to import
this module.
"""

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from importlib import import_module
from importlib.metadata import version
from typing import Any, NamedTuple

import httpx

from plugproof_contracts import Exchange
from plugproof_contracts.facts.openapi_document import document
from plugproof_contracts.facts.operations import BASE_URL

HOST = BASE_URL.removesuffix("/api")
Finds = Callable[[Exchange], bool]


class Rival(NamedTuple):
    """A tool, the package it comes in, what was called, and whether it finds fault with an exchange."""

    name: str
    package: str
    calls: str
    finds: Finds

    @property
    def version(self) -> str:
        """The version that is installed."""
        return version(self.package)


def is_described(exchange: Exchange) -> bool:
    """Say whether the document describes this answer: its operation, its code, and that it is JSON."""
    is_json = (exchange.headers.get("content-type") or "").startswith("application/json")
    return exchange.operation is not None and is_json and str(exchange.status) in _responses(exchange)


def _responses(exchange: Exchange) -> dict[str, Any]:
    assert exchange.operation is not None
    found: dict[str, Any] = document()["paths"][exchange.operation.template][exchange.method.lower()]["responses"]
    return found


def _raises(call: Callable[[], object]) -> bool:
    try:
        call()
    except (Exception, BaseExceptionGroup):
        return True
    return False


# Schemathesis


@cache
def _schemathesis() -> Any:
    module = import_module("schemathesis")
    # Without a configuration it would look for one in the folders above.
    return module.openapi.from_dict(copy.deepcopy(document()), config=module.Config())


def _response(exchange: Exchange) -> httpx.Response:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in exchange.headers]
    request = httpx.Request(exchange.method, exchange.url)
    response = httpx.Response(exchange.status, headers=headers, content=exchange.body, request=request)
    response.elapsed = timedelta()
    return response


def _operation(exchange: Exchange) -> Any:
    assert exchange.operation is not None
    return _schemathesis()[exchange.operation.template][exchange.method]


def _schemathesis_validates(exchange: Exchange) -> bool:
    return _raises(lambda: _operation(exchange).validate_response(_response(exchange)))


def _schemathesis_checks(exchange: Exchange) -> bool:
    checks = import_module("schemathesis.specs.openapi.checks")
    chosen = [
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
    ]
    parameters = {"token": "x"} if "{token}" in exchange.operation.template else {"code": "HAPPY"}  # type: ignore[union-attr]  # it has one
    case = _operation(exchange).Case(path_parameters=parameters)
    return _raises(lambda: case.validate_response(_response(exchange), checks=chosen))


# openapi-core


@cache
def _openapi() -> Any:
    return import_module("openapi_core").OpenAPI.from_dict(copy.deepcopy(document()))


def _openapi_core(exchange: Exchange) -> bool:
    testing = import_module("openapi_core.testing")
    path = exchange.url.removeprefix(HOST)
    request = testing.MockRequest(HOST, exchange.method.lower(), path, headers=dict(exchange.request_headers))
    headers, kind = dict(exchange.headers), exchange.headers.get("content-type") or ""
    response = testing.MockResponse(exchange.body, status_code=exchange.status, headers=headers, content_type=kind)
    return _raises(lambda: _openapi().validate_response(request, response))


# jsonschema


@cache
def _validator(pointer: str) -> Any:
    module = import_module("jsonschema")
    schema = {"$ref": pointer, "paths": document()["paths"], "components": document()["components"]}
    return module.Draft202012Validator(schema, format_checker=module.FormatChecker())


def _pointer(exchange: Exchange) -> str | None:
    response = _responses(exchange).get(str(exchange.status))
    if response is None or exchange.operation is None:
        return None
    path = exchange.operation.template.replace("/", "~1")
    whole = response.get("$ref") or f"#/paths/{path}/{exchange.method.lower()}/responses/{exchange.status}"
    return f"{whole}/content/application~1json/schema"


def _jsonschema(exchange: Exchange) -> bool:
    pointer = _pointer(exchange)
    try:
        value = json.loads(exchange.body or b"")
    except (ValueError, RecursionError):
        return True
    return pointer is not None and not _validator(pointer).is_valid(value)


RIVALS = (
    Rival("Schemathesis", "schemathesis", "`operation.validate_response`", _schemathesis_validates),
    Rival(
        "Schemathesis, all response checks",
        "schemathesis",
        "`case.validate_response` with its checks of status code, content type, headers and schema",
        _schemathesis_checks,
    ),
    Rival("openapi-core", "openapi-core", "`OpenAPI.validate_response`", _openapi_core),
    Rival(
        "jsonschema",
        "jsonschema",
        "`json.loads`, and `Draft202012Validator` with `FormatChecker` on the schema of the code",
        _jsonschema,
    ),
)
