import assert from "node:assert/strict";
import { test } from "node:test";

import { checkAnswer, UncheckedError, type Answer } from "../src/index.js";
import { suite } from "./suite.js";

const TOKEN = "s3cr3t/τoken+~1";
const encoded = encodeURIComponent(TOKEN);

function answer(changes: Record<string, unknown>, more: Partial<Answer> = {}): Answer {
  const fine = suite.examples.find((one) => one.rule === "money.cost-within-hold" && one.conforming)?.answer;
  assert.ok(fine);
  const body = fine.body as { data: object };
  const url = `http://127.0.0.1:8000/api/v3/public-charging/sessions/${encoded}`;
  return { ...fine, url, body: { ...body, data: { ...body.data, ...changes } }, ...more };
}

test("a finding names field, value, what is allowed, rule and level", () => {
  const [found] = checkAnswer(answer({ cost_amount: 5001, amount_authorized: 5000 }));
  assert.equal(found?.rule, "money.cost-within-hold");
  assert.equal(
    found?.message,
    "/data/cost_amount is 5001; allowed is at most amount_authorized, 5000 (money.cost-within-hold, documented)",
  );
});

test("a token is in no text of a finding, however it was written", () => {
  const bytes = new TextEncoder().encode(TOKEN);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const forms = [TOKEN, encoded, hex, btoa(String.fromCharCode(...bytes)), JSON.stringify(TOKEN)];
  for (const form of forms) {
    const found = checkAnswer(answer({ status: form, [form]: 1, created_at: `x${form}x`, energy_kwh: form }));
    assert.ok(found.length >= 3);
    for (const text of found.flatMap((one) => Object.values(one) as string[])) {
      assert.ok(!text.includes(TOKEN) && !text.includes(encoded) && !text.includes(hex.slice(2, -2)), text);
      assert.ok(!text.includes(forms[3]?.slice(3, -6) ?? ""), text);
    }
  }
});

test("a short token and a client secret are hidden, too", () => {
  const url = "https://x/v3/public-charging/sessions/zq7";
  const payment = { client_secret: "pi_1_secret_abc", publishable_key: 7, stripe_account_id: "pi_1_secret_abc" };
  const fine = answer({ status: "zq7" }, { url });
  const told = JSON.stringify(checkAnswer({ ...fine, body: { ...(fine.body as object), payment } }));
  assert.ok(!told.includes("zq7") && !told.includes("pi_1_secret_abc"), told);
});

test("a hostile value is escaped and cut", () => {
  const [found] = checkAnswer(answer({ status: `\u001b[31m\u202e${"x".repeat(5000)}` }));
  assert.ok(found && found.value.length < 200 && !/[\u001b\u202e]/.test(found.message));
});

test("a hostile body causes no more than twenty findings of a rule", () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`more${index}`, 1]));
  assert.equal(checkAnswer(answer(many)).filter((one) => one.rule === "shape.known-fields").length, 20);
});

test("names of object prototypes are fields like any other", () => {
  const odd = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}') as Record<string, unknown>;
  const fine = answer({});
  const data = Object.assign(Object.create(null) as object, (fine.body as { data: object }).data, { constructor: 2 });
  assert.equal(checkAnswer({ ...fine, body: { data, payment: null } }).length, 1);
  assert.ok(checkAnswer({ ...fine, body: odd }).some((one) => one.rule === "shape.envelope"));
});

test("an answer of something else is not judged", () => {
  for (const [more, reason] of [
    [{ url: "https://example.com/" }, /not an address/],
    [{ response: { status: 502 } }, /failed with 502/],
    [{ response: { status: 403, headers: { "CF-Mitigated": "challenge" } } }, /challenge/],
  ] as const) {
    assert.throws(() => checkAnswer(answer({}, more)), (error) => error instanceof UncheckedError && reason.test(error.message));
  }
});

test("an answer that says nothing is not judged well", () => {
  const { body: _, ...bare } = answer({});
  assert.throws(() => checkAnswer(bare), /body is undefined in a success; allowed is the parsed JSON/);
  assert.throws(() => checkAnswer({ ...bare, response: { status: 200 } }), /neither headers nor a body/);
  const refused = { method: "GET", url: "https://x/v3/public-charging/chargers/A", response: { status: 404 } };
  assert.throws(() => checkAnswer(refused), /neither headers nor a body/);
  assert.deepEqual(checkAnswer({ ...refused, body: { message: "Not Found" } }), []);
});

test("an answer that lacks a part is refused", () => {
  assert.throws(() => checkAnswer({} as Answer), /method is undefined; allowed is a string/);
  assert.throws(() => checkAnswer({ method: "GET", url: "" } as Answer), /response.status is undefined/);
});

test("headers are read however a client has them", () => {
  const pairs: [string, string][] = [["Content-Type", "application/json"], ["X-RateLimit-Limit", "soon"]];
  for (const headers of [new Headers(pairs), new Map(pairs), pairs, Object.fromEntries(pairs)]) {
    const rules = checkAnswer(answer({}, { response: { status: 200, headers } })).map((one) => one.rule);
    assert.deepEqual(rules.filter((rule) => rule === "ratelimit.whole-numbers"), ["ratelimit.whole-numbers"]);
    assert.ok(rules.includes("ratelimit.headers"));
  }
});

test("headers that a browser hides are not reported as missing", () => {
  const hidden = { status: 200, headers: new Headers({ "content-type": "application/json" }), type: "cors" };
  assert.deepEqual(checkAnswer(answer({}, { response: hidden })), []);
  assert.deepEqual(checkAnswer(answer({}, { response: { status: 200 } })), []);
});
