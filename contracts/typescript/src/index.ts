export type { Answer, HeadersLike } from "./answer.js";
export { checkAnswer, UncheckedError } from "./check.js";
export type { Finding } from "./findings.js";
export {
  cancellableStatuses, connectorStatuses, levels, moves, operationNames, operations, statuses, terminalStatuses,
} from "./generated/facts.js";
export type { ConnectorStatus, Level, Move, Operation, OperationName, Status } from "./generated/facts.js";
export { rules, unstated } from "./generated/rules.js";
export { chargerShape, connectorShape, paymentShape, pricingShape, publicChargerShape, sessionShape } from "./generated/schemas.js";
export type { Charger, Connector, Payment, Pricing, PublicCharger, Session } from "./generated/schemas.js";
export { canMove, canReach, movesFrom } from "./lifecycle.js";
export { ContractError, parsePublicCharger, parseSession, publicChargerSchema, sessionSchema, type ParseOptions } from "./parse.js";
export type { Claim, Rule, Scope, UnstatedRule } from "./rule.js";
