// Written by `make typescript` from the tables of plugproof's contract; do not edit.

import { z } from "zod";

import { connectorStatuses, statuses, type ConnectorStatus, type Status } from "./facts.js";

/** The charger as a session shows it. */
export interface Charger {
  public_code: string;
  name: string;
  online: boolean;
}

/** The documented shape of Charger; fields that are not documented are left out of what is parsed. */
export const chargerShape = z.object({
  public_code: z.string(),
  name: z.string(),
  online: z.boolean(),
}) satisfies z.ZodType<Charger>;

/** What a session costs; price_per_kwh (at least 1) and start_fee are in minor units of currency. */
export interface Pricing {
  currency: string;
  price_per_kwh: number;
  start_fee: number;
}

/** The documented shape of Pricing; fields that are not documented are left out of what is parsed. */
export const pricingShape = z.object({
  currency: z.string(),
  price_per_kwh: z.int(),
  start_fee: z.int(),
}) satisfies z.ZodType<Pricing>;

/** One public-charging session as the API answers it (source: confirm-payment#response). */
export interface Session {
  status: Status;
  failure_reason: string | null;
  connector_id: number;
  connector_status: ConnectorStatus | null;
  charger: Charger;
  pricing: Pricing;
  amount_authorized: number | null;
  energy_kwh: string | null;
  cost_amount: number | null;
  amount_captured: number | null;
  tax_amount: number | null;
  driver_email: string | null;
  created_at: string | null;
  authorized_at: string | null;
  charging_started_at: string | null;
  completed_at: string | null;
  captured_at: string | null;
}

/** The documented shape of Session; fields that are not documented are left out of what is parsed. */
export const sessionShape = z.object({
  status: z.enum(statuses),
  failure_reason: z.string().nullable(),
  connector_id: z.int(),
  connector_status: z.enum(connectorStatuses).nullable(),
  charger: chargerShape,
  pricing: pricingShape,
  amount_authorized: z.int().nullable(),
  energy_kwh: z.string().nullable(),
  cost_amount: z.int().nullable(),
  amount_captured: z.int().nullable(),
  tax_amount: z.int().nullable(),
  driver_email: z.string().nullable(),
  created_at: z.string().nullable(),
  authorized_at: z.string().nullable(),
  charging_started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
  captured_at: z.string().nullable(),
}) satisfies z.ZodType<Session>;

/** What a browser needs for Stripe; sent only while the session is created. */
export interface Payment {
  client_secret: string;
  publishable_key: string;
  stripe_account_id: string;
}

/** The documented shape of Payment; fields that are not documented are left out of what is parsed. */
export const paymentShape = z.object({
  client_secret: z.string(),
  publishable_key: z.string(),
  stripe_account_id: z.string(),
}) satisfies z.ZodType<Payment>;

/** One connector of a public charger; the values of the last three fields are not documented. */
export interface Connector {
  connector_id: number;
  status: ConnectorStatus;
  standard: string;
  format: string;
  power_type: string;
}

/** The documented shape of Connector; fields that are not documented are left out of what is parsed. */
export const connectorShape = z.object({
  connector_id: z.int(),
  status: z.enum(connectorStatuses),
  standard: z.string(),
  format: z.string(),
  power_type: z.string(),
}) satisfies z.ZodType<Connector>;

/** A charger as a driver sees it before a session; preauth_amount is in minor units. */
export interface PublicCharger {
  public_code: string;
  name: string;
  online: boolean;
  connectors: Connector[];
  pricing: Pricing;
  preauth_amount: number;
}

/** The documented shape of PublicCharger; fields that are not documented are left out of what is parsed. */
export const publicChargerShape = z.object({
  public_code: z.string(),
  name: z.string(),
  online: z.boolean(),
  connectors: z.array(connectorShape),
  pricing: pricingShape,
  preauth_amount: z.int(),
}) satisfies z.ZodType<PublicCharger>;
