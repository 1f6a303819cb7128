// Written by `make typescript` from the tables of plugproof's contract; do not edit.

/** How well a fact is known; a breach is an error, a warning or a note. */
export const levels = ["documented", "inferred", "assumed"] as const;
export type Level = (typeof levels)[number];

/** Where a session stands; exactly these 15. */
export const statuses = ["created", "authorized", "starting", "charging", "stopping", "settling", "captured", "no_charge", "expired", "failed", "abandoned", "capture_failed", "requires_review", "refunded", "written_off"] as const;
export type Status = (typeof statuses)[number];

/** The state of a connector; the 9 of OCPP 1.6. */
export const connectorStatuses = ["Available", "Charging", "Faulted", "Finishing", "Preparing", "Reserved", "SuspendedEV", "SuspendedEVSE", "Unavailable"] as const;
export type ConnectorStatus = (typeof connectorStatuses)[number];

/** Where a session ends; an operator can still refund a captured one. */
export const terminalStatuses: readonly Status[] = ["captured", "no_charge", "expired", "failed", "abandoned", "refunded", "written_off"];

/** What cancel accepts. */
export const cancellableStatuses: readonly Status[] = ["created", "authorized", "starting"];

/** In `from`, `cause` may lead to `to`; `level` says how well that is known. */
export interface Move {
  readonly from: Status;
  readonly cause: string;
  readonly to: Status;
  readonly level: Level;
}

/** The lifecycle. A cause may lead to several statuses, so this is a relation. */
export const moves: readonly Move[] = [
  {"from": "created", "cause": "confirm", "to": "authorized", "level": "documented"},
  {"from": "created", "cause": "webhook", "to": "authorized", "level": "inferred"},
  {"from": "created", "cause": "confirm", "to": "failed", "level": "inferred"},
  {"from": "created", "cause": "webhook", "to": "failed", "level": "inferred"},
  {"from": "created", "cause": "window_over", "to": "expired", "level": "inferred"},
  {"from": "created", "cause": "cancel", "to": "abandoned", "level": "assumed"},
  {"from": "authorized", "cause": "remote_start", "to": "starting", "level": "inferred"},
  {"from": "authorized", "cause": "remote_start", "to": "failed", "level": "inferred"},
  {"from": "authorized", "cause": "cancel", "to": "abandoned", "level": "assumed"},
  {"from": "starting", "cause": "transaction", "to": "charging", "level": "inferred"},
  {"from": "starting", "cause": "start_timeout", "to": "failed", "level": "inferred"},
  {"from": "starting", "cause": "cancel", "to": "abandoned", "level": "assumed"},
  {"from": "charging", "cause": "stop", "to": "stopping", "level": "documented"},
  {"from": "charging", "cause": "ended", "to": "settling", "level": "inferred"},
  {"from": "stopping", "cause": "stop_answer", "to": "settling", "level": "documented"},
  {"from": "stopping", "cause": "stop_answer", "to": "charging", "level": "assumed"},
  {"from": "settling", "cause": "settle", "to": "captured", "level": "inferred"},
  {"from": "settling", "cause": "settle", "to": "no_charge", "level": "inferred"},
  {"from": "settling", "cause": "settle", "to": "capture_failed", "level": "inferred"},
  {"from": "settling", "cause": "settle", "to": "requires_review", "level": "inferred"},
  {"from": "capture_failed", "cause": "retry", "to": "captured", "level": "assumed"},
  {"from": "capture_failed", "cause": "retry", "to": "requires_review", "level": "assumed"},
  {"from": "capture_failed", "cause": "retry", "to": "written_off", "level": "assumed"},
  {"from": "requires_review", "cause": "review", "to": "captured", "level": "assumed"},
  {"from": "requires_review", "cause": "review", "to": "no_charge", "level": "assumed"},
  {"from": "requires_review", "cause": "review", "to": "refunded", "level": "assumed"},
  {"from": "requires_review", "cause": "review", "to": "written_off", "level": "assumed"},
  {"from": "captured", "cause": "refund", "to": "refunded", "level": "inferred"},
];

/** What every path of the API begins with, below the base URL. */
export const PREFIX = "/v3/public-charging";

export const operationNames = ["confirm", "start", "get", "stop", "cancel", "receipt-email", "charger"] as const;
export type OperationName = (typeof operationNames)[number];

