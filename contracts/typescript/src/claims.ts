import { count, valuesAt, type ParsedAnswer } from "./answer.js";
import { Words, type Found } from "./findings.js";
import { bodies, operations, standInWords } from "./generated/facts.js";
import { headerClaims } from "./headerClaims.js";
import { readHttpDate, readInstant, writeInstant } from "./instant.js";
import { isObject, member, pointerTo } from "./json.js";
import type { Claim } from "./rule.js";
import { misfits } from "./shape.js";

/** What yields the breaches of a claim. */
export type ClaimReader = (answer: ParsedAnswer, claim: Claim) => Iterable<Found>;

const READERS: Readonly<Record<string, ClaimReader>> = {
  shape, number, atMost, text, isTrue, set, unset, notNull, instant, offset, order, notAfterDate,
  successCode, message, validationMap, absent, knownMembers, ...headerClaims,
};

/** Yield the breaches of a claim. */
export function breaches(answer: ParsedAnswer, claim: Claim): Iterable<Found> {
  const read = READERS[claim.kind];
  if (!read) throw new TypeError(`the claim ${claim.kind} is not known; this package is at odds with itself`);
  return read(answer, claim);
}

function pointers(claim: Claim): readonly string[] {
  return typeof claim.at === "string" ? [claim.at] : (claim.at ?? []);
}

function allowed(answer: ParsedAnswer, claim: Claim, most?: unknown): string {
  return (claim.allowed ?? "").replace("{status}", () => answer.status ?? "").replace("{most}", () => String(most));
}

function* strings(answer: ParsedAnswer, claim: Claim): Generator<[string, string]> {
  for (const at of pointers(claim)) {
    for (const [field, value] of valuesAt(answer, at)) if (typeof value === "string") yield [field, value];
  }
}

function* shape(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  if (!answer.operation) return;
  for (const [misfit, found] of misfits(answer.document, bodies[answer.operation])) {
    if (misfit === claim["misfit"]) yield found;
  }
}

function* number(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  const [low, high] = [claim["low"] ?? -Infinity, claim["high"] ?? Infinity] as [number, number];
  for (const at of pointers(claim)) {
    for (const [field, value] of valuesAt(answer, at)) {
      if (Number.isInteger(value) && ((value as number) < low || (value as number) > high)) {
        yield { field, allowed: allowed(answer, claim), value };
      }
    }
  }
}

function* atMost(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  const [most] = valuesAt(answer, claim["most"] as string).map(([, value]) => value).filter(Number.isInteger) as number[];
  for (const [field, value] of valuesAt(answer, pointers(claim)[0] ?? "")) {
    if (most !== undefined && Number.isInteger(value) && (value as number) > most) {
      yield { field, allowed: allowed(answer, claim, most), value };
    }
  }
}

function* text(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  for (const [field, value] of strings(answer, claim)) {
    if (!isAbout(claim, value) || isFine(claim, value)) continue;
    yield { field, allowed: allowed(answer, claim), value: told(claim, value) };
  }
}

function isAbout(claim: Claim, value: string): boolean {
  return claim["when"] === undefined || matches(claim["when"], value);
}

function isFine(claim: Claim, value: string): boolean {
  const length = [...value].length;
  if (claim["standIns"] && isStandIn(value)) return true;
  return (
    (claim["pattern"] === undefined || matches(claim["pattern"], value)) &&
    (claim["oneOf"] === undefined || (claim["oneOf"] as string[]).includes(value)) &&
    !(claim["noneOf"] as string[] | undefined)?.includes(value) &&
    length >= ((claim["least"] as number | undefined) ?? 0) &&
    length <= ((claim["longest"] as number | undefined) ?? Infinity)
  );
}

function matches(pattern: unknown, value: string): boolean {
  return new RegExp(`^(?:${pattern as string})$`, "u").test(value);
}

/** Return whether a text is made of signs and words that stand for something else, such as `[REDACTED]`. */
function isStandIn(value: string): boolean {
  const plain = value.trim();
  return plain !== "" && plain.replace(new RegExp(`[^\\p{L}\\p{N}]|${standInWords}`, "giu"), "") === "";
}

function told(claim: Claim, value: string): unknown {
  const length = [...value].length;
  if (claim["shown"] === "length") return new Words(`another string, ${length} characters long`);
  return claim["shown"] === "characters" ? new Words(`${length} characters`) : value;
}

