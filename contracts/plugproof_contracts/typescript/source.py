"""The TypeScript that is written: facts, schemas and rules, each module as text."""

import json
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.operations import OPERATIONS, PREFIX
from plugproof_contracts.facts.session import (
    Charger,
    Connector,
    ConnectorStatus,
    Payment,
    Pricing,
    PublicCharger,
    Session,
    Status,
)
from plugproof_contracts.facts.session_lifecycle import CANCELLABLE, LIFECYCLE, TERMINAL
from plugproof_contracts.parsing.schema import SUCCESSES, SchemaField
from plugproof_contracts.rules import RULES
from plugproof_contracts.rules.catalogue import Rule, Scope
from plugproof_contracts.secrets.stand_ins import WORDS
from plugproof_contracts.typescript.statements import OF_SEVERAL, STATED, UNSTATED

HEADER = "// Written by `make typescript` from the tables of plugproof's contract; do not edit.\n"
STRUCTS = (Charger, Pricing, Session, Payment, Connector, PublicCharger)
ENUMS = {Status: ("Status", "statuses"), ConnectorStatus: ("ConnectorStatus", "connectorStatuses")}
BASICS = {str: ("string", "z.string()"), int: ("number", "z.int()"), bool: ("boolean", "z.boolean()")}


def facts() -> str:
    """Return the module of facts: levels, statuses, lifecycle, operations, and the fields of their answers."""
    return "\n".join((HEADER, *_lists(), *_lifecycle(), *_operations()))


def _lists() -> Iterator[str]:
    yield "/** How well a fact is known; a breach is an error, a warning or a note. */"
    yield from _union("levels", "Level", list(Level))
    yield "/** Where a session stands; exactly these 15. */"
    yield from _union("statuses", "Status", list(Status))
    yield "/** The state of a connector; the 9 of OCPP 1.6. */"
    yield from _union("connectorStatuses", "ConnectorStatus", list(ConnectorStatus))
    yield "/** Where a session ends; an operator can still refund a captured one. */"
    yield _some_statuses("terminalStatuses", TERMINAL)
    yield "/** What cancel accepts. */"
    yield _some_statuses("cancellableStatuses", CANCELLABLE)


def _some_statuses(name: str, some: frozenset[Status]) -> str:
    return f"export const {name}: readonly Status[] = {_json([one for one in Status if one in some])};\n"


def _union(name: str, kind: str, words: list[Any]) -> Iterator[str]:
    yield f"export const {name} = {_json(words)} as const;"
    yield f"export type {kind} = (typeof {name})[number];\n"


def _interface(name: str, *members: str) -> Iterator[str]:
    yield f"export interface {name} {{"
    yield from (f"  readonly {member};" for member in members)
    yield "}\n"


def _lifecycle() -> Iterator[str]:
    yield "/** In `from`, `cause` may lead to `to`; `level` says how well that is known. */"
    yield from _interface("Move", "from: Status", "cause: string", "to: Status", "level: Level")
    yield "/** The lifecycle. A cause may lead to several statuses, so this is a relation. */"
    yield "export const moves: readonly Move[] = ["
    for move in LIFECYCLE:
        yield f"  {_json({'from': move.source, 'cause': move.cause, 'to': move.target, 'level': move.level})},"
    yield "];\n"


def _operations() -> Iterator[str]:
    yield "/** What every path of the API begins with, below the base URL. */"
    yield f"export const PREFIX = {_json(PREFIX)};\n"
    yield from _union("operationNames", "OperationName", list(OPERATIONS))
    yield "/** One endpoint; `limit` is hits per 60 seconds and address. */"
    texts, numbers = ("method: string", "path: string"), ("limit: number", "success: number")
    yield from _interface("Operation", *texts, *numbers, "failures: readonly number[]", "page: string")
    yield "export const operations: Readonly<Record<OperationName, Operation>> = {"
    for name, row in OPERATIONS.items():
        told = {key: getattr(row, key) for key in ("method", "path", "limit", "success", "failures", "page")}
        yield f"  {_json(name)}: {_json(told)},"
    yield "};\n"
    yield '/** A documented member; `members` of an object by name, or under "" what an array holds. */'
    members = "members?: Readonly<Record<string, Field>>"
    yield from _interface("Field", "kind: string", "nullable?: true", members)
    yield "/** The whole body of a success, by operation. */"
    yield "export const bodies: Readonly<Record<OperationName, Field>> = {"
    yield from (f"  {_json(name)}: {_json(_field(field))}," for name, field in SUCCESSES.items())
    yield "};\n"
    yield "/** The words of which recorders make what stands for a secret. */"
    yield f"export const standInWords = {_json(WORDS)};"
    yield ""


