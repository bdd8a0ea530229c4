import assert from "node:assert/strict";
import { test } from "node:test";
import { readClockMs } from "../../src/clock.js";
import { TurnBudget } from "../../src/session/turn-budget.js";

/** As if requests had taken so long. */
function spend(budget: TurnBudget, milliseconds: number): void {
  budget.spend(readClockMs() - milliseconds);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

test("the time of a turn is used up by all together, and is there again in the next", async () => {
  const budget = new TurnBudget();
  spend(budget, 6);
  assert.equal(budget.isSpent(10), false);
  spend(budget, 6);
  assert.equal(budget.isSpent(10), true);
  await nextTurn();
  assert.equal(budget.isSpent(10), false);
});

test("those that wait go on in the next turn, in the order in which they came", async () => {
  const budget = new TurnBudget();
  const seen: string[] = [];
  const withdrawn = (): unknown => seen.push("withdrawn");
  budget.wait(() => seen.push("a"));
  budget.wait(withdrawn);
  budget.wait(() => {
    seen.push("b");
    budget.wait(() => seen.push("b again"));
  });
  budget.withdraw(withdrawn);
  assert.deepEqual(seen, []);
  await nextTurn();
  assert.deepEqual(seen, ["a", "b"]);
  await nextTurn();
  assert.deepEqual(seen, ["a", "b", "b again"]);
});
