import { isOfTheApi, readAnswer, valuesAt, type Answer, type ParsedAnswer } from "./answer.js";
import { breaches, isReadable } from "./claims.js";
import { finding, type Finding } from "./findings.js";
import { bodies, type Field } from "./generated/facts.js";
import { rules } from "./generated/rules.js";
import { concealer } from "./redact.js";
import type { Rule, Scope } from "./rule.js";
import { isOfType } from "./shape.js";

/** Findings of one rule that are told of one answer; a hostile body could cause millions. */
const MOST = 20;
const LEAST_CODE: Readonly<Record<string, number>> = { failure: 300, error: 400 };

/** An answer of which nothing can be checked, because it is not the API's. */
export class UncheckedError extends Error {
  override readonly name = "UncheckedError";
}

/**
 * Return what is wrong with one answer of the API, in the catalogue's order.
 *
 * Throws `UncheckedError` for an answer that something else gave, and `TypeError` for one that lacks a part.
 */
export function checkAnswer(answer: Answer): Finding[] {
  const parsed = readAnswer(answer);
  const reason = whyUnchecked(parsed);
  if (reason) throw new UncheckedError(`nothing was checked: ${reason}`);
  return checkParsed(parsed);
}

/** Return the findings of an answer that has been read. */
export function checkParsed(answer: ParsedAnswer): Finding[] {
  const conceal = concealer(answer);
  return rules.filter((rule) => applies(answer, rule.scope)).flatMap((rule) => findings(answer, rule, conceal));
}

function findings(answer: ParsedAnswer, rule: Rule, conceal: (text: string) => string): Finding[] {
  const found: Finding[] = [];
  for (const claim of rule.claims) {
    for (const breach of breaches(answer, claim)) {
      if (found.length === MOST) return found;
      found.push(finding(rule, breach, conceal));
    }
  }
  return found;
}

function applies(answer: ParsedAnswer, scope: Scope): boolean {
  const hasDocument = answer.document !== undefined;
  return (
    (answer.answer.method.toUpperCase() !== "HEAD" || scope.body === false) &&
    (!scope.operations || scope.operations.includes(answer.operation ?? "")) &&
    (!scope.codes || scope.codes.includes(answer.code)) &&
    (scope.subject !== "success" || answer.isSuccess) &&
    answer.code >= (LEAST_CODE[scope.subject] ?? 0) &&
    (!["success", "error"].includes(scope.subject) || hasDocument) &&
    (!scope.statuses || scope.statuses.includes(answer.status ?? "")) &&
    (scope.headers ?? []).every((name) => isReadable(answer, name)) &&
    (!answer.hidesHeaders || (scope.missing ?? []).every((name) => answer.headers?.has(name))) &&
    hasFields(answer, scope)
  );
}

function hasFields(answer: ParsedAnswer, scope: Scope): boolean {
  if (!scope.fields || !answer.operation) return true;
  const body = bodies[answer.operation];
  const sound = scope.fields.filter((at) => valuesAt(answer, at).some(([, value]) => isSound(value, fieldAt(body, at))));
  return sound.length >= (scope.least ?? scope.fields.length);
}

function isSound(value: unknown, field: Field | undefined): boolean {
  return field !== undefined && value !== null && isOfType(value, field.kind);
}

function fieldAt(body: Field, pointer: string): Field | undefined {
  return pointer.split("/").slice(1).reduce<Field | undefined>((field, name) => field?.members?.[name], body);
}

/** Return why nothing about the API can be learned from an answer, or undefined. */
function whyUnchecked(answer: ParsedAnswer): string | undefined {
  const { code, headers } = answer;
  if (!isOfTheApi(answer.answer.url)) return "url is not an address of the public-charging API";
  const isPage = headers?.get("content-type")?.toLowerCase().includes("html") ?? false;
  const isRefused = [403, 429, 503].includes(code) && isPage && !headers?.has("x-ratelimit-limit");
  if (headers?.has("cf-mitigated") || isRefused) return `a challenge page with status ${code} came before the API`;
  if (code >= 500 && code !== 500 && code !== 504) return `the server failed with ${code}`;
  if (!headers && answer.document === undefined) return "there are neither headers nor a body; pass what there is";
  const isEmpty = answer.isSuccess && answer.document === undefined && answer.answer.method.toUpperCase() !== "HEAD";
  return isEmpty ? "body is undefined in a success; allowed is the parsed JSON (text that is none is no success)" : undefined;
}
