import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";

import { ContractError, parsePublicCharger, parseSession, publicChargerSchema, sessionSchema, type PublicCharger, type Session } from "../src/index.js";
import { suite } from "./suite.js";

const bodies = suite.examples.filter((one) => one.findings.every(([rule]) => !rule.startsWith("http.")));
const dataOf = (body: unknown) => (body as { data?: unknown } | undefined)?.data;
const sessions = bodies.filter((one) => one.answer.response.status === 200 && one.answer.url.includes("/sessions/"));
const fine = dataOf(sessions.find((one) => one.findings.length === 0)?.answer.body) as Session;

function breaks(parse: (value: unknown) => unknown, value: unknown): readonly string[] {
  try {
    parse(value);
    return [];
  } catch (error) {
    assert.ok(error instanceof ContractError, String(error));
    return error.findings.map((one) => one.rule);
  }
}

test("a session that conforms is returned, without what is not documented", () => {
  assert.deepEqual(parseSession(fine), fine);
  assert.deepEqual(parseSession({ ...fine, vat_rate: 21 }), fine);
});

test("every session of the suite is parsed or refused, and Zod agrees", () => {
  for (const { answer } of sessions) {
    const data = dataOf(answer.body);
    assert.equal(sessionSchema.safeParse(data).success, breaks(parseSession, data).length === 0, JSON.stringify(data));
  }
});

test("a refusal names every broken fact with field, value and what is allowed", () => {
  const wrong = { ...fine, status: "paused", connector_id: null, cost_amount: "239" };
  assert.deepEqual(breaks(parseSession, wrong), ["values.status", "shape.types", "nulls.only-where-documented"]);
  assert.throws(() => parseSession(wrong), /\/status is "paused"; allowed is one of created, .*values\.status, documented/);
});

test("what is inferred is refused under strict only", () => {
  const wrong = { ...fine, cost_amount: -1 };
  assert.deepEqual(breaks(parseSession, wrong), []);
  assert.deepEqual(breaks((value) => parseSession(value, { strict: true }), wrong), ["money.not-negative"]);
});

test("what is no session at all is refused", () => {
  for (const value of [undefined, null, [], "x", 7, {}]) assert.ok(breaks(parseSession, value).length > 0);
});

test("a whole body is refused with what to pass instead", () => {
  for (const parse of [parseSession, parsePublicCharger]) {
    assert.throws(() => parse({ data: fine, payment: null }), (error) => error instanceof TypeError && /pass body\.data/.test(error.message));
  }
});

test("the schemas can be part of others", () => {
  const list = z.array(sessionSchema);
  assert.equal(list.safeParse([fine]).success, true);
  const refused = list.safeParse([{ ...fine, cost_amount: 5001, amount_authorized: 5000 }]);
  assert.deepEqual(refused.error?.issues[0]?.path, [0, "cost_amount"]);
  assert.equal((refused.error?.issues[0] as { params?: { rule: string } }).params?.rule, "money.cost-within-hold");
});

test("a public charger is parsed", () => {
  const charger = dataOf(suite.examples.find((one) => one.answer.url.includes("/chargers/") && one.conforming)?.answer.body);
  const parsed: PublicCharger = parsePublicCharger(charger);
  assert.equal(publicChargerSchema.safeParse(charger).success, true);
  const wrong = { ...parsed, connectors: [{ ...parsed.connectors[0], status: "Free" }] };
  assert.deepEqual(breaks(parsePublicCharger, wrong), ["values.charger-connector-status"]);
});

test("the types are those of the schemas", () => {
  const session: z.infer<typeof sessionSchema> = fine;
  const back: Session = session;
  assert.ok(back);
});
