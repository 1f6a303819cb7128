import { readFileSync } from "node:fs";

import type { Answer } from "../src/index.js";

/** An example of a rule, with what the checker finds: rule, field, and what is allowed. */
export interface Example {
  readonly rule?: string;
  readonly conforming?: boolean;
  readonly answer: Answer;
  readonly findings: readonly (readonly [string, string, string])[];
  readonly unchecked: boolean;
}

/** A text, its moment with an offset of its own, and whether it had one. */
export type Moment = readonly [string, string, boolean] | readonly [string, null];

interface Suite {
  readonly examples: readonly Example[];
  readonly moments: readonly Moment[];
}

/** The suite that lies beside this package's tests, or the one that a variable names. */
export const suite: Suite = JSON.parse(
  readFileSync(process.env["PLUGPROOF_SUITE"] ?? new URL("../../test/suite.json", import.meta.url), "utf8"),
) as Suite;