def _field(field: SchemaField) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": field.kind}
    told |= {"nullable": True} if field.nullable else {}
    members = {name: _field(member) for name, member in field.members.items()}
    return told | ({"members": members} if members else {})


def schemas() -> str:
    """Return the module of types and Zod schemas."""
    imports = (
        'import { z } from "zod";\n\nimport { connectorStatuses, statuses, type ConnectorStatus, type Status } '
        'from "./facts.js";\n'
    )
    return "\n".join((HEADER, imports, *(line for struct in STRUCTS for line in _struct(struct))))


def _struct(struct: type[msgspec.Struct]) -> Iterator[str]:
    name, hints = struct.__name__, get_type_hints(struct)
    yield f"/** {' '.join((struct.__doc__ or '').split()).replace('`', '')} */"
    yield f"export interface {name} {{"
    yield from (f"  {field}: {_types(hint)[0]};" for field, hint in hints.items())
    yield "}\n"
    yield f"/** The documented shape of {name}; fields that are not documented are left out of what is parsed. */"
    yield f"export const {_shape_name(struct)} = z.object({{"
    yield from (f"  {field}: {_types(hint)[1]}," for field, hint in hints.items())
    yield f"}}) satisfies z.ZodType<{name}>;\n"


def _types(hint: Any) -> tuple[str, str]:
    """Return the TypeScript type and the Zod schema of a field."""
    options = [option for option in get_args(hint) if option is not type(None)]
    if len(options) < len(get_args(hint)):
        kind, schema = _types(options[0])
        return f"{kind} | null", f"{schema}.nullable()"
    if get_origin(hint) is tuple:
        kind, schema = _types(options[0])
        return f"{kind}[]", f"z.array({schema})"
    if hint in ENUMS:
        kind, words = ENUMS[hint]
        return kind, f"z.enum({words})"
    return BASICS[hint] if hint in BASICS else (hint.__name__, _shape_name(hint))


def _shape_name(struct: type[msgspec.Struct]) -> str:
    return f"{struct.__name__[0].lower()}{struct.__name__[1:]}Shape"


def rules() -> str:
    """Return the module of rules: those that are stated, with their claims, and those that are not, with why."""
    lines = [HEADER, 'import type { Rule, UnstatedRule } from "../rule.js";\n']
    lines += ["/** The rules that this package checks, in the catalogue's order. */"]
    lines += ["export const rules: readonly Rule[] = ["]
    lines += [f"  {_json(_rule(rule))}," for rule in RULES.values() if rule.slug in STATED]
    lines += ["];\n", "/** The rules that a validator of values cannot say, each with the reason. */"]
    lines += ["export const unstated: readonly UnstatedRule[] = ["]
    lines += [f"  {_json(_unstated(rule))}," for rule in RULES.values() if rule.slug not in STATED]
    return "\n".join((*lines, "];\n"))


def _identity(rule: Rule) -> dict[str, Any]:
    return {"slug": rule.slug, "level": rule.level, "source": rule.source, "requirement": rule.requirement}


def _rule(rule: Rule) -> dict[str, Any]:
    return _identity(rule) | {"why": rule.why, "scope": _scope(rule.scope), "claims": STATED[rule.slug]}


def _unstated(rule: Rule) -> dict[str, Any]:
    return _identity(rule) | {"reason": OF_SEVERAL if rule.is_trace else UNSTATED[rule.slug]}


def with_table(readme: str) -> str:
    """Return a README with the table of what is not stated between its two marks."""
    begin, end = "<!-- unstated: written by make typescript -->\n", "<!-- end -->"
    before, _, rest = readme.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}{_table()}{end}{after}"


def _table() -> str:
    rows = [_unstated(rule) for rule in RULES.values() if rule.slug not in STATED]
    lines = [f"| `{row['slug']}` | {row['level']} | {row['reason']} |" for row in rows]
    return "\n".join(("\n| rule | level | why not |", "|---|---|---|", *lines, "\n"))


def _scope(scope: Scope) -> dict[str, Any]:
    told: dict[str, Any] = {"subject": scope.subject}
    for name in ("operations", "codes", "headers", "missing"):
        told |= {name: list(getattr(scope, name))} if getattr(scope, name) else {}
    told |= {"fields": [f"/data/{name.replace('.', '/')}" for name in scope.fields]} if scope.fields else {}
    told |= {"least": scope.least} if scope.least is not None else {}
    told |= {"statuses": [one for one in Status if one in scope.statuses]} if scope.statuses else {}
    return told | ({} if scope.body else {"body": False})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
