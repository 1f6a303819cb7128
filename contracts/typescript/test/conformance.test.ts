import assert from "node:assert/strict";
import { test } from "node:test";

import { checkAnswer, rules, UncheckedError, unstated } from "../src/index.js";
import { readInstant } from "../src/instant.js";
import { suite, type Example } from "./suite.js";

const isOfTime = (rule: string) => rule.startsWith("time.");

/** What is allowed is compared as text, but for moments, which are written in another way. */
function found(example: Example): string[][] {
  try {
    return checkAnswer(example.answer).map((one) => [one.rule, one.field, isOfTime(one.rule) ? "" : one.allowed]);
  } catch (error) {
    assert.ok(error instanceof UncheckedError && example.unchecked, String(error));
    return [];
  }
}

test("every example is judged as the Python checker judges it", () => {
  for (const example of suite.examples) {
    const expected = example.findings.map(([rule, field, allowed]) => [rule, field, isOfTime(rule) ? "" : allowed]);
    assert.deepEqual(found(example), expected, JSON.stringify(example));
  }
});

test("every rule has an example that conforms and one that does not", { skip: "PLUGPROOF_SUITE" in process.env }, () => {
  for (const { slug } of rules) {
    const own = suite.examples.filter((example) => example.rule === slug);
    const broken = own.filter((example) => found(example).some(([rule]) => rule === slug));
    assert.ok(broken.length > 0 && broken.every((example) => !example.conforming), slug);
    assert.ok(own.some((example) => example.conforming), slug);
    assert.equal(broken.length, own.filter((example) => !example.conforming).length, slug);
  }
});

test("a text is a date-time where the Python checker says so", () => {
  for (const [text, moment, hasOffset] of suite.moments) {
    const read = readInstant(text);
    assert.equal(read !== undefined, moment !== null, text);
    if (!read || moment === null) continue;
    assert.equal(read.hasOffset, hasOffset, text);
    const wanted = Date.parse(hasOffset ? moment : `${moment}Z`);
    assert.equal(Number(read.microseconds / 1000n), wanted, text);
  }
});

test("every rule that is not stated says why, and has a level", () => {
  const levels = ["documented", "inferred", "assumed"];
  for (const rule of unstated) assert.ok(rule.reason.length > 10 && levels.includes(rule.level), rule.slug);
  const slugs = [...rules, ...unstated].map((rule) => rule.slug);
  assert.equal(new Set(slugs).size, slugs.length);
});
