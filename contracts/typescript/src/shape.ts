import type { Field } from "./generated/facts.js";
import { isObject, pointerTo, type JsonObject } from "./json.js";
import { Words, type Found } from "./findings.js";

/** How a document can differ from its documented shape. */
export type Misfit = "envelope" | "type" | "null" | "missing" | "unknown";

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  integer: (value) => Number.isSafeInteger(value),
  boolean: (value) => typeof value === "boolean",
  object: isObject,
  array: Array.isArray,
};

/** Return whether a JSON value is of a documented type. */
export function isOfType(value: unknown, kind: string): boolean {
  return TYPES[kind]?.(value) ?? false;
}

/** Yield every difference between a value and its documented shape. */
export function* misfits(value: unknown, field: Field, pointer = ""): Generator<[Misfit, Found]> {
  if (value === null && field.nullable) return;
  if (value === null) yield ["null", { field: pointer, allowed: `${field.kind}, not null`, value }];
  else if (!isOfType(value, field.kind)) {
    const allowed = field.kind + (field.nullable ? " or null" : "");
    yield [pointer ? "type" : "envelope", { field: pointer, allowed, value: typeOf(value) }];
  } else if (isObject(value)) yield* memberMisfits(value, field, pointer);
  else if (Array.isArray(value)) {
    const items = field.members?.[""];
    if (items) for (const [index, item] of value.entries()) yield* misfits(item, items, pointerTo(pointer, index));
  }
}

function* memberMisfits(value: JsonObject, field: Field, pointer: string): Generator<[Misfit, Found]> {
  const members = field.members ?? {};
  for (const [name, member] of Object.entries(members)) {
    if (Object.hasOwn(value, name)) yield* misfits(value[name], member, pointerTo(pointer, name));
    else {
      const found = { field: pointerTo(pointer, name), allowed: `the field, ${member.kind}`, value: new Words("no such field") };
      yield [pointer || member.nullable ? "missing" : "envelope", found];
    }
  }
  for (const name of Object.keys(value).filter((name) => !Object.hasOwn(members, name))) {
    yield ["unknown", { field: pointerTo(pointer, name), allowed: "only documented fields", value: new Words("one more field") }];
  }
}

function typeOf(value: unknown): unknown {
  return typeof value === "string" ? new Words(`a string of ${[...value].length} characters`) : value;
}
