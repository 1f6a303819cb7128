import type { z } from "zod";

import { readAnswer } from "./answer.js";
import { checkParsed } from "./check.js";
import type { Finding } from "./findings.js";
import { PREFIX, operations, type OperationName } from "./generated/facts.js";
import { publicChargerShape, sessionShape, type PublicCharger, type Session } from "./generated/schemas.js";
import { isObject } from "./json.js";

/** Which findings make a value unusable; "strict" counts what is inferred, too. */
export interface ParseOptions {
  readonly strict?: boolean;
}

/** A value that breaks the contract; `findings` say how. */
export class ContractError extends Error {
  override readonly name = "ContractError";
  constructor(readonly findings: readonly Finding[]) {
    super(["the value breaks the contract", ...findings.map((one) => one.message)].join("\n  "));
  }
}

/** Return the session that an answer has as its `data`; throws `ContractError` if a documented fact is broken. */
export function parseSession(data: unknown, options: ParseOptions = {}): Session {
  return parse("confirm", data, sessionShape, options);
}

/** Return the charger that an answer has as its `data`; throws `ContractError` if a documented fact is broken. */
export function parsePublicCharger(data: unknown, options: ParseOptions = {}): PublicCharger {
  return parse("charger", data, publicChargerShape, options);
}

/** A Zod schema of a session that checks the documented rules besides its shape. */
export const sessionSchema = sessionShape.superRefine((session, context) => refine("confirm", session, context));

/** A Zod schema of a public charger that checks the documented rules besides its shape. */
export const publicChargerSchema = publicChargerShape.superRefine((charger, context) => refine("charger", charger, context));

function parse<T>(operation: OperationName, data: unknown, shape: z.ZodType<T>, options: ParseOptions): T {
  if (isObject(data) && isObject(data["data"])) {
    throw new TypeError("this is a whole body, an object with a member data; allowed is that member: pass body.data");
  }
  const breaking = findingsOf(operation, data).filter((one) => isBreaking(one, options.strict ?? false));
  if (breaking.length) throw new ContractError(breaking);
  return shape.parse(data);
}

/** Without a field a value is not of its type, though no page says that the field is always there. */
function isBreaking(one: Finding, strict: boolean): boolean {
  return one.level === "documented" || one.rule === "shape.fields-present" || (strict && one.level === "inferred");
}

/** Return the findings of a value as the `data` of a success, with pointers that begin at the value. */
function findingsOf(operation: OperationName, data: unknown): Finding[] {
  const { method, path, success } = operations[operation];
  const url = PREFIX + path;
  const found = checkParsed(readAnswer({ method, url, response: { status: success }, body: { data } }));
  const inside = (text: string) => text.replace(/^\/data/, "") || "the value";
  return found.map((one) => ({ ...one, field: one.field.replace(/^\/data/, ""), message: inside(one.message) }));
}

function refine(operation: OperationName, data: unknown, context: z.RefinementCtx): void {
  for (const { field, message, rule, level } of findingsOf(operation, data)) {
    const path = field.split("/").slice(1).map((part) => (/^[0-9]+$/.test(part) ? Number(part) : part));
    if (level === "documented") context.addIssue({ code: "custom", path, message, params: { rule, level } });
  }
}
