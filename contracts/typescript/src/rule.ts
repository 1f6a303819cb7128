import type { Level, OperationName, Status } from "./generated/facts.js";

/** What a rule applies to; what is not given leaves that side open. */
export interface Scope {
  readonly subject: string;
  readonly operations?: readonly string[];
  readonly codes?: readonly number[];
  readonly statuses?: readonly string[];
  /** Headers that must be there and readable, else there is nothing to check. */
  readonly headers?: readonly string[];
  /** Headers whose absence the rule reports; of an answer that hides headers it says nothing. */
  readonly missing?: readonly string[];
  /** Of these fields `least` (all of them unless told) must be there, not null, and of their documented type. */
  readonly fields?: readonly string[];
  readonly least?: number;
  /** False for a rule that reads no body. */
  readonly body?: boolean;
}

/** One thing that has to hold; `kind` names the function that reads it, the rest are its settings. */
export interface Claim {
  readonly kind: string;
  readonly at?: string | readonly string[];
  readonly allowed?: string;
  readonly [setting: string]: unknown;
}

interface Identity {
  readonly slug: string;
  readonly level: Level;
  /** Page and field of the public reference. */
  readonly source: string;
  readonly requirement: string;
}

/** A rule that this package checks. */
export interface Rule extends Identity {
  /** Why a client cares. */
  readonly why: string;
  readonly scope: Scope;
  readonly claims: readonly Claim[];
}

/** A rule that a validator of values cannot state, with the reason. */
export interface UnstatedRule extends Identity {
  readonly reason: string;
}

export type { Level, OperationName, Status };