/** One endpoint; `limit` is hits per 60 seconds and address. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly limit: number;
  readonly success: number;
  readonly failures: readonly number[];
  readonly page: string;
}

export const operations: Readonly<Record<OperationName, Operation>> = {
  "confirm": {"method": "POST", "path": "/sessions/{token}/confirm", "limit": 10, "success": 200, "failures": [404], "page": "confirm-payment"},
  "start": {"method": "POST", "path": "/sessions", "limit": 3, "success": 201, "failures": [400, 404, 409, 422, 429], "page": "start-session"},
  "get": {"method": "GET", "path": "/sessions/{token}", "limit": 30, "success": 200, "failures": [404], "page": "get-session"},
  "stop": {"method": "POST", "path": "/sessions/{token}/stop", "limit": 10, "success": 200, "failures": [400, 404], "page": "stop-session"},
  "cancel": {"method": "POST", "path": "/sessions/{token}/cancel", "limit": 10, "success": 200, "failures": [404, 409], "page": "cancel-session"},
  "receipt-email": {"method": "POST", "path": "/sessions/{token}/receipt-email", "limit": 10, "success": 200, "failures": [404, 422], "page": "set-receipt-email"},
  "charger": {"method": "GET", "path": "/chargers/{code}", "limit": 30, "success": 200, "failures": [404], "page": "get-charger"},
};

/** A documented member; `members` of an object by name, or under "" what an array holds. */
export interface Field {
  readonly kind: string;
  readonly nullable?: true;
  readonly members?: Readonly<Record<string, Field>>;
}