function* isTrue(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  for (const [field, value] of valuesAt(answer, pointers(claim)[0] ?? "")) {
    if (value === false) yield { field, allowed: allowed(answer, claim), value };
  }
}

function* set(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  for (const at of pointers(claim)) {
    for (const [field, value] of valuesAt(answer, at)) {
      if (value === null) yield { field, allowed: allowed(answer, claim), value };
    }
  }
}

function* unset(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  const statuses = claim["statuses"] as string[] | undefined;
  if (statuses && !statuses.includes(answer.status ?? "")) return;
  for (const at of pointers(claim)) {
    for (const [field, value] of valuesAt(answer, at)) {
      const shown = claim["shown"] === undefined ? value : new Words(claim["shown"] as string);
      if (value !== null) yield { field, allowed: allowed(answer, claim), value: shown };
    }
  }
}

function* notNull(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  if ((claim["operations"] as string[]).includes(answer.operation ?? "")) yield* set(answer, claim);
}

function* instant(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  for (const [field, value] of strings(answer, claim)) {
    if (!readInstant(value)) yield { field, allowed: allowed(answer, claim), value };
  }
}

function* offset(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  for (const [field, value] of strings(answer, claim)) {
    if (readInstant(value)?.hasOffset === false) yield { field, allowed: allowed(answer, claim), value };
  }
}

/** Return pointer, moment and text of the timestamps that say when. */
function moments(answer: ParsedAnswer, claim: Claim): [string, bigint, string][] {
  const found = [...strings(answer, claim)].map(([field, value]) => [field, readInstant(value), value] as const);
  return found.flatMap(([field, read, value]) => (read?.hasOffset ? [[field, read.microseconds, value]] : []));
}

function* order(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  const found = moments(answer, claim);
  for (const [index, [field, moment, value]] of found.entries()) {
    const [earlier, before, when] = found[index - 1] ?? ["", moment, ""];
    const most = `${earlier.slice(earlier.lastIndexOf("/") + 1)}, ${when}`;
    if (moment < before) yield { field, allowed: allowed(answer, claim, most), value };
  }
}

function* notAfterDate(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  const date = readHttpDate(answer.headers?.get("date"));
  if (date === undefined) return;
  const latest = date + BigInt(claim["seconds"] as number) * 1_000_000n;
  for (const [field, moment, value] of moments(answer, claim)) {
    if (moment > latest) yield { field, allowed: allowed(answer, claim, writeInstant(date)), value };
  }
}

function* successCode(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  if (!answer.operation || answer.isSuccess || answer.code < 200 || answer.code >= 300) return;
  const expected = operations[answer.operation].success;
  yield { field: "", allowed: allowed(answer, claim, expected), value: answer.code };
}

function* message(answer: ParsedAnswer): Generator<Found> {
  const found = member(answer.document, "message");
  if (!isObject(answer.document)) yield { field: "", allowed: "an object with a message", value: answer.document };
  else if (typeof found !== "string") {
    yield { field: "/message", allowed: "a string", value: found === undefined ? new Words("no such field") : found };
  }
}

function* validationMap(answer: ParsedAnswer): Generator<Found> {
  const errors = member(answer.document, "errors");
  if (!isObject(errors)) {
    const value = errors === undefined || errors === null ? new Words("no such field") : errors;
    yield { field: "/errors", allowed: "an object of arrays of strings", value };
    return;
  }
  for (const [name, reasons] of Object.entries(errors)) {
    const isFine = Array.isArray(reasons) && reasons.every((reason) => typeof reason === "string");
    const value = new Words("something else");
    if (!isFine) yield { field: pointerTo("/errors", name), allowed: "an array of strings", value };
  }
}

function* absent(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  for (const at of pointers(claim)) {
    for (const [field] of valuesAt(answer, at)) yield { field, allowed: "no such field", value: new Words("one") };
  }
}

function* knownMembers(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  const known = new Set([...(claim["names"] as string[]), ...(answer.code === 422 ? ["errors"] : [])]);
  const names = isObject(answer.document) ? Object.keys(answer.document) : [];
  for (const name of names.filter((name) => !known.has(name))) {
    yield { field: pointerTo("", name), allowed: "only documented fields", value: new Words("one more field") };
  }
}

/** Return whether a header can be read as the number or the date that it is. */
export function isReadable(answer: ParsedAnswer, name: string): boolean {
  return (name === "date" ? readHttpDate(answer.headers?.get(name)) : count(answer.headers, name)) !== undefined;
}
