import assert from "node:assert/strict";
import { test } from "node:test";
import { Ledger } from "../../src/session/ledger.js";

test("over the total, the account that holds the most loses, not the one that came last", () => {
  const ledger = new Ledger();
  const evicted: string[] = [];
  const greedy = ledger.open(100, () => evicted.push("greedy"));
  const modest = ledger.open(100, () => evicted.push("modest"));
  greedy.charge(80);
  modest.charge(15);
  assert.deepEqual(evicted, []);
  modest.charge(10);
  assert.deepEqual(evicted, ["greedy"]);
  assert.equal(ledger.totalBytes, 25);
});

test("as many lose as it takes", () => {
  const ledger = new Ledger();
  const evicted: string[] = [];
  for (const name of ["a", "b", "c"]) ledger.open(1_000, () => evicted.push(name)).charge(30);
  ledger.open(100, () => evicted.push("d")).charge(75);
  assert.deepEqual(evicted, ["d"]);
  ledger.open(40, () => evicted.push("e")).charge(20);
  assert.deepEqual(evicted, ["d", "a", "b", "c"]);
});

test("what is given back is free for others, and a closed account holds nothing", () => {
  const ledger = new Ledger();
  const account = ledger.open(100, () => assert.fail("evicted"));
  account.charge(90);
  account.charge(-80);
  ledger.open(100, () => assert.fail("evicted")).charge(85);
  account.close();
  account.charge(1_000);
  account.close();
  assert.equal(ledger.totalBytes, 85);
});

test("what a call under way holds stays on the books when its client has gone, until the call is done", () => {
  const ledger = new Ledger();
  const account = ledger.open(10_000, () => undefined);
  const release = account.lend(4_000);
  account.charge(100);
  account.close();
  assert.equal(ledger.totalBytes, 4_000);
  release();
  release();
  assert.equal(ledger.totalBytes, 0);
});

test("calls may hold half of the total together; small ones go on a little longer", () => {
  const ledger = new Ledger();
  const account = ledger.open(100_000, () => assert.fail("evicted"));
  assert.equal(account.canLend(60_000), false);
  account.lend(50_000);
  assert.equal(account.canLend(5_000), false);
  assert.equal(account.canLend(4_000), true);
  account.lend(24_000);
  assert.equal(account.canLend(4_000), false);
});

test("nobody is evicted for what only calls under way hold", () => {
  const ledger = new Ledger();
  ledger.open(100, () => assert.fail("evicted"));
  ledger.open(100, () => undefined).lend(150);
  assert.equal(ledger.totalBytes, 150);
});