/** The whole body of a success, by operation. */
export const bodies: Readonly<Record<OperationName, Field>> = {
  "confirm": {"kind": "object", "members": {"data": {"kind": "object", "members": {"status": {"kind": "string"}, "failure_reason": {"kind": "string", "nullable": true}, "connector_id": {"kind": "integer"}, "connector_status": {"kind": "string", "nullable": true}, "charger": {"kind": "object", "members": {"public_code": {"kind": "string"}, "name": {"kind": "string"}, "online": {"kind": "boolean"}}}, "pricing": {"kind": "object", "members": {"currency": {"kind": "string"}, "price_per_kwh": {"kind": "integer"}, "start_fee": {"kind": "integer"}}}, "amount_authorized": {"kind": "integer", "nullable": true}, "energy_kwh": {"kind": "string", "nullable": true}, "cost_amount": {"kind": "integer", "nullable": true}, "amount_captured": {"kind": "integer", "nullable": true}, "tax_amount": {"kind": "integer", "nullable": true}, "driver_email": {"kind": "string", "nullable": true}, "created_at": {"kind": "string", "nullable": true}, "authorized_at": {"kind": "string", "nullable": true}, "charging_started_at": {"kind": "string", "nullable": true}, "completed_at": {"kind": "string", "nullable": true}, "captured_at": {"kind": "string", "nullable": true}}}}},
  "start": {"kind": "object", "members": {"data": {"kind": "object", "members": {"status": {"kind": "string"}, "failure_reason": {"kind": "string", "nullable": true}, "connector_id": {"kind": "integer"}, "connector_status": {"kind": "string", "nullable": true}, "charger": {"kind": "object", "members": {"public_code": {"kind": "string"}, "name": {"kind": "string"}, "online": {"kind": "boolean"}}}, "pricing": {"kind": "object", "members": {"currency": {"kind": "string"}, "price_per_kwh": {"kind": "integer"}, "start_fee": {"kind": "integer"}}}, "amount_authorized": {"kind": "integer", "nullable": true}, "energy_kwh": {"kind": "string", "nullable": true}, "cost_amount": {"kind": "integer", "nullable": true}, "amount_captured": {"kind": "integer", "nullable": true}, "tax_amount": {"kind": "integer", "nullable": true}, "driver_email": {"kind": "string", "nullable": true}, "created_at": {"kind": "string", "nullable": true}, "authorized_at": {"kind": "string", "nullable": true}, "charging_started_at": {"kind": "string", "nullable": true}, "completed_at": {"kind": "string", "nullable": true}, "captured_at": {"kind": "string", "nullable": true}}}, "session_token": {"kind": "string"}, "payment": {"kind": "object", "members": {"client_secret": {"kind": "string"}, "publishable_key": {"kind": "string"}, "stripe_account_id": {"kind": "string"}}}}},
  "get": {"kind": "object", "members": {"data": {"kind": "object", "members": {"status": {"kind": "string"}, "failure_reason": {"kind": "string", "nullable": true}, "connector_id": {"kind": "integer"}, "connector_status": {"kind": "string", "nullable": true}, "charger": {"kind": "object", "members": {"public_code": {"kind": "string"}, "name": {"kind": "string"}, "online": {"kind": "boolean"}}}, "pricing": {"kind": "object", "members": {"currency": {"kind": "string"}, "price_per_kwh": {"kind": "integer"}, "start_fee": {"kind": "integer"}}}, "amount_authorized": {"kind": "integer", "nullable": true}, "energy_kwh": {"kind": "string", "nullable": true}, "cost_amount": {"kind": "integer", "nullable": true}, "amount_captured": {"kind": "integer", "nullable": true}, "tax_amount": {"kind": "integer", "nullable": true}, "driver_email": {"kind": "string", "nullable": true}, "created_at": {"kind": "string", "nullable": true}, "authorized_at": {"kind": "string", "nullable": true}, "charging_started_at": {"kind": "string", "nullable": true}, "completed_at": {"kind": "string", "nullable": true}, "captured_at": {"kind": "string", "nullable": true}}}, "payment": {"kind": "object", "nullable": true, "members": {"client_secret": {"kind": "string"}, "publishable_key": {"kind": "string"}, "stripe_account_id": {"kind": "string"}}}}},
  "stop": {"kind": "object", "members": {"data": {"kind": "object", "members": {"status": {"kind": "string"}, "failure_reason": {"kind": "string", "nullable": true}, "connector_id": {"kind": "integer"}, "connector_status": {"kind": "string", "nullable": true}, "charger": {"kind": "object", "members": {"public_code": {"kind": "string"}, "name": {"kind": "string"}, "online": {"kind": "boolean"}}}, "pricing": {"kind": "object", "members": {"currency": {"kind": "string"}, "price_per_kwh": {"kind": "integer"}, "start_fee": {"kind": "integer"}}}, "amount_authorized": {"kind": "integer", "nullable": true}, "energy_kwh": {"kind": "string", "nullable": true}, "cost_amount": {"kind": "integer", "nullable": true}, "amount_captured": {"kind": "integer", "nullable": true}, "tax_amount": {"kind": "integer", "nullable": true}, "driver_email": {"kind": "string", "nullable": true}, "created_at": {"kind": "string", "nullable": true}, "authorized_at": {"kind": "string", "nullable": true}, "charging_started_at": {"kind": "string", "nullable": true}, "completed_at": {"kind": "string", "nullable": true}, "captured_at": {"kind": "string", "nullable": true}}}}},
  "cancel": {"kind": "object", "members": {"data": {"kind": "object", "members": {"status": {"kind": "string"}, "failure_reason": {"kind": "string", "nullable": true}, "connector_id": {"kind": "integer"}, "connector_status": {"kind": "string", "nullable": true}, "charger": {"kind": "object", "members": {"public_code": {"kind": "string"}, "name": {"kind": "string"}, "online": {"kind": "boolean"}}}, "pricing": {"kind": "object", "members": {"currency": {"kind": "string"}, "price_per_kwh": {"kind": "integer"}, "start_fee": {"kind": "integer"}}}, "amount_authorized": {"kind": "integer", "nullable": true}, "energy_kwh": {"kind": "string", "nullable": true}, "cost_amount": {"kind": "integer", "nullable": true}, "amount_captured": {"kind": "integer", "nullable": true}, "tax_amount": {"kind": "integer", "nullable": true}, "driver_email": {"kind": "string", "nullable": true}, "created_at": {"kind": "string", "nullable": true}, "authorized_at": {"kind": "string", "nullable": true}, "charging_started_at": {"kind": "string", "nullable": true}, "completed_at": {"kind": "string", "nullable": true}, "captured_at": {"kind": "string", "nullable": true}}}}},
  "receipt-email": {"kind": "object", "members": {"data": {"kind": "object", "members": {"status": {"kind": "string"}, "failure_reason": {"kind": "string", "nullable": true}, "connector_id": {"kind": "integer"}, "connector_status": {"kind": "string", "nullable": true}, "charger": {"kind": "object", "members": {"public_code": {"kind": "string"}, "name": {"kind": "string"}, "online": {"kind": "boolean"}}}, "pricing": {"kind": "object", "members": {"currency": {"kind": "string"}, "price_per_kwh": {"kind": "integer"}, "start_fee": {"kind": "integer"}}}, "amount_authorized": {"kind": "integer", "nullable": true}, "energy_kwh": {"kind": "string", "nullable": true}, "cost_amount": {"kind": "integer", "nullable": true}, "amount_captured": {"kind": "integer", "nullable": true}, "tax_amount": {"kind": "integer", "nullable": true}, "driver_email": {"kind": "string", "nullable": true}, "created_at": {"kind": "string", "nullable": true}, "authorized_at": {"kind": "string", "nullable": true}, "charging_started_at": {"kind": "string", "nullable": true}, "completed_at": {"kind": "string", "nullable": true}, "captured_at": {"kind": "string", "nullable": true}}}}},
  "charger": {"kind": "object", "members": {"data": {"kind": "object", "members": {"public_code": {"kind": "string"}, "name": {"kind": "string"}, "online": {"kind": "boolean"}, "connectors": {"kind": "array", "members": {"": {"kind": "object", "members": {"connector_id": {"kind": "integer"}, "status": {"kind": "string"}, "standard": {"kind": "string"}, "format": {"kind": "string"}, "power_type": {"kind": "string"}}}}}, "pricing": {"kind": "object", "members": {"currency": {"kind": "string"}, "price_per_kwh": {"kind": "integer"}, "start_fee": {"kind": "integer"}}}, "preauth_amount": {"kind": "integer"}}}}},
};

/** The words of which recorders make what stands for a secret. */
export const standInWords = "redacted|filtered|hidden|masked|removed|replaced|sanitized|sanitised|scrubbed|stripped|omitted|anonymized|anonymised|censored|obfuscated|placeholder|private|confidential|secret|dummy|example|fake|test|your|my|the|session|token|access|id|key|value|here|xxx+|null|none|undefined";
