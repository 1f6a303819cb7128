import { count, isUtf8, type ParsedAnswer } from "./answer.js";
import { Words, type Found } from "./findings.js";
import { readHttpDate } from "./instant.js";
import type { Claim } from "./rule.js";

/** The claims about headers; of an answer whose headers are not known they say nothing. */
export const headerClaims = {
  headerPresent, header, headerEmpty, jsonContentType, wholeNumbers, remaining, retryAfter, retryWithin, nothingLeft, reset,
};

const NONE = "none";

function whole(allowed: string, value: string | number): Found {
  return { field: "", allowed, value: new Words(String(value)) };
}

function* headerPresent(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  if (claim["unlessMalformed"] && answer.code === 400 && !isUtf8(answer.answer.url)) return;
  for (const name of claim["names"] as string[]) {
    if (answer.headers && !answer.headers.has(name)) yield whole(claim.allowed ?? `the header ${name}`, NONE);
  }
}

function* header(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  if (!answer.headers) return;
  const found = answer.headers.get(claim["name"] as string);
  const pattern = new RegExp(`^(?:${claim["pattern"] as string})$`, "u");
  if (!pattern.test(found ?? "")) yield whole(claim.allowed ?? "", found || NONE);
}

function* headerEmpty(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  const found = answer.headers?.get(claim["name"] as string);
  if (found) yield whole(claim.allowed ?? "", found);
}

function* jsonContentType(answer: ParsedAnswer): Generator<Found> {
  if (!answer.headers) return;
  const found = answer.headers.get("content-type");
  const type = (found ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const saysJson = type === "application/json" || type.endsWith("+json");
  const hasJson = answer.isSuccess || answer.document !== undefined;
  if (!saysJson && hasJson) yield whole("Content-Type: application/json", found || NONE);
}

function* wholeNumbers(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  for (const name of claim["names"] as string[]) {
    const found = answer.headers?.get(name);
    if (found !== undefined && count(answer.headers, name) === undefined) {
      yield whole(`${name}: a whole number`, `"${found}"`);
    }
  }
}

function* remaining(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  const [limit, left] = ["limit", "remaining"].map((name) => count(answer.headers, claim[name] as string));
  // The hourly limit of a charger counts successful starts only.
  const isCounted = answer.operation !== "start" || answer.isSuccess;
  if (limit === undefined || left === undefined || left <= Math.max(limit - Number(isCounted), 0)) return;
  yield whole(`${isCounted ? "less" : "no more"} than the limit, ${limit}`, `${left} left`);
}

function* retryAfter(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  const name = claim["name"] as string;
  if (answer.headers && count(answer.headers, name) === undefined) {
    yield whole("Retry-After: whole seconds", answer.headers.get(name) || NONE);
  }
}

function* retryWithin(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  const wait = count(answer.headers, claim["name"] as string);
  const longest = (claim["longest"] as Record<string, number>)[answer.operation ?? ""];
  if (wait !== undefined && longest !== undefined && wait > longest) yield whole(`Retry-After: 0 to ${longest}`, wait);
}

function* nothingLeft(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  const left = count(answer.headers, claim["name"] as string);
  if (left) yield whole(`${claim["name"] as string}: 0`, left);
}

function* reset(answer: ParsedAnswer, claim: Claim): Generator<Found> {
  if (!answer.headers) return;
  const name = claim["name"] as string;
  const [at, wait] = [count(answer.headers, name), count(answer.headers, claim["retry"] as string)];
  const date = readHttpDate(answer.headers.get("date"));
  if (at === undefined) yield whole(`${name}: Unix seconds`, answer.headers.get(name) || NONE);
  else if (date !== undefined && wait !== undefined) {
    const off = Math.abs(Number(date / 1_000_000n) + wait - at);
    if (off > (claim["seconds"] as number)) yield whole("Date plus Retry-After, in Unix seconds", at);
  }
}
