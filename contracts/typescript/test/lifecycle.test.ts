import assert from "node:assert/strict";
import { test } from "node:test";

import { canMove, canReach, levels, moves, movesFrom, statuses, terminalStatuses, type Status } from "../src/index.js";

test("there are fifteen statuses", () => {
  assert.equal(new Set(statuses).size, 15);
});

test("every move has a level and joins two statuses", () => {
  for (const move of moves) {
    assert.ok(statuses.includes(move.from) && statuses.includes(move.to) && levels.includes(move.level));
    assert.ok(canMove(move.from, move.to));
  }
});

test("a session cannot jump, and cannot go back", () => {
  assert.equal(canMove("created", "charging"), false);
  assert.equal(canReach("created", "charging"), true);
  assert.equal(canReach("charging", "created"), false);
  assert.equal(canReach("charging", "charging"), true);
});

test("a documented move is told from an assumed one", () => {
  const level = (from: Status, to: Status) => movesFrom(from).find((move) => move.to === to)?.level;
  assert.equal(level("created", "authorized"), "documented");
  assert.equal(level("created", "abandoned"), "assumed");
});

test("only a captured session leaves a status in which it has ended", () => {
  const left = terminalStatuses.filter((status) => movesFrom(status).length > 0);
  assert.deepEqual(left, ["captured"]);
});

test("a word that is no status is refused with those that are", () => {
  for (const ask of [canMove, canReach]) {
    assert.throws(() => ask("paused" as Status, "charging"), /"paused"; allowed is one of created, /);
    assert.throws(() => ask("charging", "toString" as Status), /"toString"; allowed/);
  }
});
