"""The control plane: every operation with a call by curl and one by fetch, from its own OpenAPI document."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from pages.reference.markdown import code, page, prose, table
from plugproof_mockserver.control import handlers

BASE = "http://127.0.0.1:8000"
METHODS = ("get", "post", "put", "patch", "delete")
PATH_VALUES = {"token": "TOKEN", "code": "MYCHARGER", "place": "0", "name": "job-7"}
"""What stands in a path for its parameters; `TOKEN` is a variable of the shell and of the script."""

BODIES: dict[str, Any] = {
    "setClock": {"mode": "frozen", "now": "2026-01-10T12:00:00Z"},
    "maintain": {"seconds": 60},
    "advance": {"seconds": 300},
    "seed": {"status": "charging", "energy_kwh": "7.5"},
    "amend": {"failure_reason": "The charger went offline."},
    "happen": {"event": "unplugged"},
    "putCharger": {"online": False},
    "inject": {"operation": "confirm", "kind": "reset", "first": 1},
    "putWorld": {"ttl": "2h"},
    "forkWorld": {"name": "job-7.retry"},
}
"""A body for every operation that takes one; the snapshot of a world comes from a file."""


class Operation(NamedTuple):
    """One operation of the control plane, as its document describes it."""

    id: str
    method: str
    path: str
    about: dict[str, Any]

    @property
    def url(self) -> str:
        """The address of the examples, with `{TOKEN}` for a session's token."""
        return BASE + self.path.format(**PATH_VALUES | {"token": "{TOKEN}"})

    @property
    def body(self) -> str | None:
        """The body of the examples, as JSON; None where there is none."""
        return json.dumps(BODIES[self.id]) if self.id in BODIES else None


@cache
def document() -> dict[str, Any]:
    """Return the control plane's OpenAPI document."""
    loaded: dict[str, Any] = json.loads(bytes(handlers.document()))
    return loaded


def operations() -> Iterator[Operation]:
    """Yield every operation in the order of the document."""
    for path, methods in document()["paths"].items():
        for method in METHODS:
            if method in methods:
                yield Operation(methods[method]["operationId"], method, path, methods[method])


def curl(operation: Operation) -> str:
    """Return the call of an operation with curl."""
    method = "" if operation.method == "get" else f" -X {operation.method.upper()}"
    line = f'curl -sS{method} "{operation.url.replace("{TOKEN}", "$TOKEN")}"'
    if operation.id == "restoreWorld":
        return f"{line} -H 'Content-Type: application/json' -d @job-7.json"
    if operation.id == "snapshotWorld":
        return f"{line} > job-7.json"
    if operation.id == "stream":
        return f"{line} --no-buffer"
    return line if operation.body is None else f"{line} -H 'Content-Type: application/json' -d '{operation.body}'"


def fetch(operation: Operation) -> str:
    """Return the call of an operation with fetch, as browsers and Node have it."""
    url = (
        f"`{operation.url.replace('{TOKEN}', '${TOKEN}')}`" if "{TOKEN}" in operation.url else f'"{operation.url}"'
    )
    options = []
    body = "snapshot" if operation.id == "restoreWorld" else operation.body
    if operation.method != "get":
        options.append(f'  method: "{operation.method.upper()}",')
    if body is not None:
        options.append('  headers: { "Content-Type": "application/json" },')
        options.append(f"  body: JSON.stringify({body}),")
    inner = "{\n" + "\n".join(options) + "\n}" if options else ""
    return f"const answer = await fetch({url}{', ' * bool(inner)}{inner});"


def control_plane() -> str:
    """Return the page of the control plane."""
    whole = document()
    about = (
        "What a test or a person does to a world of the fake from outside the API. The document itself is at "
        "`/_plugproof/openapi.json`. Below `/worlds/NAME` the same paths are those of the world `NAME`; "
        "see [Worlds](worlds.md). `TOKEN` is a session's token, or its fingerprint from a list."
    )
    tags = {tag["name"]: tag["description"] for tag in whole["tags"]}
    every = list(operations())
    parts = [about, prose(whole["info"]["description"])]
    for tag, description in tags.items():
        parts += [f"## {tag.capitalize()}", description]
        parts += [_section(operation) for operation in every if tag in operation.about["tags"]]
    return page("The control plane", *parts)


def _section(operation: Operation) -> str:
    answers = ((f"{status}", _said(answer)) for status, answer in operation.about["responses"].items())
    parts = (
        f"### `{operation.method.upper()} {operation.path}`",
        operation.about["summary"],
        table(("field of the body", "type", ""), _fields(operation)),
        table(("answer", ""), ((status, text) for status, text in answers if text)),
        code("sh", curl(operation)),
        code("js", fetch(operation)),
    )
    return "\n\n".join(part for part in parts if part)


def _said(answer: dict[str, Any]) -> str:
    return str(answer.get("description", ""))


def _fields(operation: Operation) -> Iterator[tuple[str, str, str]]:
    schema = _schema(operation.about.get("requestBody", {}))
    for name, field in schema.get("properties", {}).items():
        resolved = _resolve(field)
        needed = "required. " if name in schema.get("required", ()) else ""
        yield f"`{name}`", _type(resolved), needed + str(field.get("description", resolved.get("description", "")))


def _schema(body: dict[str, Any]) -> dict[str, Any]:
    content = body.get("content", {}).get("application/json", {}).get("schema", {})
    found = _resolve(content)
    merged = [_resolve(part) for part in found.get("allOf", ())]
    properties = {name: field for part in (*merged, found) for name, field in part.get("properties", {}).items()}
    return {"properties": properties, "required": found.get("required", ())}


def _resolve(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    resolved: dict[str, Any] = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return _resolve(resolved)


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    kinds = schema.get("type", "anything")
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
