import type { ParsedAnswer } from "./answer.js";
import { isObject, member } from "./json.js";

const SHORTEST = 4;
const SECRETS = new Set(["session_token", "client_secret", "password", "access_token", "refresh_token", "api_key"]);

/** Return a function that takes the secrets of an answer out of a text, however they are written. */
export function concealer(answer: ParsedAnswer): (text: string) => string {
  const tokens = [answer.token, member(answer.document, "session_token")].filter((text) => typeof text === "string");
  const named = new Map<string, string>();
  for (const secret of secretsIn(answer.document, 0)) add(named, secret, "[secret]");
  for (const token of tokens) add(named, token, "[token]");
  for (const token of tokens) if (token) named.set(token, "[token]"); // even a short one
  const forms = [...named.keys()].sort((one, other) => other.length - one.length);
  return (text) => forms.reduce((left, form) => left.replaceAll(form, named.get(form) ?? ""), text);
}

function add(named: Map<string, string>, secret: string, standIn: string): void {
  for (const form of formsOf(secret)) if (form.length >= SHORTEST) named.set(form, standIn);
}

function* secretsIn(value: unknown, depth: number): Generator<string> {
  if (depth > 16) return;
  if (Array.isArray(value)) for (const item of value) yield* secretsIn(item, depth + 1);
  if (!isObject(value)) return;
  for (const [name, item] of Object.entries(value)) {
    if (SECRETS.has(name) && typeof item === "string") yield item;
    else yield* secretsIn(item, depth + 1);
  }
}

/** Yield the ways in which a secret may be written: as it is, percent-encoded, escaped, as hex, as base64. */
function* formsOf(secret: string): Generator<string> {
  for (const text of new Set([secret, decoded(secret)])) {
    const bytes = new TextEncoder().encode(text);
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
    yield* [text, encoded(text), JSON.stringify(text).slice(1, -1)];
    yield* [text.replaceAll("~", "~0").replaceAll("/", "~1"), hex.join(""), hex.map((two) => `%${two.toUpperCase()}`).join("")];
    yield* base64Of(bytes);
  }
}

function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text; // half of a surrogate pair
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Yield base64 of a secret; inside a longer text it has three forms, by what stands before it. */
function* base64Of(bytes: Uint8Array): Generator<string> {
  for (const [before, spoilt] of [[0, 0], [1, 2], [2, 3]] as const) {
    const padded = btoa(String.fromCharCode(...new Uint8Array(before), ...bytes));
    const text = (padded.endsWith("=") ? padded.replace(/=+$/, "").slice(0, -1) : padded).slice(spoilt);
    yield* [text, text.replaceAll("+", "-").replaceAll("/", "_")];
  }
}
