import { moves, statuses, type Move, type Status } from "./generated/facts.js";

/** Return the moves that start in a status, in the table's order. */
export function movesFrom(status: Status): readonly Move[] {
  known(status);
  return moves.filter((move) => move.from === status);
}

/** Return whether one move leads from a status to another. Who polls misses statuses: see `canReach`. */
export function canMove(from: Status, to: Status): boolean {
  known(to);
  return movesFrom(from).some((move) => move.to === to);
}

/** Return whether a session seen as `earlier` may later be seen as `later`, however many moves lie between. */
export function canReach(earlier: Status, later: Status): boolean {
  known(later);
  const seen = new Set<Status>([earlier]);
  for (const status of seen) for (const move of movesFrom(status)) seen.add(move.to);
  return seen.has(later);
}

function known(status: Status): void {
  if (!statuses.includes(status)) {
    throw new TypeError(`the status is ${JSON.stringify(status)}; allowed is one of ${statuses.join(", ")}`);
  }
}
