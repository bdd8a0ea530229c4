import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { test } from "node:test";
import { FAILURE_CHANNEL, passGate, SLOW_CHANNEL } from "../../src/session/gate.js";
import { Ledger } from "../../src/session/ledger.js";
import type { GateReport, Outcome } from "../../src/session/gate.js";
import { newSession } from "./new-session.js";

const limits = { requestTimeoutMs: 50, slowObjectMs: 20 };

const session = newSession({}, limits);
const request = { session, effect: "read", target: "shop.orders", argumentBytes: 0 } as const;

async function pass(run: () => unknown): Promise<Outcome> {
  // The gate's own timer does not keep the process alive, and nothing else here does.
  const alive = setInterval(() => undefined, 1_000);
  try {
    return await new Promise((resolve) => {
      passGate({ ...request, run, settle: resolve });
    });
  } finally {
    clearInterval(alive);
  }
}

/** What is published while `during` runs. */
async function collectReports(name: string, during: () => unknown): Promise<GateReport[]> {
  const reports: GateReport[] = [];
  const collect = (report: unknown): unknown => reports.push(report as GateReport);
  subscribe(name, collect);
  try {
    await during();
  } finally {
    unsubscribe(name, collect);
  }
  return reports;
}

test("what is synchronous is settled within the call", () => {
  const outcomes: Outcome[] = [];
  passGate({ ...request, run: () => 5, settle: (outcome) => outcomes.push(outcome) });
  assert.deepEqual(outcomes, [{ threw: false, value: 5 }]);
});

test("a promise, and any object with then, is waited for", async () => {
  assert.deepEqual(await pass(() => Promise.resolve(6)), { threw: false, value: 6 });
  const thenable = Object.fromEntries([["then", (done: (value: number) => void) => done(7)]]);
  assert.deepEqual(await pass(() => thenable), { threw: false, value: 7 });
});

test("a result that never comes fails at the deadline, naming the object", async () => {
  const outcome = await pass(() => new Promise(() => undefined));
  assert.ok(outcome.threw);
  assert.match(String(outcome.error), /shop\.orders did not answer within 50 ms/u);
});

test("a then that throws or calls back twice settles once", async () => {
  const broken = Object.defineProperty({}, "then", {
    get() {
      throw new Error("no then");
    },
  });
  assert.match(String(((await pass(() => broken)) as { error: unknown }).error), /no then/u);
});

test("what an object throws is published, since the client is told little", async () => {
  const error = new Error("database gone");
  const reports = await collectReports(FAILURE_CHANNEL, () =>
    pass(() => {
      throw error;
    }),
  );
  assert.deepEqual(reports, [{ target: "shop.orders", error }]);
});

test("code that blocks the event loop is reported by name and duration afterwards", async () => {
  const warned = once(process, "warning");
  const reports = await collectReports(SLOW_CHANNEL, () =>
    pass(() => {
      const end = performance.now() + 30;
      while (performance.now() < end);
      return 1;
    }),
  );
  assert.equal(reports[0]?.target, "shop.orders");
  assert.ok((reports[0]?.blockedMs ?? 0) >= 30);
  const [warning] = (await warned) as [Error];
  assert.match(warning.message, /^shop\.orders blocked the event loop for \d+ ms in answer to a request$/u);
});

test("a promise that is hostile in its constructor settles once", async () => {
  const promise = Object.defineProperty(Promise.resolve(8), "constructor", {
    get() {
      throw new Error("no constructor");
    },
  });
  const outcomes: Outcome[] = [];
  await new Promise<void>((resolve) => {
    passGate({
      ...request,
      run: () => promise,
      settle: (outcome) => {
        outcomes.push(outcome);
        setTimeout(resolve, 2 * limits.requestTimeoutMs);
      },
    });
  });
  assert.match(String((outcomes[0] as { error: unknown }).error), /no constructor/u);
  assert.equal(outcomes.length, 1);
});

test("after letting go nothing is settled any more, and the arguments stay charged until the object is done", async () => {
  let finish: (value: unknown) => void = () => undefined;
  const result = new Promise((resolve) => {
    finish = resolve;
  });
  const ledger = new Ledger();
  const letGo = passGate({
    ...request,
    session: newSession({}, limits, ledger),
    argumentBytes: 500,
    run: () => result,
    settle: () => assert.fail("settled"),
  });
  letGo?.();
  assert.equal(ledger.totalBytes, 500);
  finish(1);
  await result;
  await Promise.resolve();
  await new Promise(setImmediate);
  assert.equal(ledger.totalBytes, 0);
});

test("an answer that cannot be made is a warning, and nothing else", async () => {
  const warned = once(process, "warning");
  passGate({
    ...request,
    run: () => 1,
    settle: () => {
      throw new Error("no answer");
    },
  });
  const [warning] = (await warned) as [Error];
  assert.match(warning.message, /shop\.orders could not be made: no answer/u);
});

test("what is thrown and cannot be looked at is an error all the same", async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const run of [
    () => {
      throw proxy;
    },
    () => Promise.reject(proxy),
  ]) {
    const outcome = await pass(run);
    assert.ok(outcome.threw);
    assert.equal(String(outcome.error), "Error: what was thrown cannot be shown");
  }
});
