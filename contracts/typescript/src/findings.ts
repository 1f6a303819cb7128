import type { Level } from "./generated/facts.js";
import type { Rule } from "./rule.js";

/** One breach of one rule; no text of it holds a session token. */
export interface Finding {
  readonly rule: string;
  readonly level: Level;
  /** JSON pointer of the field, empty for the whole answer or a header. */
  readonly field: string;
  /** What came, as text. */
  readonly value: string;
  /** What is allowed. */
  readonly allowed: string;
  /** Page and field of the public reference. */
  readonly source: string;
  readonly requirement: string;
  /** All of it in one line. */
  readonly message: string;
}

/** What a claim finds. */
export interface Found {
  readonly field: string;
  readonly allowed: string;
  readonly value: unknown;
}

/** A value that is told in words instead of shown. */
export class Words {
  constructor(readonly text: string) {}
}

const LONGEST = 120;

/** Make a finding, with whatever is secret taken out. */
export function finding(rule: Rule, found: Found, conceal: (text: string) => string): Finding {
  const [field, allowed, value] = [found.field, found.allowed, shown(found.value, conceal)].map((text) => cut(plain(conceal(text)))) as [string, string, string];
  const { slug, level, source, requirement } = rule;
  const message = `${field || "the answer"} is ${value}; allowed is ${allowed} (${slug}, ${level})`;
  return { rule: slug, level, field, value, allowed, source, requirement, message };
}

/** Return a short text of a JSON value; of objects and arrays only their size, for secrets may be in them. */
function shown(value: unknown, conceal: (text: string) => string): string {
  if (value instanceof Words) return value.text;
  if (typeof value === "string") return JSON.stringify(conceal(value));
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return `an object with ${Object.keys(value).length} members`;
  return String(value);
}

/** Return text whose characters are all seen: control characters, bidirectional marks and the like are escaped. */
function plain(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length <= LONGEST ? text : `${characters.slice(0, LONGEST).join("")}… (${characters.length} characters)`;
}
